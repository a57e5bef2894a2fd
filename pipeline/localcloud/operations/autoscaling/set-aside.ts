// EnterStandby, ExitStandby, DetachInstances and AttachInstances: instances that leave a group's service, or join it, without ending.

import type {
  ActivitiesType,
  AttachInstancesQuery,
  DetachInstancesAnswer,
  DetachInstancesQuery,
  EnterStandbyAnswer,
  EnterStandbyQuery,
  ExitStandbyAnswer,
  ExitStandbyQuery,
} from '@aws-sdk/client-auto-scaling'
import { at, begin, finish } from '../../reconcile/activities.ts'
import { leftWithCapacity } from '../../reconcile/refresh-resized.ts'
import type { Group, Member } from '../../store/group.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { operation } from '../operation.ts'
import { activityView } from './describe-groups.ts'
import { findAutoScalingGroup, validation } from './group-input.ts'

export const enterStandby = operation<EnterStandbyQuery, EnterStandbyAnswer>({
  handles: ['InstanceIds', 'AutoScalingGroupName', 'ShouldDecrementDesiredCapacity'],
  run({ input, draft, place, now }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    const members = chosen(group, input.InstanceIds, ['InService'])
    const desired = afterLeaving(group, members.length, input.ShouldDecrementDesiredCapacity, 'place into standby')
    const Activities = members.map((member) =>
      record(
        draft,
        place,
        group,
        member,
        `Moving EC2 instance to Standby: ${member.instanceId}`,
        moved(member, 'to', group, desired),
        now,
      ),
    )
    leftWithCapacity(draft, place, group, group.desired - desired, [])
    putMembers(draft, place, group, desired, (member) => {
      if (!members.includes(member)) return [member]
      const { inServiceAt: _inServiceAt, ...rest } = member
      return [{ ...rest, lifecycle: 'Standby' }]
    })
    return { Activities }
  },
})

export const exitStandby = operation<ExitStandbyQuery, ExitStandbyAnswer>({
  handles: ['InstanceIds', 'AutoScalingGroupName'],
  run({ input, draft, place, now }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    const members = chosen(group, input.InstanceIds, ['Standby'])
    const desired = afterJoining(group, members.length)
    const Activities = members.map((member) =>
      record(
        draft,
        place,
        group,
        member,
        `Moving EC2 instance out of Standby: ${member.instanceId}`,
        moved(member, 'out of', group, desired),
        now,
      ),
    )
    const activityOf = new Map(members.map((member, index) => [member, Activities[index]?.ActivityId ?? '']))
    // It passes the launching hooks like a new one before it serves again.
    putMembers(draft, place, group, desired, (member) => {
      const launchActivityId = activityOf.get(member)
      return [launchActivityId === undefined ? member : { ...member, lifecycle: 'Pending', isHealthy: true, launchActivityId }]
    })
    return { Activities }
  },
})

export const detachInstances = operation<DetachInstancesQuery, DetachInstancesAnswer>({
  handles: ['InstanceIds', 'AutoScalingGroupName', 'ShouldDecrementDesiredCapacity'],
  run({ input, draft, place, now }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    const members = chosen(group, input.InstanceIds, ['InService', 'Standby'])
    const counted = members.filter(({ lifecycle }) => lifecycle === 'InService').length
    const desired = afterLeaving(group, counted, input.ShouldDecrementDesiredCapacity, 'detach')
    const Activities = members.map((member) => {
      const cause = `instance ${member.instanceId} was detached in response to a user request${capacity(group.desired, desired)}.`
      return record(draft, place, group, member, `Detaching EC2 instance: ${member.instanceId}`, cause, now)
    })
    const gone = members.map(({ instanceId }) => instanceId)
    leftWithCapacity(draft, place, group, group.desired - desired, gone)
    putMembers(draft, place, group, desired, (member) => (members.includes(member) ? [] : [member]))
    for (const instanceId of gone) changeMark(draft, place, instanceId, undefined)
    return { Activities }
  },
})

export const attachInstances = operation<AttachInstancesQuery, object>({
  handles: ['InstanceIds', 'AutoScalingGroupName'],
  run({ input, draft, place, now }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    const ids = input.InstanceIds ?? []
    const desired = afterJoining(group, ids.length)
    const joining = ids.map((id) => attached(draft, place, group, id, now))
    draft.change(place, 'groups', group.name, { desired, members: [...group.members, ...joining] })
    for (const id of ids) changeMark(draft, place, id, group.name)
    return {}
  },
})

function attached(draft: Draft, place: PlaceKey, group: Group, id: string, now: number): Member {
  const instance = draft.get(place, 'instances', id)
  if (instance === undefined) throw validation(`Invalid Instance ID(s): [${id}]`)
  if (instance.state !== 'running') throw validation(`Invalid Instance ID(s): [${id}]. Not in the running state.`)
  if (!group.zones.includes(instance.zone))
    throw validation(`Cannot attach instance ${id}: its Availability Zone ${instance.zone} is none of the group's.`)
  if (draft.rows(place, 'groups').some(({ members }) => members.some(({ instanceId }) => instanceId === id)))
    throw validation(`Instance ${id} is already part of an AutoScalingGroup.`)
  const cause = `instance ${id} was attached in response to a user request.`
  const facts = { group, cause: `At ${at(now)} ${cause}`, description: `Attaching an existing EC2 instance: ${id}` }
  const launchActivityId = begin(draft, place, { ...facts, zone: instance.zone, subnetId: instance.subnetId }, now)
  return {
    instanceId: id,
    instanceType: instance.instanceType,
    imageId: instance.imageId,
    zone: instance.zone,
    lifecycle: 'Pending',
    isHealthy: true,
    isProtected: group.newInstancesProtected,
    joinedAt: now,
    launchActivityId,
  }
}

function chosen(group: Group, ids: readonly string[] | undefined, states: readonly Member['lifecycle'][]): readonly Member[] {
  if (!ids?.length) throw validation('At least one instance ID is required.')
  return ids.map((id) => {
    const member = group.members.find(({ instanceId }) => instanceId === id)
    if (member === undefined) throw validation(`The instance ${id} is not part of Auto Scaling group ${group.name}.`)
    if (!states.includes(member.lifecycle) || member.holds !== undefined)
      throw validation(`The instance ${id} is not in ${states.join(' or ')}.`)
    return member
  })
}

/** The desired capacity when so many have left; it may not fall below the minimum. */
function afterLeaving(group: Group, count: number, decrements: boolean | undefined, what: string): number {
  const { name, minSize, maxSize, desired } = group
  if (decrements === undefined) throw validation('ShouldDecrementDesiredCapacity is required.')
  if (!decrements) return desired
  if (desired - count >= minSize) return desired - count
  throw validation(
    `AutoScalingGroup ${name} has min-size=${minSize}, max-size=${maxSize}, and desired-size=${desired}. To ${what} ${count} instance${count === 1 ? '' : 's'}, please update the AutoScalingGroup sizes appropriately.`,
  )
}

/** "The size of the group increases by the number of instances"; it may not pass the maximum [doc: AttachInstances, ExitStandby]. */
function afterJoining({ name, minSize, maxSize, desired }: Group, count: number): number {
  if (desired + count <= maxSize) return desired + count
  throw validation(
    `AutoScalingGroup ${name} has min-size=${minSize}, max-size=${maxSize}, and desired-size=${desired}. To add ${count} instance${count === 1 ? '' : 's'}, please update the AutoScalingGroup sizes appropriately.`,
  )
}

function moved(member: Member, where: 'to' | 'out of', group: Group, desired: number): string {
  return `instance ${member.instanceId} was moved ${where} standby in response to a user request${capacity(group.desired, desired)}.`
}

function capacity(from: number, to: number): string {
  if (from === to) return ''
  return `, ${to < from ? 'shrinking' : 'increasing'} the capacity from ${from} to ${to}`
}

/** What happens at once, as an activity that has ended well. */
function record(
  draft: Draft,
  place: PlaceKey,
  group: Group,
  member: Member,
  description: string,
  cause: string,
  now: number,
): NonNullable<ActivitiesType['Activities']>[number] {
  const subnetId = draft.get(place, 'instances', member.instanceId)?.subnetId ?? ''
  const id = begin(draft, place, { group, cause: `At ${at(now)} ${cause}`, description, zone: member.zone, subnetId }, now)
  finish(draft, place, id, 'Successful', now)
  const activity = draft.get(place, 'activities', id)
  return activity === undefined
    ? { ActivityId: id, AutoScalingGroupName: group.name, Cause: cause, StartTime: new Date(now), StatusCode: 'Successful' }
    : activityView(activity)
}

function putMembers(
  draft: Draft,
  place: PlaceKey,
  group: Group,
  desired: number,
  change: (member: Member) => readonly Member[],
): void {
  draft.change(place, 'groups', group.name, { desired, members: group.members.flatMap(change) })
}

/** The tag by which an instance says whose it is. */
function changeMark(draft: Draft, place: PlaceKey, instanceId: string, group: string | undefined): void {
  const instance = draft.get(place, 'instances', instanceId)
  if (instance === undefined) return
  const { 'aws:autoscaling:groupName': _mark, ...others } = instance.tags
  draft.change(place, 'instances', instanceId, {
    tags: group === undefined ? others : { ...others, 'aws:autoscaling:groupName': group },
  })
}
