// Which instances Systems Manager can reach: running, with a profile whose role may register them, and with the agent's service active.

import { mayRegister } from '../../authorization/registration.ts'
import type { Machines } from '../../machines/types.ts'
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
  const checked = await Promise.all(
    instances
      .filter((instance) => canRegister(draft, place, instance))
      .map(async ({ id }) => ({ id, isActive: await machines.unitActive(id, agentUnit) })),
  )
  return checked.filter(({ isActive }) => isActive).map(({ id }) => id)
}

/** The same of one machine; of one with a kernel of its own, which nobody sees into from here, that its image enables the agent. */
export async function sessionTargets(
  state: CloudState,
  place: PlaceKey,
  machines: Machines,
  id: string,
): Promise<readonly string[]> {
  const managed = await managedInstances(state, place, machines, [id])
  if (managed.length > 0) return managed
  const instance = rowIn(state, place, 'instances', id)
  return instance !== undefined && canRegister(new Draft(state), place, instance) && (await machines.unitEnabled(id, agentUnit))
    ? [id]
    : []
}

function canRegister(draft: Draft, place: PlaceKey, instance: Instance): boolean {
  return instance.state === 'running' && instance.machine === 'answering' && mayRegister(draft, place, instance)
}
