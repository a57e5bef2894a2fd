// What owners of clusters have made before drover comes: managed node groups, nodes of Karpenter, hooks, and parameters that name an image.

import { AutoScalingClient, PutLifecycleHookCommand, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling'
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type EC2ClientConfig,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import { CreateClusterCommand, CreateNodegroupCommand, EKSClient } from '@aws-sdk/client-eks'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { cluster, type PlannedGroup } from '../plan/plan.ts'

export type ClientSettings = Required<Pick<EC2ClientConfig, 'region' | 'endpoint' | 'credentials'>> &
  Pick<EC2ClientConfig, 'requestHandler'>

/** Of a group that is tagged as a cluster's. */
export const clusterTag = `kubernetes.io/cluster/${cluster}`
export const classTag = 'karpenter.k8s.aws/ec2nodeclass'

/** What is of a cluster, without the cluster's name. */
export function ownName({ name }: PlannedGroup): string {
  return name.split('/').at(-1) ?? name
}

export async function addCluster(settings: ClientSettings, account: string): Promise<void> {
  const eks = new EKSClient(settings)
  const roleArn = `arn:aws:iam::${account}:role/eks`
  await eks.send(
    new CreateClusterCommand({ name: cluster, roleArn, resourcesVpcConfig: { subnetIds: await subnetsOf(settings) } }),
  )
}

export async function addNodeGroup(settings: ClientSettings, group: PlannedGroup, imageId: string): Promise<void> {
  const name = ownName(group)
  const made = await new EC2Client(settings).send(
    new CreateLaunchTemplateCommand({ LaunchTemplateName: name, LaunchTemplateData: { ImageId: imageId } }),
  )
  await new EKSClient(settings).send(
    new CreateNodegroupCommand({
      clusterName: cluster,
      nodegroupName: name,
      nodeRole: `arn:aws:iam::${group.account}:role/node`,
      subnets: await subnetsOf(settings),
      scalingConfig: { minSize: 0, maxSize: 2 * group.machines, desiredSize: group.machines },
      launchTemplate: { id: made.LaunchTemplate?.LaunchTemplateId, version: '1' },
      updateConfig: { maxUnavailable: 1 },
    }),
  )
}

/** The image that its EC2NodeClass takes from the parameter, on so many more nodes. */
export async function launchNodes(
  settings: ClientSettings,
  group: PlannedGroup,
  imageId: string,
  count = group.machines,
): Promise<void> {
  const tags = { [clusterTag]: 'owned', [classTag]: ownName(group) }
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  const TagSpecifications = [{ ResourceType: 'instance' as const, Tags }]
  const run = { MinCount: count, MaxCount: count, InstanceType: 't3.small' as const, TagSpecifications }
  await new EC2Client(settings).send(new RunInstancesCommand({ ...run, ImageId: imageId }))
}

/** What lets a node be drained before it ends, and not count before it is Ready. */
export async function addHooks(settings: ClientSettings, { name }: PlannedGroup): Promise<void> {
  const groups = new AutoScalingClient(settings)
  for (const [hook, way] of [
    ['drover-node-ready', 'LAUNCHING'],
    ['drain', 'TERMINATING'],
  ]) {
    const LifecycleTransition = `autoscaling:EC2_INSTANCE_${way}`
    const waits = { LifecycleTransition, HeartbeatTimeout: 900, DefaultResult: 'CONTINUE' }
    await groups.send(new PutLifecycleHookCommand({ AutoScalingGroupName: name, LifecycleHookName: hook, ...waits }))
  }
}

export async function putImageParameter(settings: ClientSettings, name: string, imageId: string): Promise<void> {
  const held = { Name: name, Value: imageId, Type: 'String', DataType: 'aws:ec2:image', Overwrite: true } as const
  await new SSMClient(settings).send(new PutParameterCommand(held))
}

/** From now on its template takes its image from the parameter. */
export async function nameParameter(settings: ClientSettings, { name }: PlannedGroup, parameter: string): Promise<void> {
  const version = { LaunchTemplateName: name, SourceVersion: '1', LaunchTemplateData: { ImageId: `resolve:ssm:${parameter}` } }
  await new EC2Client(settings).send(new CreateLaunchTemplateVersionCommand(version))
  const LaunchTemplate = { LaunchTemplateName: name, Version: '2' }
  await new AutoScalingClient(settings).send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, LaunchTemplate }))
}

async function subnetsOf(settings: ClientSettings): Promise<string[]> {
  const Filters = [{ Name: 'default-for-az', Values: ['true'] }]
  const { Subnets = [] } = await new EC2Client(settings).send(new DescribeSubnetsCommand({ Filters }))
  return Subnets.map(({ SubnetId = '' }) => SubnetId)
}
