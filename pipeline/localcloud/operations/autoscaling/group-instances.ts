// TerminateInstanceInAutoScalingGroup, SetInstanceHealth, SetInstanceProtection.

import type {
  ActivityType,
  SetInstanceHealthQuery,
  SetInstanceProtectionQuery,
  TerminateInstanceInAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling'
import { retire } from '../../reconcile/members.ts'
import { leftWithCapacity } from '../../reconcile/refresh-resized.ts'
import { type Group, isActive, type Member } from '../../store/group.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { operation } from '../operation.ts'
import { activityView } from './describe-groups.ts'
import { findAutoScalingGroup, validation } from './group-input.ts'

export const terminateInstanceInAutoScalingGroup = operation<TerminateInstanceInAutoScalingGroupType, ActivityType>({
  handles: ['InstanceId', 'ShouldDecrementDesiredCapacity'],
  run({ input, draft, place, now }) {
    const { group, member } = memberOf(draft, place, input.InstanceId)
    const decrements = input.ShouldDecrementDesiredCapacity ?? false
    if (decrements && group.desired <= group.minSize) {
      throw validation(
        `Currently, desiredSize equals minSize (${group.minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
      )
    }
    const cause = decrements
      ? `instance ${member.instanceId} was taken out of service in response to a user request, shrinking the capacity from ${group.desired} to ${group.desired - 1}.`
      : `instance ${member.instanceId} was taken out of service in response to a user request.`
    if (decrements && isActive(member)) leftWithCapacity(draft, place, group, 1, [member.instanceId])
    const changed = decrements ? { ...group, desired: group.desired - 1 } : group
    const after = retire(draft, place, changed, member, cause, now)
    const id = after.members.find((one) => one.instanceId === member.instanceId)?.terminateActivityId
    const activity = id === undefined ? undefined : draft.get(place, 'activities', id)
    return activity === undefined ? {} : { Activity: activityView(activity) }
  },
})

export const setInstanceHealth = operation<SetInstanceHealthQuery, object>({
  handles: ['InstanceId', 'HealthStatus', 'ShouldRespectGracePeriod'],
  run({ input, draft, place, now }) {
    const { group, member } = memberOf(draft, place, input.InstanceId)
    if (input.HealthStatus !== 'Healthy' && input.HealthStatus !== 'Unhealthy')
      throw validation(`Health status ${input.HealthStatus} is not valid: Healthy or Unhealthy`)
    // "If the Auto Scaling group has a grace period, by default this call respects it" [doc: SetInstanceHealth].
    const inGrace = now < (member.inServiceAt ?? now) + group.gracePeriodSeconds * 1_000
    if (input.HealthStatus === 'Unhealthy' && inGrace && input.ShouldRespectGracePeriod !== false) return {}
    change(draft, place, group, member, { isHealthy: input.HealthStatus === 'Healthy' })
    return {}
  },
})

export const setInstanceProtection = operation<SetInstanceProtectionQuery, object>({
  handles: ['InstanceIds', 'AutoScalingGroupName', 'ProtectedFromScaleIn'],
  run({ input, draft, place }) {
    for (const id of input.InstanceIds ?? []) {
      const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
      const member = group.members.find((one) => one.instanceId === id)
      if (member === undefined) throw validation(`The instance ${id} is not part of Auto Scaling group ${group.name}.`)
      change(draft, place, group, member, { isProtected: input.ProtectedFromScaleIn ?? false })
    }
    return {}
  },
})

function memberOf(draft: Draft, place: PlaceKey, id: string | undefined): { group: Group; member: Member } {
  for (const group of draft.rows(place, 'groups')) {
    const member = group.members.find((one) => one.instanceId === id)
    if (member !== undefined) return { group, member }
  }
  throw validation(`Instance Id not found - No managed instance found for instance ID: ${id}`)
}

function change(draft: Draft, place: PlaceKey, group: Group, member: Member, changes: Partial<Member>): void {
  draft.change(place, 'groups', group.name, {
    members: group.members.map((one) => (one === member ? { ...one, ...changes } : one)),
  })
}
