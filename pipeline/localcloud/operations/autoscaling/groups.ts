// CreateAutoScalingGroup, UpdateAutoScalingGroup, DeleteAutoScalingGroup, SetDesiredCapacity.

import type {
  CreateAutoScalingGroupType,
  DeleteAutoScalingGroupType,
  SetDesiredCapacityType,
  UpdateAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling'
import { activeRefresh } from '../../reconcile/groups.ts'
import { autoScalingRole } from '../../store/account.ts'
import type { Group, GroupTag } from '../../store/group.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import {
  checkHealthType,
  checkSizes,
  checkTerminationPolicies,
  findAutoScalingGroup,
  maintenanceOf,
  spreadOf,
  validation,
} from './group-input.ts'
import { launchSource } from './launch-source.ts'
import { lifecycleHook } from './lifecycle-hooks.ts'
import { knownTargetGroup } from './target-groups.ts'

const shared = [
  'AutoScalingGroupName',
  'AvailabilityZones',
  'DefaultCooldown',
  'DefaultInstanceWarmup',
  'DesiredCapacity',
  'HealthCheckGracePeriod',
  'HealthCheckType',
  'InstanceMaintenancePolicy',
  'LaunchConfigurationName',
  'LaunchTemplate',
  'MaxSize',
  'MinSize',
  'MixedInstancesPolicy',
  'NewInstancesProtectedFromScaleIn',
  'ServiceLinkedRoleARN',
  'TerminationPolicies',
  'VPCZoneIdentifier',
] as const

/** "Auto Scaling groups per Region: 500" [doc: ec2-auto-scaling-quotas]. */
const mostGroups = 500

export const createAutoScalingGroup = operation<CreateAutoScalingGroupType, object>({
  handles: [
    ...shared,
    'LifecycleHookSpecificationList.LifecycleHookName',
    'LifecycleHookSpecificationList.LifecycleTransition',
    'LifecycleHookSpecificationList.HeartbeatTimeout',
    'LifecycleHookSpecificationList.DefaultResult',
    'LifecycleHookSpecificationList.NotificationMetadata',
    'TargetGroupARNs',
    'Tags',
  ],
  run({ input, draft, place, account, region, network, now }) {
    const name = input.AutoScalingGroupName ?? ''
    if (name === '') throw validation('AutoScalingGroupName is required')
    if (draft.get(place, 'groups', name) !== undefined) {
      throw new ApiFault(
        'AlreadyExists',
        `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
      )
    }
    if (draft.rows(place, 'groups').length >= mostGroups)
      throw new ApiFault('LimitExceeded', `You have reached the limit of ${mostGroups} Auto Scaling groups.`)
    const launch = launchSource(draft, place, input)
    if (launch === undefined) {
      throw validation(
        'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
      )
    }
    const spread = spreadOf(draft, place, input, network.cidr)
    if (spread === undefined) throw validation('At least one Availability Zone or VPC Subnet is required.')
    checkHealthType(input.HealthCheckType)
    checkTerminationPolicies(input.TerminationPolicies)
    const minSize = input.MinSize ?? 0
    const maintenance = maintenanceOf(input.InstanceMaintenancePolicy)
    const group: Group = {
      name,
      arn: `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:${draft.mintUuid()}:autoScalingGroupName/${name}`,
      createdAt: now,
      minSize,
      maxSize: input.MaxSize ?? minSize,
      desired: input.DesiredCapacity ?? minSize,
      launch,
      ...spread,
      cooldownSeconds: input.DefaultCooldown ?? 300,
      healthCheckType: input.HealthCheckType ?? 'EC2',
      targetGroups: (input.TargetGroupARNs ?? []).map((arn) => knownTargetGroup(draft, place, arn)),
      // "The default is 0 seconds" for groups made through the API [doc: CreateAutoScalingGroup].
      gracePeriodSeconds: input.HealthCheckGracePeriod ?? 0,
      newInstancesProtected: input.NewInstancesProtectedFromScaleIn ?? false,
      terminationPolicies: input.TerminationPolicies?.length ? input.TerminationPolicies : ['Default'],
      suspended: [],
      serviceLinkedRole: input.ServiceLinkedRoleARN ?? autoScalingRole(account),
      tags: (input.Tags ?? []).map(groupTag),
      members: [],
      hooks: (input.LifecycleHookSpecificationList ?? []).map((hook) => lifecycleHook(hook)),
      isDeleting: false,
      failedLaunches: 0,
      ...(input.DefaultInstanceWarmup === undefined || input.DefaultInstanceWarmup < 0
        ? {}
        : { defaultWarmupSeconds: input.DefaultInstanceWarmup }),
      ...(maintenance === undefined ? {} : { maintenance }),
    }
    checkSizes(group)
    draft.put(place, 'groups', name, group)
    return {}
  },
})

export function groupTag(tag: {
  Key?: string | undefined
  Value?: string | undefined
  PropagateAtLaunch?: boolean | undefined
}): GroupTag {
  return { key: tag.Key ?? '', value: tag.Value ?? '', propagates: tag.PropagateAtLaunch ?? false }
}

export const updateAutoScalingGroup = operation<UpdateAutoScalingGroupType, object>({
  handles: shared,
  run({ input, draft, place, network }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    refuseDeleting(group)
    const launch = launchSource(draft, place, input)
    if (launch !== undefined) refuseDuringDesired(draft, place, group)
    const spread = spreadOf(draft, place, input, network.cidr)
    checkHealthType(input.HealthCheckType)
    checkTerminationPolicies(input.TerminationPolicies)
    const minSize = input.MinSize ?? group.minSize
    const maxSize = input.MaxSize ?? group.maxSize
    const { maintenance: earlier, defaultWarmupSeconds: warmup, ...rest } = group
    const maintenance = input.InstanceMaintenancePolicy === undefined ? earlier : maintenanceOf(input.InstanceMaintenancePolicy)
    const defaultWarmupSeconds = input.DefaultInstanceWarmup ?? warmup
    const next: Group = {
      ...rest,
      minSize,
      maxSize,
      // "If a new MinSize is larger than the desired capacity, the desired capacity becomes it"; likewise with MaxSize [doc: UpdateAutoScalingGroup].
      desired: input.DesiredCapacity ?? Math.max(minSize, Math.min(maxSize, group.desired)),
      launch: launch ?? group.launch,
      ...(spread ?? {}),
      cooldownSeconds: input.DefaultCooldown ?? group.cooldownSeconds,
      healthCheckType: input.HealthCheckType ?? group.healthCheckType,
      gracePeriodSeconds: input.HealthCheckGracePeriod ?? group.gracePeriodSeconds,
      newInstancesProtected: input.NewInstancesProtectedFromScaleIn ?? group.newInstancesProtected,
      terminationPolicies: input.TerminationPolicies?.length ? input.TerminationPolicies : group.terminationPolicies,
      serviceLinkedRole: input.ServiceLinkedRoleARN ?? group.serviceLinkedRole,
      // A changed configuration is worth a try at once.
      retryAt: undefined,
      ...(defaultWarmupSeconds === undefined || defaultWarmupSeconds < 0 ? {} : { defaultWarmupSeconds }),
      ...(maintenance === undefined ? {} : { maintenance }),
    }
    checkSizes(next)
    draft.put(place, 'groups', group.name, next)
    return {}
  },
})

/** "An active instance refresh with a desired configuration exists": its template must not change under it [doc: asg-instance-refresh]. */
function refuseDuringDesired(draft: Draft, place: PlaceKey, group: Group): void {
  const active = activeRefresh(draft, place, group.name)
  if (active?.desiredConfiguration === undefined) return
  throw validation(
    'An active instance refresh with a desired configuration exists. All configuration options derived from the desired configuration are not available for update while the instance refresh is active.',
  )
}

export const setDesiredCapacity = operation<SetDesiredCapacityType, object>({
  handles: ['AutoScalingGroupName', 'DesiredCapacity'],
  run({ input, draft, place }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    refuseDeleting(group)
    const desired = input.DesiredCapacity ?? group.desired
    const { minSize, maxSize } = group
    if (desired > maxSize)
      throw validation(`New SetDesiredCapacity value ${desired} is above max value ${maxSize} for the AutoScalingGroup.`)
    if (desired < minSize)
      throw validation(`New SetDesiredCapacity value ${desired} is below min value ${minSize} for the AutoScalingGroup.`)
    draft.change(place, 'groups', group.name, { desired, retryAt: undefined })
    return {}
  },
})

export const deleteAutoScalingGroup = operation<DeleteAutoScalingGroupType, object>({
  handles: ['AutoScalingGroupName', 'ForceDelete'],
  run({ input, draft, place }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    if (group.members.length > 0 && !input.ForceDelete) {
      throw new ApiFault(
        'ResourceInUse',
        'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
      )
    }
    draft.change(place, 'groups', group.name, { isDeleting: true, desired: 0, minSize: 0 })
    return {}
  },
})

function refuseDeleting(group: Group): void {
  if (group.isDeleting) throw new ApiFault('ScalingActivityInProgress', `AutoScalingGroup ${group.name} is being deleted.`)
}
