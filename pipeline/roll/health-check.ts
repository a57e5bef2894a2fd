// Whether anything would tell that the application does not work on the new image.

import type { GroupState } from '../ports/index.ts'
import type { PreflightFacts, Refusal, RollOrder } from './check.ts'

/** EC2's own health passes a machine whose application is dead, so something else must be able to tell. */
export function unknownHealth(group: GroupState, _: PreflightFacts, { stage, target }: RollOrder): Refusal | undefined {
  if (target.withoutHealth !== undefined) return undefined
  if (group.trafficSources > 0 && /ELB|VPC_LATTICE/.test(group.healthCheckType)) return undefined
  if (target.roll.alarms.length > 0 || stage.soak.alarms.length > 0) return undefined
  // A scan for drift, or for what is vulnerable, says how hard a machine is, not whether it serves.
  if (stage.soak.tests.some(({ kind }) => kind !== 'drift' && kind !== 'findings')) return undefined
  const idle = group.trafficSources > 0 ? ' (its load balancer is not asked: health check type EC2)' : ''
  return {
    cause: `nothing tells whether the application of ${group.name} works${idle}: no load balancer's health check, no alarm, no test in ${stage.name}`,
    hint: `Give it one of them, or accept it with a reason: { ${kindOf(target)}: ${target.region}/${target.name}, withoutHealth: REASON }`,
  }
}

/** As `drover.yaml` writes it. */
function kindOf({ nodeGroup, karpenter }: RollOrder['target']): string {
  if (karpenter !== undefined) return 'karpenter'
  return nodeGroup === undefined ? 'group' : 'nodeGroup'
}
