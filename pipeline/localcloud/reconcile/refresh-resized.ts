// An instance refresh of a group that grows or shrinks meanwhile: what its share of the group is from then on.

import { type Group, isActive } from '../store/group.ts'
import type { Refresh } from '../store/refresh.ts'
import type { Draft, PlaceKey } from '../store/state.ts'
import { activeRefreshes } from './at-rest.ts'
import { checkpointsReached } from './refresh-checkpoints.ts'
import { progressOf } from './refresh-progress.ts'
import { put, type Step } from './refresh-step.ts'

/**
 * Who was scaled in needs no replacement, and of the `lost` those whom nobody could take away are still to go. "When a scale-out activity occurs and the size of the group increases, an in progress operation could
 * reach a checkpoint again" and "repeats the wait time" [doc: asg-adding-checkpoints-instance-refresh].
 */
export function resized(step: Pick<Step, 'draft' | 'place' | 'group' | 'refresh' | 'now'>, before: Group, lost: number): Refresh {
  const { group, refresh, now } = step
  const earlier = refresh.desired ?? group.desired
  if (group.desired === earlier) return refresh
  if (group.desired > earlier) {
    const { updated } = progressOf(group, refresh, now)
    const checkpointsPassed = Math.min(refresh.checkpointsPassed, checkpointsReached(group, refresh, updated))
    return put(step, { desired: group.desired, checkpointsPassed })
  }
  const left = leaving(group).filter((id) => !leaving(before).includes(id))
  const desired = group.desired + Math.max(0, lost - left.length)
  return put(step, left.length === 0 ? { desired } : { desired, replacing: without(refresh, left) })
}

/**
 * Members that somebody took out of the group with the capacity they were counted for: nothing else is to go for them. `gone` are those of
 * them that do not come back, so that they need no replacement.
 */
export function leftWithCapacity(draft: Draft, place: PlaceKey, group: Group, count: number, gone: readonly string[]): void {
  const [refresh] = draft.found(place, activeRefreshes, group.name)
  if (refresh === undefined || count === 0) return
  put({ draft, place, refresh }, { desired: (refresh.desired ?? group.desired) - count, replacing: without(refresh, gone) })
}

/** How many members there are to be scaled in yet. */
export function toScaleIn(group: Group, refresh: Refresh): number {
  const surplus = group.members.filter(isActive).length - group.desired
  return Math.max(0, Math.min((refresh.desired ?? group.desired) - group.desired, surplus))
}

function without({ replacing }: Refresh, gone: readonly string[]): readonly string[] {
  return replacing.filter((id) => !gone.includes(id))
}

function leaving({ members }: Group): readonly string[] {
  return members.filter(({ lifecycle }) => lifecycle === 'Terminating').map(({ instanceId }) => instanceId)
}
