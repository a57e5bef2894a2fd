// A group's members follow their instances: into service, out of health, and away.

import { terminate } from '../operations/ec2/instance-power.ts'
import type { Group, Member } from '../store/group.ts'
import type { Draft, PlaceKey } from '../store/state.ts'
import { at, begin, finish } from './activities.ts'

export function isSuspended(group: Group, process: string): boolean {
  return group.suspended.includes(process)
}

/** Writes what has become of the instances into the members, and drops those that are gone. */
export function followInstances(draft: Draft, place: PlaceKey, group: Group, now: number): Group {
  let changed = false
  const members = group.members.flatMap((member) => {
    const next = followed(draft, place, group, member, now)
    if (next !== member) changed = true
    return next === undefined ? [] : [next]
  })
  if (!changed) return group
  const next = { ...group, members }
  draft.put(place, 'groups', group.name, next)
  return next
}

function followed(draft: Draft, place: PlaceKey, group: Group, member: Member, now: number): Member | undefined {
  const instance = draft.get(place, 'instances', member.instanceId)
  const state = instance?.state ?? 'terminated'
  if (member.lifecycle === 'Terminating') {
    if (state !== 'terminated') return member
    if (member.terminateActivityId !== undefined) finish(draft, place, member.terminateActivityId, 'Successful', now)
    return undefined
  }
  if (member.lifecycle === 'Pending') {
    if (state === 'running') {
      finish(draft, place, member.launchActivityId, 'Successful', now)
      return { ...member, lifecycle: 'InService', inServiceAt: now }
    }
    if (state === 'pending') return member
    const reason =
      instance?.stateReason?.message ?? 'Instance became unhealthy while waiting for instance to be in InService state'
    finish(draft, place, member.launchActivityId, 'Cancelled', now, `${reason} (${member.instanceId})`)
    return state === 'terminated' ? undefined : { ...member, lifecycle: 'Terminating', isHealthy: false }
  }
  // "An instance that is not in the running state is unhealthy" whatever the grace period; suspending HealthCheck stops the checks [doc: health-checks-overview].
  if (state === 'running' || isSuspended(group, 'HealthCheck')) return impaired(group, member, instance?.isImpaired ?? false, now)
  return member.isHealthy ? { ...member, isHealthy: false } : member
}

function impaired(group: Group, member: Member, isImpaired: boolean, now: number): Member {
  const graceEndsAt = (member.inServiceAt ?? now) + group.gracePeriodSeconds * 1_000
  if (!isImpaired || !member.isHealthy || isSuspended(group, 'HealthCheck') || now < graceEndsAt) return member
  return { ...member, isHealthy: false }
}

/** Takes a member out of service for that cause; its instance ends. */
export function retire(draft: Draft, place: PlaceKey, group: Group, member: Member, cause: string, now: number): Group {
  const activity = begin(
    draft,
    place,
    {
      group,
      cause: `At ${at(now)} ${cause}`,
      description: `Terminating EC2 instance: ${member.instanceId}`,
      zone: member.zone,
      subnetId: draft.get(place, 'instances', member.instanceId)?.subnetId ?? '',
    },
    now,
  )
  if (member.lifecycle === 'Pending') finish(draft, place, member.launchActivityId, 'Cancelled', now)
  const leaving: Member = { ...member, lifecycle: 'Terminating', terminateActivityId: activity }
  const next = { ...group, members: group.members.map((one) => (one.instanceId === member.instanceId ? leaving : one)) }
  draft.put(place, 'groups', group.name, next)
  const instance = draft.get(place, 'instances', member.instanceId)
  if (instance !== undefined) terminate(draft, place, instance, 'Client.UserInitiatedShutdown: User initiated shutdown', now)
  return next
}

/** Why a health check took an instance out, as AWS puts it. */
export function healthCause(draft: Draft, place: PlaceKey, member: Member): string {
  const state = draft.get(place, 'instances', member.instanceId)?.state
  if (state !== undefined && state !== 'running') {
    return 'an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.'
  }
  return draft.get(place, 'instances', member.instanceId)?.isImpaired
    ? 'an instance was taken out of service in response to an EC2 instance status checks failure.'
    : 'an instance was taken out of service in response to a user health-check.'
}
