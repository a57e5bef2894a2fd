// A group `web` of three zones on version 1 of a template that has a version 2 to move to.

import { minute, type SimulatedCloud, simulateCloud } from '../simulated-cloud.ts'

export interface WebGroup extends SimulatedCloud {
  readonly templateId: string
  /** What version 2 launches. */
  readonly newImageId: string
  start(preferences?: object, input?: object): Promise<string>
  refresh(): Promise<Refresh>
  group(): Promise<Group>
}

export interface Refresh {
  readonly InstanceRefreshId: string
  readonly Status: string
  readonly StatusReason?: string
  readonly PercentageComplete?: number
  readonly InstancesToUpdate?: number
  readonly Preferences: object
  readonly RollbackDetails?: { readonly RollbackReason: string; readonly PercentageCompleteOnRollback: number }
}

export interface Group {
  readonly DesiredCapacity: number
  readonly LaunchTemplate: { readonly Version: string }
  readonly MixedInstancesPolicy?: { readonly InstancesDistribution: object }
  readonly Instances: readonly {
    readonly InstanceId: string
    readonly LifecycleState: string
    readonly HealthStatus: string
    readonly InstanceType: string
    readonly ProtectedFromScaleIn: boolean
    readonly AvailabilityZone: string
    readonly LaunchTemplate: { readonly Version: string }
  }[]
}

const zones = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c']
export const group = 'web'

/** The group at its capacity, all in service. `layerOfNew` is told the layer of the image that version 2 launches. */
export async function webGroup(
  desired: number,
  options: {
    readonly onNewLayer?: (layer: string, made: SimulatedCloud) => void
    readonly cloud?: Parameters<typeof simulateCloud>[0]
  } = {},
): Promise<WebGroup> {
  const made = await simulateCloud(options.cloud)
  const { ask, cloud, imageId } = made
  const known = new Set<string>()
  const adopt = made.machines.adoptLayer
  made.machines.adoptLayer = async (layer, root) => {
    known.add(layer)
    return adopt(layer, root)
  }
  const seeded = await cloud.admin.call('seed-image', {
    owner: '136693071363',
    name: 'debian-13-amd64-2',
    regions: ['eu-central-1'],
    rootDirectory: '/new',
  })
  for (const layer of known) options.onNewLayer?.(layer, made)
  const newImageId = seeded.images['eu-central-1'] ?? ''
  const { LaunchTemplate } = await ask('ec2', 'CreateLaunchTemplate', {
    LaunchTemplateName: 'web',
    LaunchTemplateData: { ImageId: imageId, InstanceType: 't3.micro' },
  })
  const templateId = LaunchTemplate.LaunchTemplateId
  await ask('ec2', 'CreateLaunchTemplateVersion', {
    LaunchTemplateId: templateId,
    SourceVersion: '1',
    LaunchTemplateData: { ImageId: newImageId },
  })
  await ask('autoscaling', 'CreateAutoScalingGroup', {
    AutoScalingGroupName: group,
    MinSize: 0,
    MaxSize: 12,
    DesiredCapacity: desired,
    AvailabilityZones: zones,
    LaunchTemplate: { LaunchTemplateId: templateId, Version: '1' },
  })
  await made.advance(2 * minute)
  return {
    ...made,
    templateId,
    newImageId,
    start: async (
      preferences = {},
      input = { DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: templateId, Version: '2' } } },
    ) =>
      (await ask('autoscaling', 'StartInstanceRefresh', { AutoScalingGroupName: group, Preferences: preferences, ...input }))
        .InstanceRefreshId,
    refresh: async () =>
      (await ask('autoscaling', 'DescribeInstanceRefreshes', { AutoScalingGroupName: group })).InstanceRefreshes[0],
    group: async () =>
      (await ask('autoscaling', 'DescribeAutoScalingGroups', { AutoScalingGroupNames: [group] })).AutoScalingGroups[0],
  }
}

/** How many members there are of each version in each lifecycle state: `2 InService v1`. */
export function census({ Instances }: Group): Record<string, number> {
  const counted: Record<string, number> = {}
  for (const { LifecycleState, LaunchTemplate } of Instances) {
    const key = `${LifecycleState} v${LaunchTemplate.Version}`
    counted[key] = (counted[key] ?? 0) + 1
  }
  return counted
}
