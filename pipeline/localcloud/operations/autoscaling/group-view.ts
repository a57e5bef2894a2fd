// A group and its instances as Auto Scaling answers them.

import type {
  AutoScalingGroup,
  Instance,
  LaunchTemplateOverrides,
  LifecycleState,
  TagDescription,
} from '@aws-sdk/client-auto-scaling'
import {
  type Group,
  type GroupTag,
  isConfiguration,
  type LaunchOverride,
  type LaunchSource,
  type Member,
} from '../../store/group.ts'
import { keeper } from '../../wire/kept.ts'

const kept = keeper<AutoScalingGroup>()

/** The view of a group in a long list. */
export function keptGroupView(group: Group): AutoScalingGroup {
  return kept(group, [], () => groupView(group))
}

export function groupView(group: Group): AutoScalingGroup {
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desired,
    DefaultCooldown: group.cooldownSeconds,
    AvailabilityZones: [...group.zones],
    LoadBalancerNames: [],
    TargetGroupARNs: [...(group.targetGroups ?? [])],
    HealthCheckType: group.healthCheckType,
    HealthCheckGracePeriod: group.gracePeriodSeconds,
    CreatedTime: new Date(group.createdAt),
    Instances: group.members.map(memberView),
    SuspendedProcesses: group.suspended.map((ProcessName) => ({ ProcessName, SuspensionReason: 'User suspended' })),
    VPCZoneIdentifier: group.subnetIds.join(','),
    EnabledMetrics: [],
    Tags: group.tags.map((tag) => tagView(group.name, tag)),
    TerminationPolicies: [...group.terminationPolicies],
    NewInstancesProtectedFromScaleIn: group.newInstancesProtected,
    ServiceLinkedRoleARN: group.serviceLinkedRole,
    CapacityRebalance: false,
    TrafficSources: (group.targetGroups ?? []).map((Identifier) => ({ Identifier, Type: 'elbv2' })),
    ...sourceView(group.launch),
    ...(group.isDeleting ? { Status: 'Delete in progress' } : {}),
    ...(group.defaultWarmupSeconds === undefined ? {} : { DefaultInstanceWarmup: group.defaultWarmupSeconds }),
    ...(group.maintenance === undefined
      ? {}
      : {
          InstanceMaintenancePolicy: {
            MinHealthyPercentage: group.maintenance.minHealthy,
            MaxHealthyPercentage: group.maintenance.maxHealthy,
          },
        }),
  }
}

export function sourceView(
  source: LaunchSource,
): Pick<AutoScalingGroup, 'LaunchConfigurationName' | 'LaunchTemplate' | 'MixedInstancesPolicy'> {
  if (isConfiguration(source)) return { LaunchConfigurationName: source.configuration }
  const specification = { LaunchTemplateId: source.templateId, LaunchTemplateName: source.templateName, Version: source.version }
  if (!source.isMixed) return { LaunchTemplate: specification }
  const { onDemandBase = 0, spotStrategy = 'lowest-price', spotPools = 2 } = source.distribution ?? {}
  return {
    MixedInstancesPolicy: {
      LaunchTemplate: { LaunchTemplateSpecification: specification, Overrides: (source.overrides ?? []).map(overrideView) },
      InstancesDistribution: {
        OnDemandAllocationStrategy: 'prioritized',
        OnDemandBaseCapacity: onDemandBase,
        OnDemandPercentageAboveBaseCapacity: 100,
        SpotAllocationStrategy: spotStrategy,
        // "Valid only when the SpotAllocationStrategy is lowest-price" [doc: InstancesDistribution].
        ...(spotStrategy === 'lowest-price' ? { SpotInstancePools: spotPools } : {}),
      },
    },
  }
}

function overrideView({ instanceType, imageId, template }: LaunchOverride): LaunchTemplateOverrides {
  return {
    ...(instanceType === undefined ? {} : { InstanceType: instanceType }),
    ...(imageId === undefined ? {} : { ImageId: imageId }),
    ...(template === undefined
      ? {}
      : {
          LaunchTemplateSpecification: {
            LaunchTemplateId: template.id,
            LaunchTemplateName: template.name,
            Version: template.version,
          },
        }),
  }
}

export function memberView(member: Member): Instance {
  const { template, configuration } = member
  return {
    InstanceId: member.instanceId,
    InstanceType: member.instanceType,
    AvailabilityZone: member.zone,
    LifecycleState: lifecycleState(member),
    HealthStatus: member.isHealthy ? 'Healthy' : 'Unhealthy',
    ProtectedFromScaleIn: member.isProtected,
    ...(configuration === undefined ? {} : { LaunchConfigurationName: configuration }),
    ...(template === undefined
      ? {}
      : {
          LaunchTemplate: {
            LaunchTemplateId: template.id,
            LaunchTemplateName: template.name,
            Version: String(template.version),
          },
        }),
  }
}

/** `Pending:Wait` and `Terminating:Wait` while a lifecycle hook holds the instance [doc: ec2-auto-scaling-lifecycle]. */
function lifecycleState({ lifecycle, holds }: Member): LifecycleState {
  return (holds === undefined ? lifecycle : `${lifecycle}:Wait`) as LifecycleState
}

export function tagView(group: string, tag: GroupTag): TagDescription {
  return {
    ResourceId: group,
    ResourceType: 'auto-scaling-group',
    Key: tag.key,
    Value: tag.value,
    PropagateAtLaunch: tag.propagates,
  }
}
