// A cluster with a node group `workers` of three zones on version 1 of a template that has a version 2 to move to.

import { expect } from 'vitest'
import { type SimulatedCloud, simulateCloud } from '../simulated-cloud.ts'

export const cluster = 'prod'
export const named = { clusterName: cluster, nodegroupName: 'workers' }

export interface NodeGroupCloud extends SimulatedCloud {
  readonly templateId: string
  readonly subnets: readonly string[]
  readonly newImageId: string
  node(): Promise<NodeGroup>
  group(): Promise<AutoScalingGroup>
  /** Begins to move to version 2. */
  update(input?: object): Promise<string>
  updated(id: string): Promise<Update>
}

export interface NodeGroup {
  readonly status: string
  readonly releaseVersion: string
  readonly launchTemplate: { readonly version: string }
  readonly health: { readonly issues: readonly { readonly code: string; readonly message: string }[] }
}

export interface Update {
  readonly status: string
  readonly type: string
  readonly params: readonly { readonly type: string; readonly value: string }[]
  readonly errors: readonly { readonly errorCode: string; readonly resourceIds: readonly string[] }[]
}

export interface AutoScalingGroup {
  readonly AutoScalingGroupName: string
  readonly DesiredCapacity: number
  readonly MaxSize: number
  readonly Tags: readonly { readonly Key: string; readonly Value: string; readonly PropagateAtLaunch: boolean }[]
  readonly MixedInstancesPolicy: {
    readonly LaunchTemplate: {
      readonly LaunchTemplateSpecification: {
        readonly LaunchTemplateId: string
        readonly LaunchTemplateName: string
        readonly Version: string
      }
      readonly Overrides: readonly { readonly InstanceType: string }[]
    }
  }
  readonly Instances: readonly {
    readonly InstanceId: string
    readonly LifecycleState: string
    readonly LaunchTemplate: { readonly Version: string }
  }[]
}

export async function nodeGroupCloud(
  desiredSize: number,
  options: { readonly group?: object; readonly zones?: number; readonly cloud?: Parameters<typeof simulateCloud>[0] } = {},
): Promise<NodeGroupCloud> {
  const made = await simulateCloud(options.cloud)
  const { ask, cloud, imageId } = made
  const { account } = cloud.credentials
  const seeded = await cloud.admin.call('seed-image', {
    owner: '136693071363',
    name: 'debian-13-amd64-2',
    regions: ['eu-central-1'],
    rootDirectory: '/new',
  })
  const newImageId = seeded.images['eu-central-1'] ?? ''
  const { Subnets } = await ask('ec2', 'DescribeSubnets')
  const subnets = (Subnets as { SubnetId: string }[]).map(({ SubnetId }) => SubnetId)
  const { LaunchTemplate } = await ask('ec2', 'CreateLaunchTemplate', {
    LaunchTemplateName: 'workers',
    LaunchTemplateData: { ImageId: imageId },
  })
  const templateId = LaunchTemplate.LaunchTemplateId
  const next = { SourceVersion: '1', LaunchTemplateData: { ImageId: newImageId } }
  await ask('ec2', 'CreateLaunchTemplateVersion', { LaunchTemplateId: templateId, ...next })
  await ask('eks', 'CreateCluster', {
    name: cluster,
    roleArn: `arn:aws:iam::${account}:role/eks`,
    resourcesVpcConfig: { subnetIds: subnets },
  })
  await ask('eks', 'CreateNodegroup', {
    ...named,
    nodeRole: `arn:aws:iam::${account}:role/node`,
    subnets: subnets.slice(0, options.zones ?? 3),
    scalingConfig: { minSize: 0, maxSize: 10, desiredSize },
    launchTemplate: { id: templateId, version: '1' },
    ...options.group,
  })
  const { nodegroup } = await ask('eks', 'DescribeNodegroup', named)
  const name = nodegroup.resources.autoScalingGroups[0].name
  return {
    ...made,
    templateId,
    subnets,
    newImageId,
    node: async () => (await ask('eks', 'DescribeNodegroup', named)).nodegroup,
    group: async () =>
      (await ask('autoscaling', 'DescribeAutoScalingGroups', { AutoScalingGroupNames: [name] })).AutoScalingGroups[0],
    update: async (input = {}) => {
      const launchTemplate = { id: templateId, version: '2' }
      const { update } = await ask('eks', 'UpdateNodegroupVersion', { ...named, launchTemplate, ...input })
      expect(update).toMatchObject({ status: 'InProgress', type: 'VersionUpdate', errors: [] })
      return update.id
    },
    updated: async (updateId) =>
      (await ask('eks', 'DescribeUpdate', { name: cluster, nodegroupName: named.nodegroupName, updateId })).update,
  }
}
