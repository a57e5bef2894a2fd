// Auto Scaling groups keep themselves at their desired capacity, and their members healthy.

import type { Machines } from '../machines/types.ts'
import { type Group, isActive, type Member } from '../store/group.ts'
import type { Refresh } from '../store/refresh.ts'
import type { Draft, PlaceKey } from '../store/state.ts'
import { activeRefreshes, groupsByRest, restless } from './at-rest.ts'
import type { Due } from './due.ts'
import { avoidedUntil, launchInto } from './group-launch.ts'
import { followInstances, healthCause, isSuspended, retire } from './members.ts'
import { advanceRefresh } from './refresh.ts'
import { mostActive } from './refresh-arithmetic.ts'
import { resized, toScaleIn } from './refresh-resized.ts'
import { chooseVictim } from './termination-policies.ts'

export function advanceGroups(draft: Draft, place: PlaceKey, now: number, network: Machines['network'], due: Due): void {
  forgetRefreshes(draft, place, now)
  for (const group of restlessGroups(draft, place)) {
    const followed = followInstances(draft, place, group, now, due)
    if (followed.isDeleting) {
      removeGroup(draft, place, followed, now)
      continue
    }
    const refresh = activeRefresh(draft, place, group.name)
    const healthy = replaceUnhealthy(draft, place, followed, refresh === undefined, now, network, due)
    const refreshed = refresh === undefined ? healthy : refreshedGroup(draft, place, healthy, refresh, now, network, due)
    keepDesired(draft, place, refreshed, activeRefresh(draft, place, group.name), now, network, due)
  }
}

/** "The scaling activities run in parallel" with a refresh: what the group is to lose goes first [doc: asg-instance-refresh]. */
function refreshedGroup(
  draft: Draft,
  place: PlaceKey,
  group: Group,
  refresh: Refresh,
  now: number,
  network: Machines['network'],
  due: Due,
): Group {
  const lost = toScaleIn(group, refresh)
  if (lost > 0 && isSuspended(group, 'Terminate')) return advanceRefresh(draft, place, group, refresh, now, network, due)
  const smaller = lost > 0 ? shrink(draft, place, group, lost, now) : group
  const since = resized({ draft, place, group: smaller, refresh, now }, group, lost)
  return advanceRefresh(draft, place, smaller, since, now, network, due)
}

/** "The history of instance refreshes is kept for six weeks" [doc: DescribeInstanceRefreshes]. */
const historyMs = 6 * 7 * 24 * 3_600_000

function forgetRefreshes(draft: Draft, place: PlaceKey, now: number): void {
  for (const { id, endedAt = now } of draft.rows(place, 'refreshes'))
    if (now - endedAt > historyMs) draft.remove(place, 'refreshes', id)
}

/** Those with members or that want some, and those that are being refreshed. */
function restlessGroups(draft: Draft, place: PlaceKey): readonly Group[] {
  const groups = draft.found(place, groupsByRest, restless)
  const names = new Set(groups.map(({ name }) => name))
  const refreshed = [...draft.byKey(place, activeRefreshes).keys()].filter((name) => !names.has(name))
  return [...groups, ...refreshed.flatMap((name) => draft.get(place, 'groups', name) ?? [])]
}

export function activeRefresh(draft: Draft, place: PlaceKey, group: string): Refresh | undefined {
  return draft.found(place, activeRefreshes, group)[0]
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
function replaceUnhealthy(
  draft: Draft,
  place: PlaceKey,
  group: Group,
  isAlone: boolean,
  now: number,
  network: Machines['network'],
  due: Due,
): Group {
  const keeps = isAlone ? launchedFirst(draft, place, group) : []
  let current = group
  for (const member of group.members) {
    if (member.lifecycle !== 'InService') continue
    const graceEndsAt = (member.inServiceAt ?? now) + group.gracePeriodSeconds * 1_000
    const isIll = draft.get(place, 'instances', member.instanceId)?.isImpaired || member.targetState === 'unhealthy'
    if (member.isHealthy && isIll && graceEndsAt > now) due.idleUntil(graceEndsAt)
    if (member.isHealthy || isSuspended(group, 'ReplaceUnhealthy') || isSuspended(group, 'Terminate')) continue
    if (!keeps.includes(member)) current = retire(draft, place, current, member, healthCause(draft, place, member), now)
  }
  return keeps.length === 0 ? current : launchReplacements(draft, place, current, keeps.length, now, network, due)
}

/** Unhealthy members that stay until their replacements serve: "launch before terminating" [doc: ec2-auto-scaling-instance-maintenance-policy]. */
function launchedFirst(draft: Draft, place: PlaceKey, group: Group): readonly Member[] {
  if (group.maintenance === undefined || group.maintenance.maxHealthy <= 100 || isSuspended(group, 'Launch')) return []
  const serving = group.members.filter((member) => member.lifecycle === 'InService')
  const unhealthy = serving.filter(
    (member) => !member.isHealthy && draft.get(place, 'instances', member.instanceId)?.state === 'running',
  )
  const missing = group.desired - (serving.length - unhealthy.length)
  return unhealthy.slice(0, Math.max(0, missing))
}

function launchReplacements(
  draft: Draft,
  place: PlaceKey,
  group: Group,
  wanted: number,
  now: number,
  network: Machines['network'],
  due: Due,
): Group {
  const active = group.members.filter(isActive)
  const room = mostActive({ desired: group.desired, maxHealthy: group.maintenance?.maxHealthy ?? 100 }) - active.length
  const count = Math.min(room, wanted - active.filter(isComing).length)
  if (count <= 0) return group
  if (group.retryAt !== undefined && now < group.retryAt) {
    due.workUntil(group.retryAt)
    return group
  }
  const cause = 'an instance was launched in response to an unhealthy instance needing to be replaced.'
  return launchInto(draft, place, group, { source: group.launch, count, cause, isSpare: true }, network, now)
}

/** A spare member on its way: until it serves, nothing leaves for it. */
function isComing(member: Member): boolean {
  return member.isSpare === true && member.lifecycle === 'Pending'
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
  if (lacking > 0) {
    fill(draft, place, group, lacking, refresh, now, network, due)
    return
  }
  // While a refresh runs it may hold more than the desired capacity: it launches before it terminates.
  if (refresh !== undefined || isSuspended(group, 'Terminate')) return
  if (lacking < 0) shrink(draft, place, group, -lacking - active.filter(isComing).length, now)
  else rebalance(draft, place, group, now, network)
}

/**
 * "Rebalancing launches new instances before it terminates the old ones", when a zone has two more than another or is none of the group's
 * any more [doc: ec2-auto-scaling-availability-zone-balanced]. The surplus leaves as any does, from the fullest zone.
 */
function rebalance(draft: Draft, place: PlaceKey, group: Group, now: number, network: Machines['network']): void {
  if (isSuspended(group, 'AZRebalance') || isSuspended(group, 'Launch')) return
  if (group.retryAt !== undefined && now < group.retryAt) return
  const active = group.members.filter(isActive)
  if (!active.every((member) => member.lifecycle === 'InService' && member.isHealthy)) return
  const counts = group.zones.map((zone) => ({ zone, count: active.filter((member) => member.zone === zone).length }))
  const open = counts.filter(({ zone }) => avoidedUntil(group, zone, now) === undefined)
  const least = Math.min(...open.map(({ count }) => count))
  // Protected members stay where they are, so a surplus launched for them would leave itself.
  const movable = chooseVictim(group, now)
  if (movable === undefined || open.length === 0) return
  const crowd = counts.find(({ zone }) => zone === movable.zone)?.count ?? Number.POSITIVE_INFINITY
  if (crowd - least < 2) return
  const shown = `Availability Zones ${counts.map(({ zone }) => zone).join(' ')} had ${counts.map(({ count }) => count).join(' ')}`
  const cause = `${shown} instances respectively. An instance was launched to aid in balancing the group's zones.`
  launchInto(draft, place, group, { source: group.launch, count: 1, cause, isSpare: true }, network, now)
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

function shrink(draft: Draft, place: PlaceKey, group: Group, count: number, now: number): Group {
  let current = group
  for (let index = 0; index < count; index++) {
    const victim = chooseVictim(current, now)
    if (victim === undefined) return current
    const active = current.members.filter(isActive).length
    const cause = `an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${active} to ${active - 1}.`
    current = retire(draft, place, current, victim, cause, now)
  }
  return current
}
