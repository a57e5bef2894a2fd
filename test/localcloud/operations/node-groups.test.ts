// What EKS refuses of clusters, node groups and updates, and what it answers of them.

import { describe, expect, test } from 'vitest'
import { cluster, named, nodeGroupCloud } from '../reconcile/node-group.ts'
import { minute, second, simulateCloud } from '../simulated-cloud.ts'

const launchTemplate = (id: string, version = '2') => ({ launchTemplate: { id, version } })

test('an update at a time: "currently not in Active State"', async () => {
  const cloud = await nodeGroupCloud(1)
  const update = { ...named, ...launchTemplate(cloud.templateId) }
  const busy = { code: 'ResourceInUseException', message: 'Nodegroup cannot be updated as it is currently not in Active State' }
  expect(await cloud.refusal('eks', 'UpdateNodegroupVersion', update)).toEqual(busy)
  await cloud.advance(minute)
  const id = await cloud.update({ clientRequestToken: 'once' })
  expect(await cloud.refusal('eks', 'UpdateNodegroupVersion', update)).toEqual(busy)
  const config = { ...named, scalingConfig: { desiredSize: 2 } }
  expect(await cloud.refusal('eks', 'UpdateNodegroupConfig', config)).toEqual(busy)
  const again = await cloud.ask('eks', 'UpdateNodegroupVersion', { ...update, clientRequestToken: 'once' })
  expect(again.update.id).toBe(id)
})

describe('with a custom image', () => {
  test.each([
    [{ version: '1.34' }, /^You cannot specify a kubernetes version to use when specifying an image id/],
    [{ releaseVersion: '1.34.1-20261101' }, /^You cannot specify an AMI release version/],
  ])('an update takes no %j', async (input, message) => {
    const cloud = await nodeGroupCloud(1)
    await cloud.advance(minute)
    const update = { ...named, ...launchTemplate(cloud.templateId), ...input }
    expect(await cloud.refusal('eks', 'UpdateNodegroupVersion', update)).toEqual({
      code: 'InvalidParameterException',
      message: expect.stringMatching(message),
    })
  })

  test('an update needs the template, the same as before', async () => {
    const cloud = await nodeGroupCloud(1)
    await cloud.advance(minute)
    expect(await cloud.refusal('eks', 'UpdateNodegroupVersion', named)).toEqual({
      code: 'InvalidRequestException',
      message: "Launch template details can't be null for Custom ami type node group",
    })
    const data = { LaunchTemplateData: { ImageId: cloud.imageId } }
    const { LaunchTemplate } = await cloud.ask('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'other', ...data })
    const other = { ...named, ...launchTemplate(LaunchTemplate.LaunchTemplateId, '1') }
    expect(await cloud.refusal('eks', 'UpdateNodegroupVersion', other)).toMatchObject({ code: 'InvalidParameterException' })
  })

  test.each([
    [{ amiType: 'AL2023_x86_64_STANDARD' }, 'InvalidParameterException'],
    [{ version: '1.34' }, 'InvalidParameterException'],
    [{ diskSize: 20 }, 'InvalidParameterException'],
    [{ remoteAccess: { ec2SshKey: 'ada' } }, 'InvalidParameterException'],
    [{ scalingConfig: { minSize: 3, maxSize: 4, desiredSize: 2 } }, 'InvalidParameterException'],
    [{ scalingConfig: { minSize: 1, maxSize: 2, desiredSize: 3 } }, 'InvalidParameterException'],
    [{ updateConfig: { maxUnavailable: 101 } }, 'InvalidParameterException'],
    [{ updateConfig: { maxUnavailable: 1, maxUnavailablePercentage: 10 } }, 'InvalidParameterException'],
    [{ instanceTypes: ['t9.huge'] }, 'InvalidParameterException'],
    [{ subnets: ['subnet-none'] }, 'InvalidParameterException'],
    [{ nodeRole: 'node' }, 'InvalidParameterException'],
    [{ capacityType: 'SPOT' }, 'UnsupportedOperation'],
    [{ launchTemplate: undefined }, 'UnsupportedOperation'],
    [{ warmPoolConfig: { enabled: true } }, 'UnsupportedOperation'],
  ])('a node group with %j is refused', async (group, code) => {
    expect(await nodeGroupCloud(1, { group }).catch((fault) => fault.name)).toBe(code)
  })

  test.each([
    { NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: 'subnet-1' }] },
    { IamInstanceProfile: { Name: 'mine' } },
    { InstanceInitiatedShutdownBehavior: 'terminate' },
  ])('a template with %j is refused', async (data) => {
    const cloud = await nodeGroupCloud(1)
    await cloud.advance(minute)
    const LaunchTemplateData = { ImageId: cloud.imageId, ...data }
    await cloud.ask('ec2', 'CreateLaunchTemplateVersion', { LaunchTemplateId: cloud.templateId, LaunchTemplateData })
    const update = { ...named, ...launchTemplate(cloud.templateId, '3') }
    expect(await cloud.refusal('eks', 'UpdateNodegroupVersion', update)).toMatchObject({ code: 'InvalidRequestException' })
  })
})

test('a configuration is changed at once, and the update says how', async () => {
  const cloud = await nodeGroupCloud(1)
  await cloud.advance(minute)
  const { update } = await cloud.ask('eks', 'UpdateNodegroupConfig', {
    ...named,
    labels: { addOrUpdateLabels: { tier: 'web' } },
    taints: { addOrUpdateTaints: [{ key: 'only', effect: 'NO_SCHEDULE' }] },
    scalingConfig: { desiredSize: 3 },
    updateConfig: { maxUnavailablePercentage: 30 },
  })
  expect(update).toMatchObject({ type: 'ConfigUpdate' })
  await cloud.advance(second)
  expect(await cloud.updated(update.id)).toMatchObject({
    status: 'Successful',
    params: [
      { type: 'DesiredSize', value: '3' },
      { type: 'LabelsToAdd', value: '{"tier":"web"}' },
      { type: 'TaintsToAdd', value: '[{"key":"only","effect":"NO_SCHEDULE"}]' },
      { type: 'MaxUnavailablePercentage', value: '30' },
    ],
  })
  expect(await cloud.node()).toMatchObject({
    labels: { tier: 'web' },
    taints: [{ key: 'only', effect: 'NO_SCHEDULE' }],
    scalingConfig: { minSize: 0, maxSize: 10, desiredSize: 3 },
    updateConfig: { maxUnavailablePercentage: 30, updateStrategy: 'DEFAULT' },
  })
  expect((await cloud.group()).DesiredCapacity).toBe(3)
})

test('lists come in pages, and what is not there is said to be so', async () => {
  const cloud = await nodeGroupCloud(1)
  await cloud.advance(minute)
  const first = await cloud.ask('eks', 'UpdateNodegroupConfig', { ...named, scalingConfig: { desiredSize: 2 } })
  await cloud.advance(second)
  const second_ = await cloud.ask('eks', 'UpdateNodegroupConfig', { ...named, scalingConfig: { desiredSize: 1 } })
  const of = { name: cluster, nodegroupName: named.nodegroupName }
  const page = await cloud.ask('eks', 'ListUpdates', { ...of, maxResults: 1 })
  expect(page.updateIds).toEqual([first.update.id])
  const rest = await cloud.ask('eks', 'ListUpdates', { ...of, maxResults: 1, nextToken: page.nextToken })
  expect(rest).toEqual({ updateIds: [second_.update.id] })
  expect(await cloud.ask('eks', 'ListUpdates', { name: cluster })).toEqual({ updateIds: [] })
  expect(await cloud.ask('eks', 'ListNodegroups', { clusterName: cluster })).toEqual({ nodegroups: ['workers'] })
  expect(await cloud.refusal('eks', 'DescribeCluster', { name: 'none' })).toEqual({
    code: 'ResourceNotFoundException',
    message: 'No cluster found for name: none.',
  })
  expect(await cloud.refusal('eks', 'DescribeUpdate', { ...of, updateId: 'none' })).toEqual({
    code: 'ResourceNotFoundException',
    message: 'No update found for ID: none',
  })
})

test('a cluster needs subnets "in at least two different AZs", and a name of its own', async () => {
  const { ask, refusal } = await simulateCloud()
  const { Subnets } = await ask('ec2', 'DescribeSubnets')
  const subnetIds = Subnets.map(({ SubnetId }: { SubnetId: string }) => SubnetId)
  const input = { name: 'c', roleArn: 'arn:aws:iam::000000000001:role/eks', resourcesVpcConfig: { subnetIds } }
  const one = { ...input, resourcesVpcConfig: { subnetIds: subnetIds.slice(0, 1) } }
  expect(await refusal('eks', 'CreateCluster', one)).toMatchObject({ code: 'InvalidParameterException' })
  await ask('eks', 'CreateCluster', input)
  expect(await refusal('eks', 'CreateCluster', input)).toMatchObject({ code: 'ResourceInUseException' })
  expect((await ask('eks', 'DescribeCluster', { name: 'c' })).cluster).toMatchObject({ status: 'ACTIVE', name: 'c' })
})
