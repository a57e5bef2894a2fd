// An instance refresh, from its first replacement to its end: batches, checkpoints, bake time, failure, cancel and rollback.

import type { Machines } from '../machines/types.ts'
import { type Group, isActive, type Member } from '../store/group.ts'
import type { Refresh } from '../store/refresh.ts'
import type { Draft, PlaceKey } from '../store/state.ts'
import type { Due } from './due.ts'
import { launchInto } from './group-launch.ts'
import { isSuspended, retire } from './members.ts'
import { planReplacement } from './refresh-arithmetic.ts'
import { allowedNow, isLastReached } from './refresh-checkpoints.ts'
import { beginRollback, endRefresh, fail } from './refresh-end.ts'
import { keptUp } from './refresh-kept-up.ts'
import { failure, type Progress, progressOf } from './refresh-progress.ts'
import { leftWithCapacity, toScaleIn } from './refresh-resized.ts'
import { put, type Step } from './refresh-step.ts'
import { checkpoint, longestWaitMs, replaceableOf, waitedTooLong } from './refresh-waits.ts'

/** "An instance refresh can run for up to 14 days" [doc: instance-refresh-overview]. */
const longestMs = 14 * 24 * 3_600_000

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

function replace(step: Step): Group {
  const { draft, place, group, now, due } = step
  const alarm = alarmed(step)
  if (alarm !== undefined) return endInFailure(step, alarm)
  const since = step.refresh.rollback?.startedAt ?? step.refresh.startedAt
  if (now - since >= longestMs) return endInFailure(step, 'The instance refresh did not end within 14 days.')
  const wanted = keptUp(step)
  const progress = progressOf(group, wanted, now)
  // "If there is an instance refresh in progress, this pauses the operation without canceling it" [doc: understand-how-suspending-processes-affects-other-processes].
  const isHeld = isSuspended(group, 'InstanceRefresh')
  const troubles = isHeld ? { failingSince: undefined, waitingSince: undefined } : failure(group, wanted, progress, now)
  const refresh = put({ ...step, refresh: wanted }, { ...progress.shown, ...troubles })
  if (isReplaced(group, refresh, progress)) return replacedAll({ ...step, refresh })
  if (isHeld) return group
  if (refresh.failingSince !== undefined) {
    if (now - refresh.failingSince >= longestWaitMs)
      return endInFailure({ ...step, refresh }, 'Replacing instances has failed for one hour.')
    due.idleUntil(refresh.failingSince + longestWaitMs)
  }
  for (const readyAt of progress.warming) due.idleUntil(readyAt)
  const isPaused = checkpoint({ ...step, refresh }, progress)
  if (isPaused) return group
  const current = { ...step, refresh: draft.get(place, 'refreshes', refresh.id) ?? refresh }
  const tooLong = waitedTooLong(current, progress)
  return tooLong === undefined ? act(current, progress) : endInFailure(current, tooLong)
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

function act(step: Step, progress: Progress): Group {
  const { draft, place, group, refresh, now, network, due } = step
  const replaceable = replaceableOf(refresh, progress)
  const active = group.members.filter(isActive).length
  const { minHealthy, maxHealthy, isMaxSet = false } = refresh.rules
  const plan = planReplacement({
    desired: group.desired,
    minHealthy,
    maxHealthy,
    isMaxSet,
    active,
    ready: progress.ready,
    outgoing: progress.outgoing.length,
    allowed: allowedNow(group, refresh, progress),
  })
  let current = group
  if (!isSuspended(group, 'Terminate')) {
    // Those in standby are no part of the capacity, so nothing has to take their place.
    const idle = refresh.rules.standbyInstances === 'Terminate' ? progress.standby : []
    const going = oldestFirst(replaceable).slice(0, plan.terminate)
    const scaledIn = going.slice(0, toScaleIn(group, refresh)).map(({ instanceId }) => instanceId)
    leftWithCapacity(draft, place, group, scaledIn.length, scaledIn)
    for (const member of [...idle, ...going]) {
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
