// An instance refresh, from its first replacement to its end: batches, checkpoints, bake time, failure, cancel and rollback.

import type { Machines } from '../machines/types.ts'
import { type Group, isActive, type Member } from '../store/group.ts'
import type { Refresh } from '../store/refresh.ts'
import type { Draft, PlaceKey } from '../store/state.ts'
import type { Due } from './due.ts'
import { launchInto } from './group-launch.ts'
import { isSuspended, retire } from './members.ts'
import { planReplacement } from './refresh-arithmetic.ts'
import { allowedNow, checkpointsBehind, checkpointsReached, isLastReached } from './refresh-checkpoints.ts'
import { beginRollback, endRefresh, fail } from './refresh-end.ts'
import { failure, type Progress, progressOf } from './refresh-progress.ts'

/** "If the instance refresh cannot replace instances it keeps trying for one hour, then fails" [doc: instance-refresh-rollback]. */
const failingAllowedMs = 3_600_000
/** "An instance refresh can run for up to 14 days" [doc: instance-refresh-overview]. */
const longestMs = 14 * 24 * 3_600_000

interface Step {
  readonly draft: Draft
  readonly place: PlaceKey
  readonly group: Group
  readonly refresh: Refresh
  readonly now: number
  readonly network: Machines['network']
  readonly due: Due
}

/** One step; returns the group as it is afterwards. */
export function advanceRefresh(
  draft: Draft,
  place: PlaceKey,
  group: Group,
  refresh: Refresh,
  now: number,
  network: Machines['network'],
  due: Due,
): Group {
  const step = { draft, place, group, refresh, now, network, due }
  switch (refresh.status) {
    case 'Pending':
      return replace({ ...step, refresh: put(step, { status: 'InProgress' }) })
    case 'InProgress':
    case 'RollbackInProgress':
      return replace(step)
    case 'Cancelling':
      return cancel(step)
    case 'Baking':
      return bake(step)
    default:
      return group
  }
}

function put({ draft, place, refresh }: Pick<Step, 'draft' | 'place' | 'refresh'>, changes: Partial<Refresh>): Refresh {
  const isSame = Object.entries(changes).every(([name, value]) => refresh[name as keyof Refresh] === value)
  if (isSame) return refresh
  const next = { ...refresh, ...changes }
  draft.put(place, 'refreshes', refresh.id, next)
  return next
}

function replace(step: Step): Group {
  const { draft, place, group, now, due } = step
  const alarm = alarmed(step)
  if (alarm !== undefined) return endInFailure(step, alarm)
  const since = step.refresh.rollback?.startedAt ?? step.refresh.startedAt
  if (now - since >= longestMs) return endInFailure(step, 'The instance refresh did not end within 14 days.')
  const progress = progressOf(group, step.refresh, now)
  const refresh = put(step, { ...progress.shown, ...failure(group, step.refresh, progress, now) })
  if (isReplaced(group, refresh, progress)) return replacedAll({ ...step, refresh })
  if (refresh.failingSince !== undefined) {
    if (now - refresh.failingSince >= failingAllowedMs)
      return endInFailure({ ...step, refresh }, 'Replacing instances has failed for one hour.')
    due.idleUntil(refresh.failingSince + failingAllowedMs)
  }
  for (const readyAt of progress.warming) due.idleUntil(readyAt)
  const isPaused = checkpoint({ ...step, refresh }, progress)
  if (isPaused) return group
  const current = { ...step, refresh: draft.get(place, 'refreshes', refresh.id) ?? refresh }
  return waitedTooLong(current, progress) ?? act(current, progress)
}

/** "If any alarm goes into the ALARM state, the instance refresh fails" [doc: instance-refresh-alarms]. */
function alarmed({ draft, place, refresh }: Step): string | undefined {
  if (refresh.status === 'RollbackInProgress') return undefined
  const ringing = refresh.rules.alarms.filter((name) => draft.get(place, 'alarms', name)?.state === 'ALARM')
  return ringing.length === 0 ? undefined : `Alarm(s) ${ringing.join(', ')} in ALARM state.`
}

/** Everything that was to be replaced is, and the group is whole. */
function isReplaced(group: Group, refresh: Refresh, progress: Progress): boolean {
  const { outgoing, standby, leaving, ready } = progress
  const isEverything = outgoing.length === 0 && standby.length === 0 && leaving === 0
  return ready >= group.desired && (isEverything || isLastReached(group, refresh, progress))
}

/** At a checkpoint nothing is begun for the delay, then the next share is. Returns true while it waits. */
function checkpoint(step: Step, progress: Progress): boolean {
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

function act(step: Step, progress: Progress): Group {
  const { draft, place, group, refresh, now, network, due } = step
  const replaceable = replaceableOf(refresh, progress)
  const active = group.members.filter(isActive).length
  const { minHealthy, maxHealthy } = refresh.rules
  const plan = planReplacement({
    desired: group.desired,
    minHealthy,
    maxHealthy,
    active,
    ready: progress.ready,
    outgoing: progress.outgoing.length,
    allowed: allowedNow(group, refresh, progress),
  })
  let current = group
  if (!isSuspended(group, 'Terminate')) {
    // Those in standby are no part of the capacity, so nothing has to take their place.
    const idle = refresh.rules.standbyInstances === 'Terminate' ? progress.standby : []
    for (const member of [...idle, ...oldestFirst(replaceable).slice(0, plan.terminate)]) {
      current = retire(
        draft,
        place,
        current,
        member,
        'an instance was taken out of service in response to an instance refresh.',
        now,
      )
    }
  }
  if (plan.launch === 0 || isSuspended(group, 'Launch')) return current
  if (group.retryAt !== undefined && now < group.retryAt) {
    due.idleUntil(group.retryAt)
    return current
  }
  const cause = 'an instance was launched in response to an instance refresh replacement.'
  return launchInto(draft, place, current, { source: refresh.target.source, count: plan.launch, cause }, network, now)
}

function replaceableOf({ rules }: Refresh, { outgoing }: Progress): readonly Member[] {
  return outgoing.filter((member) => !member.isProtected || rules.protectedInstances === 'Refresh')
}

/**
 * "Wait: Amazon EC2 Auto Scaling waits one hour for you to remove scale-in protection" or "to return the instances to service. Otherwise, the
 * instance refresh will fail" [doc: RefreshPreferences]. Undefined while it need not give up.
 */
function waitedTooLong(step: Step, progress: Progress): Group | undefined {
  const { refresh, now, due } = step
  const reason = waitReason(refresh, progress)
  if (reason === undefined) {
    put(step, { waitingSince: undefined })
    return undefined
  }
  const waitingSince = refresh.waitingSince ?? now
  put(step, { waitingSince, statusReason: `Waiting for ${reason}.` })
  if (now - waitingSince >= failingAllowedMs) return endInFailure(step, `Instances were still ${reason} after one hour.`)
  due.idleUntil(waitingSince + failingAllowedMs)
  return undefined
}

function waitReason(refresh: Refresh, progress: Progress): string | undefined {
  if (replaceableOf(refresh, progress).length > 0) return undefined
  if (progress.outgoing.length > 0) return 'instances that are protected from scale in'
  return progress.standby.length > 0 && refresh.rules.standbyInstances !== 'Terminate' ? 'instances in standby' : undefined
}

/** Unhealthy and not yet serving ones cost nothing to lose, so they go first. */
function oldestFirst(members: readonly Member[]): Member[] {
  const rank = (member: Member) => (member.lifecycle === 'Pending' ? 0 : 1)
  return [...members].sort((a, b) => rank(a) - rank(b) || a.joinedAt - b.joinedAt)
}

function replacedAll(step: Step): Group {
  const { refresh, now } = step
  if (refresh.status === 'InProgress' && refresh.rules.bakeSeconds > 0) {
    return bake({ ...step, refresh: put(step, { status: 'Baking', bakingUntil: now + refresh.rules.bakeSeconds * 1_000 }) })
  }
  return endRefresh(step.draft, step.place, step.group, refresh, now)
}

/** "The amount of time to wait at the end of an instance refresh before it is considered complete"; alarms still fail it [doc: RefreshPreferences]. */
function bake(step: Step): Group {
  const { group, refresh, now, due } = step
  const alarm = alarmed(step)
  if (alarm !== undefined) return endInFailure(step, alarm)
  const until = refresh.bakingUntil ?? now
  if (now >= until) return endRefresh(step.draft, step.place, group, refresh, now)
  due.idleUntil(until)
  return group
}

/** "Cancel does not undo": what is on its way is waited for, unless asked otherwise; what was replaced stays so [doc: CancelInstanceRefresh]. */
function cancel(step: Step): Group {
  const { draft, place, group, refresh, now } = step
  const isMoving = group.members.some((member) => member.lifecycle === 'Pending' || member.lifecycle === 'Terminating')
  if (isMoving && refresh.waitsForTransitioning) return group
  draft.put(place, 'refreshes', refresh.id, {
    ...refresh,
    status: 'Cancelled',
    endedAt: now,
    statusReason: 'Cancelled due to user request.',
  })
  return group
}

/** Auto rollback turns a failure back; a rollback that fails stays failed. */
function endInFailure(step: Step, reason: string): Group {
  const { draft, place, group, refresh, now } = step
  if (refresh.status !== 'RollbackInProgress' && refresh.rules.autoRollback) {
    beginRollback(draft, place, group, refresh, reason, now)
    return group
  }
  fail(draft, place, refresh, reason, now)
  return group
}
