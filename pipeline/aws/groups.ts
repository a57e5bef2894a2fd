// Auto Scaling groups as they are now.

import {
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  DescribeLifecycleHooksCommand,
  DescribeScalingActivitiesCommand,
  type Instance,
  type LaunchTemplateSpecification,
  type MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling'
import type { CloudAt, GroupInstance, GroupState, LifecycleHook, ScalingActivity, TemplateVersion } from '../ports/index.ts'
import { instant, oneOf, optional, outcomeOf, resourceId, tagsOf, text, wholeNumber } from './answer.ts'
import type { Caller } from './caller.ts'
import { everyItem, slicesOf } from './pages.ts'

type GroupVerbs = Pick<CloudAt, 'describeGroups' | 'everyGroup' | 'lifecycleHooks' | 'scalingActivities'>

export function groupVerbs(call: Caller): GroupVerbs {
  return {
    describeGroups: (names) => outcomeOf(async () => (await readGroups(call, names)).map(groupState)),
    everyGroup: () => outcomeOf(async () => (await everyGroup(call)).map(groupState)),
    lifecycleHooks: (group) => outcomeOf(() => lifecycleHooks(call, group)),
    scalingActivities: (group, limit) => outcomeOf(() => scalingActivities(call, group, limit)),
  }
}

/** Groups that don't exist are not among the answers. */
export async function readGroups(call: Caller, names: readonly string[]): Promise<readonly AutoScalingGroup[]> {
  const groups: AutoScalingGroup[] = []
  for (const AutoScalingGroupNames of slicesOf(names, 50)) {
    const slice = await everyItem(async (NextToken) => {
      const request = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [...AutoScalingGroupNames], NextToken })
      const answer = await call(`DescribeAutoScalingGroups ${AutoScalingGroupNames.join(' ')}`, ({ autoScaling }) =>
        autoScaling.send(request),
      )
      return { items: answer.AutoScalingGroups, next: answer.NextToken }
    })
    groups.push(...slice)
  }
  return groups
}

async function everyGroup(call: Caller): Promise<readonly AutoScalingGroup[]> {
  return everyItem(async (NextToken) => {
    const request = new DescribeAutoScalingGroupsCommand({ MaxRecords: 100, NextToken })
    const answer = await call('DescribeAutoScalingGroups', ({ autoScaling }) => autoScaling.send(request))
    return { items: answer.AutoScalingGroups, next: answer.NextToken }
  })
}

const transitions = {
  'autoscaling:EC2_INSTANCE_LAUNCHING': 'launching',
  'autoscaling:EC2_INSTANCE_TERMINATING': 'terminating',
} as const satisfies Record<string, LifecycleHook['transition']>

/** AWS answers all 50 that a group may have at once. */
async function lifecycleHooks(call: Caller, group: string): Promise<readonly LifecycleHook[]> {
  const request = new DescribeLifecycleHooksCommand({ AutoScalingGroupName: group })
  const answer = await call(`DescribeLifecycleHooks ${group}`, ({ autoScaling }) => autoScaling.send(request))
  const known = Object.keys(transitions) as (keyof typeof transitions)[]
  return (answer.LifecycleHooks ?? []).map((hook) => ({
    name: text(hook.LifecycleHookName, 'name of the lifecycle hook'),
    transition: transitions[oneOf(hook.LifecycleTransition, known, 'transition of the lifecycle hook')],
    heartbeatMs: wholeNumber(hook.HeartbeatTimeout, 'heartbeat timeout of the lifecycle hook') * 1_000,
    defaultResult: oneOf(hook.DefaultResult, ['CONTINUE', 'ABANDON'], 'default result of the lifecycle hook'),
  }))
}

async function scalingActivities(call: Caller, group: string, limit: number): Promise<readonly ScalingActivity[]> {
  const activities = await everyItem(async (NextToken) => {
    const request = new DescribeScalingActivitiesCommand({
      AutoScalingGroupName: group,
      MaxRecords: Math.min(limit, 100),
      NextToken,
    })
    const answer = await call(`DescribeScalingActivities ${group}`, ({ autoScaling }) => autoScaling.send(request))
    return { items: answer.Activities, next: answer.NextToken }
  }, limit)
  return activities.map((activity) => ({
    id: text(activity.ActivityId, 'ID of the scaling activity'),
    status: text(activity.StatusCode, 'status of the scaling activity'),
    cause: activity.Cause ?? '',
    description: activity.Description ?? '',
    ...optional('statusMessage', activity.StatusMessage),
    startedAt: instant(activity.StartTime, 'start of the scaling activity'),
  }))
}

function groupState(group: AutoScalingGroup): GroupState {
  return {
    name: text(group.AutoScalingGroupName, 'name of the group'),
    minSize: wholeNumber(group.MinSize, 'minimum size'),
    maxSize: wholeNumber(group.MaxSize, 'maximum size'),
    desiredCapacity: wholeNumber(group.DesiredCapacity, 'desired capacity'),
    zones: group.AvailabilityZones ?? [],
    subnetIds: (group.VPCZoneIdentifier ?? '').split(',').filter((subnet) => subnet !== ''),
    healthCheckType: group.HealthCheckType ?? '',
    trafficSources: new Set([
      ...(group.TrafficSources ?? []).map(({ Identifier }) => Identifier),
      ...(group.TargetGroupARNs ?? []),
      ...(group.LoadBalancerNames ?? []),
    ]).size,
    suspendedProcesses: (group.SuspendedProcesses ?? []).map(({ ProcessName }) => text(ProcessName, 'name of the process')),
    launchSource: launchSource(group),
    instances: (group.Instances ?? []).map(groupInstance),
    ...optional('serviceLinkedRole', group.ServiceLinkedRoleARN),
    tags: tagsOf(group.Tags),
  }
}

function launchSource(group: AutoScalingGroup): GroupState['launchSource'] {
  if (group.MixedInstancesPolicy !== undefined) return mixedSource(group.MixedInstancesPolicy)
  if (group.LaunchTemplate !== undefined) return { kind: 'template', ...templateNamed(group.LaunchTemplate) }
  if (group.LaunchConfigurationName !== undefined) return { kind: 'launch-configuration', name: group.LaunchConfigurationName }
  return { kind: 'none' }
}

function mixedSource(policy: MixedInstancesPolicy): GroupState['launchSource'] {
  const overrides = policy.LaunchTemplate?.Overrides ?? []
  const templates = overrides.flatMap(({ LaunchTemplateSpecification: own }) => (own === undefined ? [] : [templateNamed(own)]))
  const images = overrides.flatMap(({ ImageId }) => ImageId ?? [])
  return {
    kind: 'mixed',
    ...templateNamed(policy.LaunchTemplate?.LaunchTemplateSpecification ?? {}),
    overridesWithTemplate: overrides.filter((override) => override.LaunchTemplateSpecification !== undefined).length,
    overridesWithImage: overrides.filter((override) => override.ImageId !== undefined).length,
    overridesWithRequirements: overrides.filter((override) => override.InstanceRequirements !== undefined).length,
    ...(templates.length > 0 && { overrideTemplates: templates.map(({ templateId, version }) => ({ templateId, version })) }),
    ...(images.length > 0 && { overrideImages: images }),
  }
}

/** A group that names no version launches from the template's default one. */
function templateNamed(template: LaunchTemplateSpecification): { templateId: string; templateName: string; version: string } {
  return {
    templateId: resourceId('lt', template.LaunchTemplateId),
    templateName: template.LaunchTemplateName ?? '',
    version: template.Version ?? '$Default',
  }
}

function groupInstance(instance: Instance): GroupInstance {
  return {
    id: resourceId('i', instance.InstanceId),
    zone: instance.AvailabilityZone ?? '',
    lifecycle: text(instance.LifecycleState, 'lifecycle state of the instance'),
    healthy: instance.HealthStatus?.toLowerCase() === 'healthy',
    protectedFromScaleIn: instance.ProtectedFromScaleIn === true,
    weight: Number(instance.WeightedCapacity ?? 1),
    ...optional('template', instanceTemplate(instance.LaunchTemplate)),
  }
}

/** Instances name the number they were launched from, whatever the group says. */
function instanceTemplate(template: LaunchTemplateSpecification | undefined): TemplateVersion | undefined {
  if (template?.LaunchTemplateId === undefined || !/^\d+$/.test(template.Version ?? '')) return undefined
  return { templateId: template.LaunchTemplateId, version: Number(template.Version) }
}
