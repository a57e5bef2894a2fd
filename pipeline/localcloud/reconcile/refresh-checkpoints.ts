// Where an instance refresh stops on its way: its checkpoints as numbers of new instances. Pure.

import type { Group } from '../store/group.ts'
import type { Refresh } from '../store/refresh.ts'
import type { Progress } from './refresh-progress.ts'

/**
 * "The minimum percentage of instances in the Auto Scaling group that must be new": of the group as large as it is now, not of what is
 * to be replaced [doc: asg-adding-checkpoints-instance-refresh]. What skip matching left alone is none of them: a partial refresh that is
 * run again "doesn't restart from the point of the last checkpoint".
 */
function share({ desired }: Group, percentage: number): number {
  return percentage === 100 ? Number.POSITIVE_INFINITY : Math.ceil((desired * percentage) / 100)
}

/** How many checkpoints so many new instances reach: one replacement can reach several, and then all but the last are skipped [same]. */
export function checkpointsReached(group: Group, { rules }: Refresh, count: number): number {
  return rules.checkpoints.filter((percentage) => share(group, percentage) <= count).length
}

/** Those it need not wait at again: "when a group grows, an in progress operation could reach a checkpoint again" [same]. */
export function checkpointsBehind(group: Group, refresh: Refresh, { begun }: Progress): number {
  return Math.min(refresh.checkpointsPassed, checkpointsReached(group, refresh, begun))
}

/** How many replacements may be begun before the next checkpoint. */
export function allowedNow(group: Group, { rules, checkpointsPassed }: Refresh, { begun }: Progress): number {
  if (rules.checkpoints.length === 0) return Number.POSITIVE_INFINITY
  const next = rules.checkpoints[checkpointsPassed]
  return next === undefined ? 0 : share(group, next) - begun
}

/** "If the final checkpoint is below 100 %, the refresh will stop replacing instances after reaching it" [same]. */
export function isLastReached(group: Group, refresh: Refresh, { updated, isSettled }: Progress): boolean {
  const last = refresh.rules.checkpoints.at(-1)
  return last !== undefined && isSettled && updated >= share(group, last)
}
