// Auto Scaling groups keep themselves at their desired capacity, and their members healthy.

import type { Machines } from '../machines/types.ts'
import { type Group, isActive, type Member } from '../store/group.ts'
import { isActiveRefresh, type Refresh } from '../store/refresh.ts'
import type { Draft, PlaceKey } from '../store/state.ts'
import type { Due } from './due.ts'
import { launchInto } from './group-launch.ts'
import { followInstances, healthCause, isSuspended, retire } from './members.ts'
import { advanceRefresh } from './refresh.ts'

export function advanceGroups(draft: Draft, place: PlaceKey, now: number, network: Machines['network'], due: Due): void {
  for (const group of draft.rows(place, 'groups')) {
    const followed = followInstances(draft, place, group, now)
    if (followed.isDeleting) {
      removeGroup(draft, place, followed, now)
      continue
    }
    const healthy = replaceUnhealthy(draft, place, followed, now, due)
    const refresh = activeRefresh(draft, place, group.name)
    const refreshed = refresh === undefined ? healthy : advanceRefresh(draft, place, healthy, refresh, now, network, due)
    keepDesired(draft, place, refreshed, activeRefresh(draft, place, group.name), now, network, due)
  }
}

export function activeRefresh(draft: Draft, place: PlaceKey, group: string): Refresh | undefined {
  return draft.rows(place, 'refreshes').find((refresh) => refresh.group === group && isActiveRefresh(refresh))
}

function removeGroup(draft: Draft, place: PlaceKey, group: Group, now: number): void {
  let current = group
  for (const member of group.members) {
    if (member.lifecycle !== 'Terminating')
      current = retire(draft, place, current, member, 'the group was deleted with its instances.', now)
  }
  if (current.members.length > 0) return
  draft.remove(place, 'groups', group.name)
  for (const refresh of draft.rows(place, 'refreshes'))
    if (refresh.group === group.name) draft.remove(place, 'refreshes', refresh.id)
  for (const activity of draft.rows(place, 'activities'))
    if (activity.group === group.name) draft.remove(place, 'activities', activity.id)
}

/** "After an instance is marked unhealthy, it is scheduled for replacement"; grace periods are waited for while status checks fail [doc]. */
function replaceUnhealthy(draft: Draft, place: PlaceKey, group: Group, now: number, due: Due): Group {
  let current = group
  for (const member of group.members) {
    if (member.lifecycle !== 'InService') continue
    const graceEndsAt = (member.inServiceAt ?? now) + group.gracePeriodSeconds * 1_000
    if (member.isHealthy && draft.get(place, 'instances', member.instanceId)?.isImpaired && graceEndsAt > now)
      due.idleUntil(graceEndsAt)
    if (member.isHealthy || isSuspended(group, 'ReplaceUnhealthy') || isSuspended(group, 'Terminate')) continue
    current = retire(draft, place, current, member, healthCause(draft, place, member), now)
  }
  return current
}

function keepDesired(
  draft: Draft,
  place: PlaceKey,
  group: Group,
  refresh: Refresh | undefined,
  now: number,
  network: Machines['network'],
  due: Due,
): void {
  const active = group.members.filter(isActive)
  const lacking = group.desired - active.length
  if (lacking > 0) fill(draft, place, group, lacking, refresh, now, network, due)
  // While a refresh runs it may hold more than the desired capacity: it launches before it terminates.
  else if (lacking < 0 && refresh === undefined && !isSuspended(group, 'Terminate')) shrink(draft, place, group, -lacking, now)
}

function fill(
  draft: Draft,
  place: PlaceKey,
  group: Group,
  lacking: number,
  refresh: Refresh | undefined,
  now: number,
  network: Machines['network'],
  due: Due,
): void {
  if (isSuspended(group, 'Launch')) return
  if (group.retryAt !== undefined && now < group.retryAt) {
    // A refresh ends by itself after an hour of failures, so its waits may be skipped; a group's own retries go on for ever.
    if (refresh === undefined) due.workUntil(group.retryAt)
    else due.idleUntil(group.retryAt)
    return
  }
  const have = group.desired - lacking
  const cause =
    refresh === undefined
      ? `an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${have} to ${group.desired}.`
      : 'an instance was launched in response to an instance refresh replacement.'
  launchInto(draft, place, group, { source: refresh?.target.source ?? group.launch, count: lacking, cause }, network, now)
}

function shrink(draft: Draft, place: PlaceKey, group: Group, count: number, now: number): void {
  let current = group
  for (let index = 0; index < count; index++) {
    const victim = chooseVictim(current)
    if (victim === undefined) return
    const active = current.members.filter(isActive).length
    const cause = `an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${active} to ${active - 1}.`
    current = retire(draft, place, current, victim, cause, now)
  }
}

/** The default policy: of the zone with the most, the oldest launch template version, then the oldest instance [doc: ec2-auto-scaling-termination-policies]. */
function chooseVictim(group: Group): Member | undefined {
  const candidates = group.members.filter((member) => isActive(member) && !member.isProtected)
  const perZone = new Map<string, number>()
  for (const { zone } of group.members.filter(isActive)) perZone.set(zone, (perZone.get(zone) ?? 0) + 1)
  const [policy = 'Default'] = group.terminationPolicies
  const orders: Readonly<Record<string, (a: Member, b: Member) => number>> = {
    OldestInstance: (a, b) => a.joinedAt - b.joinedAt,
    NewestInstance: (a, b) => b.joinedAt - a.joinedAt,
    OldestLaunchTemplate: (a, b) => a.template.version - b.template.version,
    Default: (a, b) => a.template.version - b.template.version || a.joinedAt - b.joinedAt,
  }
  const byPolicy = orders[policy] ?? orders.Default
  return [...candidates].sort((a, b) => (perZone.get(b.zone) ?? 0) - (perZone.get(a.zone) ?? 0) || (byPolicy?.(a, b) ?? 0))[0]
}
