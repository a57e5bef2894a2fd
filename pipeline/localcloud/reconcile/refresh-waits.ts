// What an instance refresh waits for: its checkpoints, and instances that somebody protects or has set aside.

import type { Member } from '../store/group.ts'
import type { Refresh } from '../store/refresh.ts'
import { checkpointsBehind, checkpointsReached } from './refresh-checkpoints.ts'
import type { Progress } from './refresh-progress.ts'
import { put, type Step } from './refresh-step.ts'

/** "If the instance refresh cannot replace instances it keeps trying for one hour, then fails" [doc: instance-refresh-rollback]. */
export const longestWaitMs = 3_600_000

/** At a checkpoint nothing is begun for the delay, then the next share is. Returns true while it waits. */
export function checkpoint(step: Step, progress: Progress): boolean {
  const { group, refresh, now, due } = step
  const { checkpoints, checkpointDelaySeconds } = refresh.rules
  if (refresh.pausedUntil !== undefined) {
    if (now < refresh.pausedUntil) {
      due.idleUntil(refresh.pausedUntil)
      return true
    }
    put(step, { pausedUntil: undefined, statusReason: undefined })
    return false
  }
  const behind = checkpointsBehind(group, refresh, progress)
  const reached = progress.isSettled ? checkpointsReached(group, refresh, progress.updated) : 0
  if (reached <= behind) {
    put(step, { checkpointsPassed: behind })
    return false
  }
  const pausedUntil = now + checkpointDelaySeconds * 1_000
  const statusReason = `Waiting ${checkpointDelaySeconds} seconds at the ${checkpoints[reached - 1]}% checkpoint.`
  put(step, { checkpointsPassed: reached, pausedUntil, statusReason })
  due.idleUntil(pausedUntil)
  return true
}

/** Those to be replaced that it may replace. */
export function replaceableOf({ rules }: Refresh, { outgoing }: Progress): readonly Member[] {
  return outgoing.filter((member) => !member.isProtected || rules.protectedInstances === 'Refresh')
}

/**
 * "Wait: Amazon EC2 Auto Scaling waits one hour for you to remove scale-in protection" or "to return the instances to service. Otherwise, the
 * instance refresh will fail" [doc: RefreshPreferences]. Why it gives up; undefined while it need not.
 */
export function waitedTooLong(step: Step, progress: Progress): string | undefined {
  const { refresh, now, due } = step
  const reason = waitReason(refresh, progress)
  if (reason === undefined) {
    if (refresh.waitingSince !== undefined) put(step, { waitingSince: undefined, statusReason: refresh.rollback?.reason })
    return undefined
  }
  const waitingSince = refresh.waitingSince ?? now
  put(step, { waitingSince, statusReason: `Waiting for ${reason}.` })
  if (now - waitingSince >= longestWaitMs) return `There were still ${reason} after one hour.`
  due.idleUntil(waitingSince + longestWaitMs)
  return undefined
}

function waitReason(refresh: Refresh, progress: Progress): string | undefined {
  if (replaceableOf(refresh, progress).length > 0) return undefined
  if (progress.outgoing.length > 0) return 'instances that are protected from scale in'
  return progress.standby.length > 0 && refresh.rules.standbyInstances !== 'Terminate' ? 'instances in standby' : undefined
}
