// A caller's rights to launch are asked of what its request says: an override's type, its tags and its template, whether or not there is room.

import { describe, expect, test } from 'vitest'
import { account, cloudWithRoles, region } from './cloud-with-roles.ts'

const zone = `${region}a`
const fromTemplate = {
  Effect: 'Allow',
  Action: 'ec2:RunInstances',
  Resource: '*',
  Condition: { ArnLike: { 'ec2:LaunchTemplate': 'arn:aws:ec2:*:*:launch-template/*' } },
}
const may = (...actions: readonly string[]) => ({ Effect: 'Allow', Action: actions, Resource: '*' })
const aside = may('ec2:CreateTags', 'iam:PassRole')

async function cloudWithTemplate(data: object, architecture = 'x86_64') {
  const clouds = await cloudWithRoles()
  const { root, cloud } = clouds
  const seed = { owner: '136693071363', name: `debian-${architecture}`, regions: [region], rootDirectory: '/x', architecture }
  const { images } = await cloud.admin.call('seed-image', seed as never)
  const LaunchTemplateData = { ImageId: images[region], ...data }
  await root.ask('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'web', LaunchTemplateData })
  await root.ask('ec2', 'CreateLaunchTemplateVersion', { LaunchTemplateName: 'web', LaunchTemplateData })
  return clouds
}

const version = (Version: string) => ({ LaunchTemplateName: 'web', Version })
const sized = { AutoScalingGroupName: 'web', MinSize: 1, MaxSize: 4, DesiredCapacity: 2, AvailabilityZones: [zone] }

describe('a template that names no type is asked for with', () => {
  test.each(['t3.micro', 't4g.micro'])('the type of an override: %s', async (InstanceType) => {
    const { root, as } = await cloudWithTemplate({}, InstanceType === 't4g.micro' ? 'arm64' : 'x86_64')
    const policy = (Version: string) => ({
      MixedInstancesPolicy: {
        LaunchTemplate: { LaunchTemplateSpecification: version(Version), Overrides: [{ InstanceType }] },
      },
    })
    await root.ask('autoscaling', 'CreateAutoScalingGroup', { ...sized, ...policy('1') })
    const start = { AutoScalingGroupName: 'web', DesiredConfiguration: policy('2') }
    const other = await as(may('autoscaling:*'), aside, {
      ...fromTemplate,
      Condition: { ...fromTemplate.Condition, StringNotLikeIfExists: { 'ec2:InstanceType': InstanceType } },
    })
    expect((await other.refusal('autoscaling', 'StartInstanceRefresh', start)).code).toBe('AccessDenied')
    const role = await as(may('autoscaling:*'), aside, fromTemplate)
    expect(await role.ask('autoscaling', 'StartInstanceRefresh', start)).toMatchObject({ InstanceRefreshId: expect.any(String) })
  })

  test.each(['t3.medium', 't4g.medium'])('the type of a node group: %s', async (type) => {
    const { root, as } = await cloudWithTemplate({}, type === 't4g.medium' ? 'arm64' : 'x86_64')
    const { Subnets } = await root.ask('ec2', 'DescribeSubnets')
    const subnets = Subnets.map(({ SubnetId }: { SubnetId: string }) => SubnetId)
    const roleArn = `arn:aws:iam::${account}:role/eks`
    await root.ask('eks', 'CreateCluster', { name: 'prod', roleArn, resourcesVpcConfig: { subnetIds: subnets } })
    const named = { clusterName: 'prod', nodegroupName: 'workers' }
    const launch = (version: string) => ({ ...named, launchTemplate: { name: 'web', version } })
    const scalingConfig = { minSize: 0, maxSize: 10, desiredSize: 2 }
    const node = { subnets, scalingConfig, instanceTypes: [type], nodeRole: `arn:aws:iam::${account}:role/node` }
    await root.ask('eks', 'CreateNodegroup', { ...launch('1'), ...node })
    const role = await as(may('eks:*'), aside, {
      ...fromTemplate,
      Condition: { ...fromTemplate.Condition, StringEqualsIfExists: { 'ec2:InstanceType': type } },
    })
    // The node group is still being made: that is what stops the update, and no right.
    expect((await role.refusal('eks', 'UpdateNodegroupVersion', launch('2'))).code).toBe('ResourceInUseException')
  })
})

describe('where there is no room', () => {
  const tagged = { StringEquals: { 'aws:RequestTag/purpose': 'verify' } }
  const own = ['instance', 'volume', 'network-interface'].map((type) => `arn:aws:ec2:*:*:${type}/*`)
  const known = ['image', 'subnet', 'security-group', 'network-interface'].map((type) => `arn:aws:ec2:*:*:${type}/*`)
  const statements = [
    { Effect: 'Allow', Action: 'ec2:RunInstances', Resource: own, Condition: tagged },
    { Effect: 'Allow', Action: 'ec2:RunInstances', Resource: [...known, 'arn:aws:ec2:*::image/*'] },
    aside,
  ]
  const TagSpecifications = ['instance', 'volume'].map((ResourceType) => ({
    ResourceType,
    Tags: [{ Key: 'purpose', Value: 'verify' }],
  }))
  const run = { MinCount: 1, MaxCount: 1, InstanceType: 't3.micro', TagSpecifications }

  test('a launch is refused for that, to a role held to its tags; its earlier one is found', async () => {
    const { as, cloud, imageId: ImageId } = await cloudWithRoles()
    const role = await as(...statements)
    const first = { ...run, ImageId, ClientToken: 'first' }
    const { Instances } = await role.ask('ec2', 'RunInstances', first)
    await cloud.admin.call('set-faults', { faults: [{ kind: 'vcpu-quota', account, limit: 2 }] } as never)
    expect((await role.ask('ec2', 'RunInstances', first)).Instances[0].InstanceId).toBe(Instances[0].InstanceId)
    const second = { ...first, ClientToken: 'second' }
    expect((await role.refusal('ec2', 'RunInstances', second)).code).toBe('VcpuLimitExceeded')
    const misfit = { ...second, InstanceType: 't4g.micro' }
    expect((await role.refusal('ec2', 'RunInstances', misfit)).code).toBe('InvalidParameterValue')
    const untagged = { ...second, TagSpecifications: [] }
    expect((await role.refusal('ec2', 'RunInstances', untagged)).code).toBe('UnauthorizedOperation')
  })

  test('what the request leaves out is told to a role held to its tags or its template', async () => {
    const { as } = await cloudWithTemplate({})
    const byTags = await as(...statements)
    expect((await byTags.refusal('ec2', 'RunInstances', run)).code).toBe('MissingParameter')
    const byTemplate = await as(fromTemplate, aside)
    const gone = { MinCount: 1, MaxCount: 1, LaunchTemplate: version('7') }
    expect((await byTemplate.refusal('ec2', 'RunInstances', gone)).code).toBe('InvalidLaunchTemplateId.VersionNotFound')
  })

  test.each([
    { kind: 'full-subnet', zone },
    { kind: 'vcpu-quota', account, limit: 4 },
  ])('a roll starts, as it does for everybody: $kind', async (fault) => {
    const { root, as, cloud, advance } = await cloudWithTemplate({ InstanceType: 't3.micro' })
    await root.ask('autoscaling', 'CreateAutoScalingGroup', { ...sized, LaunchTemplate: version('1') })
    await advance(60_000)
    const role = await as(may('autoscaling:*'), aside, fromTemplate)
    await cloud.admin.call('set-faults', { faults: [fault] } as never)
    const start = { AutoScalingGroupName: 'web', DesiredConfiguration: { LaunchTemplate: version('2') } }
    expect(await role.ask('autoscaling', 'StartInstanceRefresh', start)).toMatchObject({ InstanceRefreshId: expect.any(String) })
  })
})
