// How far an instance refresh has come: what is still to go, what is ready, and since when nothing succeeds.

import { type Group, isActive, type Member } from '../store/group.ts'
import type { Refresh } from '../store/refresh.ts'

export interface Progress {
  /** Members still to be replaced and not yet leaving. */
  readonly outgoing: readonly Member[]
  /** Members to be replaced that are in standby. */
  readonly standby: readonly Member[]
  /** Members to be replaced whose instances are on their way out. */
  readonly leaving: number
  readonly ready: number
  /** New members that are ready. */
  readonly updated: number
  /** New members there are or are about to be, where those that were terminated have no replacement yet. */
  readonly begun: number
  /** Nothing is under way: who was replaced has gone, and nobody is there beyond the desired capacity. */
  readonly isSettled: boolean
  /** When each warming member will be ready. */
  readonly warming: readonly number[]
  readonly shown: Pick<Refresh, 'percentageComplete' | 'instancesToUpdate'>
}

/** How far the refresh has come, seen from the group's members. */
export function progressOf(group: Group, refresh: Refresh, now: number): Progress {
  const replacing = new Set(refresh.replacing)
  const outgoing = group.members.filter((member) => replacing.has(member.instanceId) && isActive(member))
  const standby = group.members.filter((member) => replacing.has(member.instanceId) && member.lifecycle === 'Standby')
  const leaving = group.members.filter((member) => replacing.has(member.instanceId) && member.lifecycle === 'Terminating').length
  const readyAt = (member: Member) =>
    replacing.has(member.instanceId) ? 0 : (member.inServiceAt ?? now) + refresh.rules.warmupSeconds * 1_000
  // "An instance is ready when it passes its health checks", those of its load balancer where the group listens to them.
  const isServing = ({ isHealthy, targetState = 'healthy' }: Member) => isHealthy && targetState === 'healthy'
  const inService = group.members.filter((member) => member.lifecycle === 'InService' && isServing(member))
  const ready = inService.filter((member) => readyAt(member) <= now)
  const since = refresh.rollback?.startedAt ?? refresh.startedAt
  const isNew = (member: Member) => !replacing.has(member.instanceId) && member.joinedAt >= since
  const active = group.members.filter(isActive)
  const total = refresh.replacing.length
  const updated = ready.filter(isNew).length
  // One is replaced when it has gone, too: a group that grows gets new members that replace none.
  const replaced = Math.min(total - outgoing.length - standby.length, updated)
  return {
    outgoing,
    standby,
    leaving,
    ready: ready.length,
    updated,
    begun: active.filter(isNew).length + Math.max(0, group.desired - active.length),
    isSettled: leaving === 0 && active.length <= group.desired,
    warming: inService.map(readyAt).filter((at) => at > now),
    // "Percentage … for each instance replacement, its health status and warm-up time are tracked", never rounded up [doc: DescribeInstanceRefreshes].
    shown: { percentageComplete: total === 0 ? 100 : Math.floor((100 * replaced) / total), instancesToUpdate: total - replaced },
  }
}

/** When replacements began to fail without one succeeding in between. */
export function failure(group: Group, refresh: Refresh, progress: Progress, now: number): Partial<Refresh> {
  const hasAdvanced = progress.shown.instancesToUpdate < refresh.instancesToUpdate
  const isFailing = group.failedLaunches > 0 || group.members.some((member) => isReplacementLost(refresh, member))
  if (hasAdvanced && !isFailing) return refresh.failingSince === undefined ? {} : { failingSince: undefined }
  return isFailing && refresh.failingSince === undefined ? { failingSince: now } : {}
}

function isReplacementLost(refresh: Refresh, member: Member): boolean {
  return !refresh.replacing.includes(member.instanceId) && !member.isHealthy && member.joinedAt >= refresh.startedAt
}
