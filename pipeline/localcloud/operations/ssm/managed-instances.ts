// Which machines Systems Manager manages: those that run its agent and have an instance profile to call home with.

import type { Machines } from '../../machines/types.ts'
import type { Instance } from '../../store/instance.ts'
import type { CloudState, PlaceKey } from '../../store/state.ts'

const agentUnit = 'amazon-ssm-agent.service'

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html: no agent or no role, not managed. */
export async function managedInstances(
  candidates: readonly Instance[],
  machines: Pick<Machines, 'unitActive'>,
): Promise<ReadonlySet<string>> {
  const answers = await Promise.all(
    candidates
      .filter(({ state, instanceProfile }) => state === 'running' && instanceProfile !== undefined)
      .map(async ({ id }) => ({ id, isManaged: await machines.unitActive(id, agentUnit) })),
  )
  return new Set(answers.filter(({ isManaged }) => isManaged).map(({ id }) => id))
}

export function instancesIn(state: CloudState, place: PlaceKey): readonly Instance[] {
  return Object.values(state.places[place]?.instances ?? {})
}
