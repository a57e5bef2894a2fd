// An instance refresh of a group that grows or shrinks meanwhile: what its share of the group is from then on.

import type { Group } from '../store/group.ts'
import type { Refresh } from '../store/refresh.ts'
import type { Draft, PlaceKey } from '../store/state.ts'
import { activeRefreshes } from './at-rest.ts'
import { checkpointsReached } from './refresh-checkpoints.ts'
import { progressOf } from './refresh-progress.ts'
import { put } from './refresh-step.ts'

/**
 * Who was scaled in needs no replacement. "When a scale-out activity occurs and the size of the group increases, an in progress operation could
 * reach a checkpoint again" and "repeats the wait time" [doc: asg-adding-checkpoints-instance-refresh].
 */
export function resized(draft: Draft, place: PlaceKey, before: Group, group: Group, refresh: Refresh, now: number): Refresh {
  const earlier = refresh.desired ?? group.desired
  if (group.desired === earlier) return refresh
  const { updated } = progressOf(group, refresh, now)
  const growth = { checkpointsPassed: Math.min(refresh.checkpointsPassed, checkpointsReached(group, refresh, updated)) }
  const left = new Set(leaving(group).filter((id) => !leaving(before).includes(id)))
  const loss = { replacing: refresh.replacing.filter((id) => !left.has(id)) }
  return put({ draft, place, refresh }, { desired: group.desired, ...(group.desired > earlier ? growth : loss) })
}

/**
 * Members that somebody took out of the group with the capacity they were counted for: nothing else is to go for them. `gone` are those of
 * them that do not come back, so that they need no replacement.
 */
export function leftWithCapacity(draft: Draft, place: PlaceKey, group: Group, count: number, gone: readonly string[]): void {
  const [refresh] = draft.found(place, activeRefreshes, group.name)
  if (refresh === undefined || count === 0) return
  const replacing = refresh.replacing.filter((id) => !gone.includes(id))
  put({ draft, place, refresh }, { desired: (refresh.desired ?? group.desired) - count, replacing })
}

function leaving({ members }: Group): readonly string[] {
  return members.filter(({ lifecycle }) => lifecycle === 'Terminating').map(({ instanceId }) => instanceId)
}
