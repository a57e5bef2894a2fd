// A group's members follow their instances: into service, out of health, and away.

import { terminate } from '../operations/ec2/instance-power.ts'
import type { Group, Member } from '../store/group.ts'
import type { Draft, PlaceKey } from '../store/state.ts'
import { at, begin, finish } from './activities.ts'
import type { Due } from './due.ts'
import { abandonMessage, heldNow, hold } from './holds.ts'
import { targetStateOf } from './targets.ts'

export function isSuspended(group: Group, process: string): boolean {
  return group.suspended.includes(process)
}

/** Writes what has become of the instances into the members, and drops those that are gone. */
export function followInstances(draft: Draft, place: PlaceKey, group: Group, now: number, due: Due): Group {
  let changed = false
  const members = group.members.flatMap((member) => {
    const next = followed(draft, place, group, member, now, due)
    if (next !== member) changed = true
    return next === undefined ? [] : [next]
  })
  if (!changed) return group
  const next = { ...group, members }
  draft.put(place, 'groups', group.name, next)
  return next
}

function followed(draft: Draft, place: PlaceKey, group: Group, member: Member, now: number, due: Due): Member | undefined {
  const instance = draft.get(place, 'instances', member.instanceId)
  const state = instance?.state ?? 'terminated'
  if (member.lifecycle === 'Terminating') {
    if (state !== 'terminated') return released(draft, place, group, member, now, due)
    if (member.terminateActivityId !== undefined) finish(draft, place, member.terminateActivityId, 'Successful', now)
    return undefined
  }
  if (member.lifecycle === 'Pending') {
    if (state === 'running') return entering(draft, place, group, member, now, due)
    if (state === 'pending') return member
    const reason =
      instance?.stateReason?.message ?? 'Instance became unhealthy while waiting for instance to be in InService state'
    finish(draft, place, member.launchActivityId, 'Cancelled', now, `${reason} (${member.instanceId})`)
    return state === 'terminated' ? undefined : { ...member, lifecycle: 'Terminating', isHealthy: false }
  }
  // "Health checks are not performed on instances in standby": one may be stopped, and comes back when it is started again [doc: as-enter-exit-standby].
  if (member.lifecycle === 'Standby') return state === 'terminated' ? undefined : member
  // "An instance that is not in the running state is unhealthy" whatever the grace period; suspending HealthCheck stops the checks [doc: health-checks-overview].
  if (state === 'running' || isSuspended(group, 'HealthCheck')) {
    const targetState = targetStateOf(draft, place, group, member)
    const seen = targetState === member.targetState ? member : withTargetState(member, targetState)
    return judged(group, seen, instance?.isImpaired || targetState === 'unhealthy', now)
  }
  return member.isHealthy ? { ...member, isHealthy: false } : member
}

/** Its instance runs: into service, unless a hook holds it or gives it up. */
function entering(draft: Draft, place: PlaceKey, group: Group, member: Member, now: number, due: Due): Member {
  const held = member.holds === undefined ? hold(draft, group, member, 'autoscaling:EC2_INSTANCE_LAUNCHING', now) : member
  const outcome = heldNow(held, now, due)
  if (outcome.kind === 'waiting') {
    if (held !== member) draft.change(place, 'activities', member.launchActivityId, { status: 'MidLifecycleAction' })
    return held
  }
  const { holds: _holds, isSpare: _isSpare, ...rest } = held
  if (outcome.kind === 'abandoned') {
    finish(draft, place, member.launchActivityId, 'Cancelled', now, abandonMessage(outcome))
    const cause = 'an instance was taken out of service in response to an abandoned launch lifecycle action.'
    return { ...leave(draft, place, group, rest, cause, now), isHealthy: false }
  }
  finish(draft, place, member.launchActivityId, 'Successful', now)
  const serving = withTargetState({ ...rest, lifecycle: 'InService', inServiceAt: now }, targetStateOf(draft, place, group, rest))
  // Who enters with a failed status check is not counted on for a moment: a refresh would take healthy machines for it.
  return judged(group, serving, draft.get(place, 'instances', member.instanceId)?.isImpaired === true, now)
}

/** Either answer lets a leaving instance end: "the instance terminates in both cases" [doc: lifecycle-hooks]. A deleted group waits for no hook. */
function released(draft: Draft, place: PlaceKey, group: Group, member: Member, now: number, due: Due): Member {
  if (member.holds === undefined) return member
  if (!group.isDeleting && heldNow(member, now, due).kind === 'waiting') return member
  const { holds: _holds, ...rest } = member
  if (member.terminateActivityId !== undefined)
    draft.change(place, 'activities', member.terminateActivityId, { status: 'InProgress' })
  end(draft, place, member, now)
  return rest
}

function end(draft: Draft, place: PlaceKey, { instanceId }: Member, now: number): void {
  const instance = draft.get(place, 'instances', instanceId)
  if (instance !== undefined) terminate(draft, place, instance, 'Client.UserInitiatedShutdown: User initiated shutdown', now)
}

function withTargetState({ targetState: _earlier, ...member }: Member, targetState: Member['targetState']): Member {
  return targetState === undefined ? member : { ...member, targetState }
}

function judged(group: Group, member: Member, isIll: boolean, now: number): Member {
  const graceEndsAt = (member.inServiceAt ?? now) + group.gracePeriodSeconds * 1_000
  if (!isIll || !member.isHealthy || isSuspended(group, 'HealthCheck') || now < graceEndsAt) return member
  return { ...member, isHealthy: false }
}

/** Takes a member out of service for that cause; its instance ends, when the group's hooks let it. */
export function retire(draft: Draft, place: PlaceKey, group: Group, member: Member, cause: string, now: number): Group {
  if (member.lifecycle === 'Pending') finish(draft, place, member.launchActivityId, 'Cancelled', now)
  const leaving = leave(draft, place, group, member, cause, now)
  const next = { ...group, members: group.members.map((one) => (one.instanceId === member.instanceId ? leaving : one)) }
  draft.put(place, 'groups', group.name, next)
  return next
}

function leave(draft: Draft, place: PlaceKey, group: Group, member: Member, cause: string, now: number): Member {
  const instance = draft.get(place, 'instances', member.instanceId)
  const activity = begin(
    draft,
    place,
    {
      group,
      cause: `At ${at(now)} ${cause}`,
      description: `Terminating EC2 instance: ${member.instanceId}`,
      zone: member.zone,
      subnetId: instance?.subnetId ?? '',
    },
    now,
  )
  const leaving: Member = { ...member, lifecycle: 'Terminating', terminateActivityId: activity }
  // Hooks are for instances that were in service and still run.
  const wasServing = member.lifecycle !== 'Pending' && instance?.state === 'running' && !group.isDeleting
  const held = wasServing ? hold(draft, group, leaving, 'autoscaling:EC2_INSTANCE_TERMINATING', now) : leaving
  if (held.holds === undefined) end(draft, place, member, now)
  else draft.change(place, 'activities', activity, { status: 'MidLifecycleAction' })
  return held
}

/** Why a health check took an instance out, as AWS puts it. */
export function healthCause(draft: Draft, place: PlaceKey, member: Member): string {
  const state = draft.get(place, 'instances', member.instanceId)?.state
  if (state !== undefined && state !== 'running') {
    return 'an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.'
  }
  if (member.targetState === 'unhealthy')
    return 'an instance was taken out of service in response to an ELB system health check failure.'
  return draft.get(place, 'instances', member.instanceId)?.isImpaired
    ? 'an instance was taken out of service in response to an EC2 instance status checks failure.'
    : 'an instance was taken out of service in response to a user health-check.'
}
