// What each action of Auto Scaling is about: groups, and for a launch template what the caller could launch from it. [doc: list_amazonec2autoscaling]

import type {
  CreateAutoScalingGroupType,
  CreateLaunchConfigurationType,
  LaunchTemplateOverrides,
} from '@aws-sdk/client-auto-scaling'
import type { Facts } from '../policies/index.ts'
import type { Group } from '../store/group.ts'
import { launchNeeds, type Placed, passRoleNeeds } from './launches.ts'
import {
  type About,
  type Asked,
  all,
  on,
  onNothing,
  type Resource,
  requestTagFacts,
  tagFacts,
  tagsIn,
  textIn,
  textsIn,
} from './need.ts'

type Launching = Pick<CreateAutoScalingGroupType, 'LaunchConfigurationName' | 'LaunchTemplate' | 'MixedInstancesPolicy'>

const group = on((asked) => [groupNamed(asked, textIn(asked, 'AutoScalingGroupName'))])

const ofInstance = on((asked) => {
  const id = textIn(asked, 'InstanceId')
  return [
    groupResource(
      asked,
      groups(asked).find(({ members }) => members.some((member) => member.instanceId === id)),
    ),
  ]
})

const withTargetGroups = on((asked) => {
  const resource = groupNamed(asked, textIn(asked, 'AutoScalingGroupName'))
  return [{ ...resource, facts: { ...resource.facts, 'autoscaling:TargetGroupARNs': textsIn(asked, 'TargetGroupARNs') } }]
})

/** Each tag names the group it is for. */
const tagged = on((asked) =>
  tagsIn(asked).map((tag) => {
    const { ResourceId: name } = tag as { readonly ResourceId?: string }
    const resource = groupNamed(asked, name)
    return { ...resource, facts: { ...resource.facts, ...requestTagFacts([tag]) } }
  }),
)

/** A group to be made has the tags of the request, as in the examples of [doc: ec2-auto-scaling-launch-template-permissions]. */
const newGroup = on((asked) => {
  const tags = requestTagFacts(tagsIn(asked))
  const own = Object.fromEntries(tagsIn(asked).map(({ Key = '', Value = '' }) => [Key, Value]))
  const { arn } = groupNamed(asked, textIn(asked, 'AutoScalingGroupName'))
  return [{ type: 'autoScalingGroup', arn, facts: { ...resourceTags(own), ...tags, ...settings(asked) } }]
})

const changedGroup = on((asked) => {
  const resource = groupNamed(asked, textIn(asked, 'AutoScalingGroupName'))
  return [{ ...resource, facts: { ...resource.facts, ...settings(asked) } }]
})

function settings(asked: Asked): Facts {
  const { MinSize: least, MaxSize: most } = asked.input
  const subnets = textIn(asked, 'VPCZoneIdentifier')
  const version = templateIn(asked.input as Launching)?.Version
  return {
    'autoscaling:MinSize': least === undefined ? undefined : String(least),
    'autoscaling:MaxSize': most === undefined ? undefined : String(most),
    'autoscaling:VPCZoneIdentifiers': subnets?.split(',').map((id) => id.trim()),
    'autoscaling:LaunchConfigurationName': textIn(asked, 'LaunchConfigurationName'),
    'autoscaling:LaunchTemplateVersionSpecified': String(/^\d+$/.test(version ?? '')),
  }
}

const configuration = on((asked) => {
  const name = textIn(asked, 'LaunchConfigurationName') ?? '*'
  const known = asked.draft.get(asked.place, 'launchConfigurations', name)?.arn
  const { account, region } = asked
  const arn = known ?? `arn:aws:autoscaling:${region}:${account}:launchConfiguration:*:launchConfigurationName/${name}`
  const { MetadataOptions: metadata } = asked.input as Pick<CreateLaunchConfigurationType, 'MetadataOptions'>
  const hops = metadata?.HttpPutResponseHopLimit
  const facts = {
    'autoscaling:ImageId': textIn(asked, 'ImageId'),
    'autoscaling:InstanceType': textIn(asked, 'InstanceType'),
    'autoscaling:MetadataHttpEndpoint': metadata?.HttpEndpoint,
    'autoscaling:MetadataHttpPutResponseHopLimit': hops === undefined ? undefined : String(hops),
    'autoscaling:MetadataHttpTokens': metadata?.HttpTokens,
    'autoscaling:SpotPrice': textIn(asked, 'SpotPrice'),
  }
  return [{ type: 'launchConfiguration', arn, facts }]
})

/** Machines will have that role, so whoever makes the configuration must be allowed to pass it [doc: us-iam-role]. */
const passedRole: About = (asked) => passRoleNeeds(asked, textIn(asked, 'IamInstanceProfile')?.split('/').at(-1))

function templateIn({ LaunchTemplate: alone, MixedInstancesPolicy: mixed }: Launching) {
  return alone ?? mixed?.LaunchTemplate?.LaunchTemplateSpecification
}

/** "Users without this permission receive an error that they are not authorized to use the launch template" [doc: same page]. Launches themselves are the service-linked role's. */
const useOfTemplate: About = (asked) => {
  const { DesiredConfiguration: desired } = asked.input as { readonly DesiredConfiguration?: Launching }
  const launching = desired ?? (asked.input as Launching)
  const written = templateIn(launching)
  if (written === undefined) return []
  const known = groups(asked).find(({ name }) => name === textIn(asked, 'AutoScalingGroupName'))
  const SubnetId = textIn(asked, 'VPCZoneIdentifier')?.split(',')[0]?.trim() ?? known?.subnetIds[0]
  const overrides = launching.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? []
  return (overrides.length === 0 ? [{}] : overrides).flatMap((override: LaunchTemplateOverrides) => {
    const LaunchTemplate = override.LaunchTemplateSpecification ?? written
    const refusal = `You are not authorized to use launch template: ${LaunchTemplate.LaunchTemplateId ?? LaunchTemplate.LaunchTemplateName}`
    const placed = present({ SubnetId, InstanceType: override.InstanceType, ImageId: override.ImageId })
    return launchNeeds(asked, { LaunchTemplate }, placed as Placed).map((need) => ({ ...need, refusal }))
  })
}

function present(members: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

function groups({ draft, place }: Asked): readonly Group[] {
  return draft.rows(place, 'groups')
}

function groupNamed(asked: Asked, name: string | undefined): Resource {
  return groupResource(
    asked,
    groups(asked).find((one) => one.name === name),
    name,
  )
}

function groupResource({ account, region }: Asked, known: Group | undefined, name = '*'): Resource {
  const tags = Object.fromEntries(known?.tags.map(({ key, value }) => [key, value]) ?? [])
  const arn = known?.arn ?? `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${name}`
  return { type: 'autoScalingGroup', arn, facts: resourceTags(tags) }
}

function resourceTags(tags: Readonly<Record<string, string>>): Facts {
  return tagFacts(tags, 'aws:ResourceTag', 'autoscaling:ResourceTag')
}

export const autoscaling = {
  AttachInstances: group,
  AttachLoadBalancerTargetGroups: withTargetGroups,
  CancelInstanceRefresh: group,
  CompleteLifecycleAction: group,
  CreateAutoScalingGroup: all(newGroup, useOfTemplate),
  CreateLaunchConfiguration: all(configuration, passedRole),
  CreateOrUpdateTags: tagged,
  DeleteAutoScalingGroup: group,
  DeleteLaunchConfiguration: configuration,
  DeleteLifecycleHook: group,
  DeleteTags: tagged,
  DescribeAutoScalingGroups: onNothing,
  DescribeAutoScalingInstances: onNothing,
  DescribeInstanceRefreshes: onNothing,
  DescribeLaunchConfigurations: onNothing,
  DescribeLifecycleHookTypes: onNothing,
  DescribeLifecycleHooks: onNothing,
  DescribeLoadBalancerTargetGroups: onNothing,
  DescribeScalingActivities: onNothing,
  DescribeTags: onNothing,
  DetachInstances: group,
  DetachLoadBalancerTargetGroups: withTargetGroups,
  EnterStandby: group,
  ExitStandby: group,
  PutLifecycleHook: group,
  RecordLifecycleActionHeartbeat: group,
  ResumeProcesses: group,
  RollbackInstanceRefresh: group,
  SetDesiredCapacity: group,
  SetInstanceHealth: ofInstance,
  SetInstanceProtection: group,
  StartInstanceRefresh: all(group, useOfTemplate),
  SuspendProcesses: group,
  TerminateInstanceInAutoScalingGroup: ofInstance,
  UpdateAutoScalingGroup: all(changedGroup, useOfTemplate),
} satisfies Readonly<Record<string, About>>
