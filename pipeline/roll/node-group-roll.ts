// What is different for a managed node group's roll: its limit is put back after it, and machines that a failed update left behind are taken back.

import type { UnavailableLimit } from '../ports/index.ts'
import type { GroupTarget, PerformerRequest } from '../release/index.ts'
import type { PreflightFacts } from './check.ts'
import type { MoveContext, MoveEnd } from './make-move.ts'
import type { Move } from './move.ts'
import { putLimit } from './put-limit.ts'
import { takeBack } from './take-back.ts'
import { describeLimit, sameLimit, usualLimit } from './unavailable-limit.ts'

/** What the limit is before a roll that changes it; undefined for one that doesn't. */
export function changedLimit({ nodeGroup }: GroupTarget, { group }: PreflightFacts): UnavailableLimit | undefined {
  const found = group?.nodeGroup?.limit ?? usualLimit
  return nodeGroup?.limit === undefined || sameLimit(nodeGroup.limit, found) ? undefined : found
}

/** However the move ended: a limit that stays as drover set it is told, and makes no roll fail that has succeeded. */
export async function putBack(
  context: MoveContext,
  { nodeGroup }: Move,
  limit: UnavailableLimit | undefined,
  end: MoveEnd,
): Promise<MoveEnd> {
  if (nodeGroup === undefined || limit === undefined) return end
  const { cluster, name } = nodeGroup
  const refusal = await putLimit(context, { cluster, name }, limit)
  if (refusal === undefined) return end
  const said = `how many machines may be away at once could not be put back to ${describeLimit(limit)}: ${refusal}`
  context.log(said)
  return end.kind === 'failed' ? { ...end, cause: `${end.cause}; ${said}` } : end
}

/**
 * After an update has failed EKS has the node group on its earlier version again, and leaves the machines as they are: those that
 * were replaced are replaced back by an update to a version of the earlier image, made for this, for whether EKS does anything
 * about the version that it has no page says. A successor needs none of it, a renewal has nothing to go back to, and what an undo came from is no better.
 */
export async function nodesBack(
  context: MoveContext,
  { release, token }: PerformerRequest<'roll'>,
  move: Move,
  end: MoveEnd,
): Promise<MoveEnd> {
  const { nodeGroup, yieldTo, previous } = move
  if (end.kind === 'succeeded' || end.undone || nodeGroup === undefined) return end
  if (release.lane === 'undo' || move.renews || (yieldTo !== undefined && !yieldTo.goesBack)) return end
  const state = await context.at.describeNodeGroup({ cluster: nodeGroup.cluster, name: nodeGroup.name })
  // Its update has not ended: another one would be refused.
  if (!state.ok || state.value.status !== 'ACTIVE') return end
  const template = await context.at.createTemplateVersion({
    source: previous,
    imageId: nodeGroup.previous,
    description: `drover ${release.id} ${token} back`,
    clientToken: `${token}-back`,
  })
  if (!template.ok) return { ...end, cause: `${end.cause}; it could not be taken back: ${template.message}` }
  const { templateId, version } = template.value
  return takeBack(context, move, end, {
    policy: move.policy,
    target: { templateId, version },
    previous,
    nodeGroup: { ...nodeGroup, token: `${token}-back`, target: nodeGroup.previous, previous: nodeGroup.target },
    afterRefreshId: undefined,
  })
}
