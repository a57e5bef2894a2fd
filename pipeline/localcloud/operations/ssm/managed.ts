// Which instances Systems Manager can reach: running, with a profile whose role may register them, let out to it, and with the agent's service active.

import { mayOpenChannels, mayRegister } from '../../authorization/registration.ts'
import type { Machines } from '../../machines/types.ts'
import { type Firewall, Firewalls } from '../../reconcile/firewall.ts'
import type { Instance } from '../../store/instance.ts'
import { type CloudState, Draft, type PlaceKey, rowIn, rowsIn } from '../../store/state.ts'

/** The unit of the agent; what plays it on a machine has to be called the same. */
const agentUnit = 'amazon-ssm-agent.service'

export async function managedInstances(
  state: CloudState,
  place: PlaceKey,
  machines: Machines,
  ids?: readonly string[],
): Promise<readonly string[]> {
  const instances = rowsIn(state, place, 'instances').filter((instance) => ids === undefined || ids.includes(instance.id))
  const draft = new Draft(state)
  const firewalls = new Firewalls(draft)
  const checked = await Promise.all(
    instances
      .filter((instance) => canRegister(draft, place, instance, firewalls))
      .map(async ({ id }) => ({ id, isActive: await machines.unitActive(id, agentUnit) })),
  )
  return checked.filter(({ isActive }) => isActive).map(({ id }) => id)
}

/** The same of one machine, whose role may also open a session's channels. */
export async function sessionTargets(
  state: CloudState,
  place: PlaceKey,
  machines: Machines,
  id: string,
): Promise<readonly string[]> {
  const instance = rowIn(state, place, 'instances', id)
  const draft = new Draft(state)
  if (instance === undefined || !mayOpenChannels(draft, place, instance)) return []
  return managedInstances(state, place, machines, [id])
}

function canRegister(draft: Draft, place: PlaceKey, instance: Instance, firewalls: Firewalls): boolean {
  const isUp = instance.state === 'running' && instance.machine === 'answering'
  return isUp && mayRegister(draft, place, instance) && isLetOut(firewalls.of(place, instance))
}

const https = 443

/** A managed node has to allow "HTTPS (port 443) outbound traffic" [doc: session-manager-prerequisites]; to where is not looked at. */
function isLetOut({ rules }: Firewall): boolean {
  return rules.egress.some(
    ({ protocol, fromPort, toPort }) => protocol === 'all' || (protocol === 'tcp' && fromPort <= https && https <= toPort),
  )
}
