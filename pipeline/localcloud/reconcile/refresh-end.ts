// How an instance refresh ends: with the group at its new configuration, failed, or turned back.

import { type Group, isActive, type Member } from '../store/group.ts'
import type { Refresh } from '../store/refresh.ts'
import { sourceTarget } from '../store/source-target.ts'
import type { Draft, PlaceKey } from '../store/state.ts'

/** "The desired configuration becomes the group's when the refresh has succeeded" [doc: instance-refresh-rollback]; after a rollback it keeps what it had saved. */
export function endRefresh(draft: Draft, place: PlaceKey, group: Group, refresh: Refresh, now: number): Group {
  const isRollback = refresh.status === 'RollbackInProgress'
  const { pausedUntil: _paused, failingSince: _failing, statusReason, ...rest } = refresh
  draft.put(place, 'refreshes', refresh.id, {
    ...rest,
    ...(isRollback && statusReason !== undefined ? { statusReason } : {}),
    status: isRollback ? 'RollbackSuccessful' : 'Successful',
    endedAt: now,
    ...(isPartial(refresh) ? {} : { percentageComplete: 100, instancesToUpdate: 0 }),
  })
  const launch = isRollback || refresh.desiredConfiguration === undefined ? refresh.saved : refresh.target.source
  const next = { ...group, launch: isRollback || refresh.desiredConfiguration !== undefined ? launch : group.launch }
  draft.put(place, 'groups', group.name, next)
  return next
}

/** One whose last checkpoint is below 100 % shows at its end how far it went: "the percentage complete shows 50 percent" [doc: asg-adding-checkpoints-instance-refresh]. */
function isPartial({ rules }: Refresh): boolean {
  return (rules.checkpoints.at(-1) ?? 100) < 100
}

export function fail(draft: Draft, place: PlaceKey, refresh: Refresh, reason: string, now: number): void {
  const status = refresh.status === 'RollbackInProgress' ? 'RollbackFailed' : 'Failed'
  draft.put(place, 'refreshes', refresh.id, { ...refresh, status, statusReason: reason, endedAt: now })
}

/** "Replaces the instances that have been deployed so far", with what was saved, whatever the two differ in [doc: instance-refresh-rollback]. */
export function beginRollback(draft: Draft, place: PlaceKey, group: Group, refresh: Refresh, reason: string, now: number): void {
  const saved = sourceTarget(draft, place, refresh.saved)
  if (saved === undefined) {
    fail(draft, place, { ...refresh, status: 'RollbackInProgress' }, 'The saved launch template version is gone.', now)
    return
  }
  const { image, ...version } = saved
  const replacing = group.members
    .filter((member) => isActive(member) && isDeployedBy(refresh, member))
    .map((member) => member.instanceId)
  const { pausedUntil: _paused, failingSince: _failing, waitingSince: _waiting, bakingUntil: _baking, ...rest } = refresh
  draft.put(place, 'refreshes', refresh.id, {
    ...rest,
    status: 'RollbackInProgress',
    statusReason: reason,
    target: { source: refresh.saved, ...version, imageId: image },
    replacing,
    checkpointsPassed: 0,
    rules: { ...refresh.rules, checkpoints: [], bakeSeconds: 0 },
    percentageComplete: replacing.length === 0 ? 100 : 0,
    instancesToUpdate: replacing.length,
    rollback: {
      reason,
      startedAt: now,
      percentageOnRollback: refresh.percentageComplete,
      toUpdateOnRollback: refresh.instancesToUpdate,
    },
  })
  draft.change(place, 'groups', group.name, { failedLaunches: 0, retryAt: undefined })
}

/** Launched since it started: one that was attached meanwhile was not. */
function isDeployedBy({ replacing, startedAt }: Refresh, { instanceId, joinedAt, template, configuration }: Member): boolean {
  const isLater = joinedAt > startedAt || (joinedAt === startedAt && !replacing.includes(instanceId))
  return isLater && (template !== undefined || configuration !== undefined)
}
