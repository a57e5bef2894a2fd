// What is different when EKS moves a group: it stops no update, takes none back, and begins none before it is ready. Pure.

import type { Move, MoveObservation, NodeGroupMove } from './move.ts'
import { follow, type MoveDecision } from './move-decision.ts'
import { previousOf, unsettled } from './settled.ts'
import { describeLimit, sameLimit, usualLimit } from './unavailable-limit.ts'

/** What becomes of a decision that was made as for an instance refresh. */
export function asUpdate(
  decision: MoveDecision,
  move: Move,
  { nodeGroup }: { readonly nodeGroup: NodeGroupMove },
  seen: MoveObservation,
  now: number,
): MoveDecision {
  if (decision.kind === 'roll-back' || decision.kind === 'stop') {
    return follow(`waiting for EKS to end its update, for it stops none: ${decision.cause}`)
  }
  return decision.kind === 'start' ? beginning(move, nodeGroup, seen, now) : decision
}

function beginning(move: Move, { limit }: NodeGroupMove, seen: MoveObservation, now: number): MoveDecision {
  const { status = 'gone', issues = [], limit: found = usualLimit } = seen.group.nodeGroup ?? {}
  if (status === 'UPDATING' && now < move.deadlineAt) return follow('waiting for another update of the node group to end')
  if (status !== 'ACTIVE') {
    const cause = `the node group is ${status}${issues.length === 0 ? '' : `: ${issues.join('; ')}`}`
    return { kind: 'failed', cause, undone: unsettled(seen, previousOf(move)) === undefined }
  }
  if (limit === undefined || sameLimit(limit, found)) return { kind: 'start' }
  return { kind: 'limit', limit, line: `machines away at once: ${describeLimit(limit)}, before ${describeLimit(found)}` }
}
