// Managed node groups and their updates; each test is a sentence of EKS's documentation.

import { describe, expect, test } from 'vitest'
import type { Trouble } from '../../../pipeline/localcloud/index.ts'
import { minute, second } from '../simulated-cloud.ts'
import { type AutoScalingGroup, cluster, named, nodeGroupCloud } from './node-group.ts'
import { census as counted } from './web-group.ts'

const census = (group: AutoScalingGroup) => counted(group as unknown as Parameters<typeof counted>[0])

describe('a managed node group', () => {
  test('is CREATING until its nodes are ready, on a group and a launch template of its own', async () => {
    const cloud = await nodeGroupCloud(2)
    expect(await cloud.node()).toMatchObject({ status: 'CREATING', amiType: 'CUSTOM', releaseVersion: cloud.imageId })
    await cloud.advance(minute)
    expect(await cloud.node()).toMatchObject({ status: 'ACTIVE', health: { issues: [] } })
    const group = await cloud.group()
    const tags = Object.fromEntries(group.Tags.map(({ Key, Value }) => [Key, Value]))
    expect(tags).toMatchObject({ 'eks:cluster-name': cluster, 'eks:nodegroup-name': 'workers' })
    const { LaunchTemplateSpecification: own, Overrides } = group.MixedInstancesPolicy.LaunchTemplate
    expect(own.LaunchTemplateId).not.toBe(cloud.templateId)
    expect(own.LaunchTemplateName).toMatch(/^eks-[0-9a-f-]{36}$/)
    expect(Overrides).toEqual([{ InstanceType: 't3.medium' }])
    const copy = await cloud.ask('ec2', 'DescribeLaunchTemplateVersions', { LaunchTemplateId: own.LaunchTemplateId })
    expect(copy.LaunchTemplateVersions[0].LaunchTemplateData).toMatchObject({
      ImageId: cloud.imageId,
      IamInstanceProfile: { Name: own.LaunchTemplateName },
      SecurityGroupIds: [expect.stringMatching(/^sg-/)],
    })
  })

  test('fails to be created when its instances do not join', async () => {
    const troubles = new Map<string, Trouble>()
    const cloud = await nodeGroupCloud(1, { cloud: { troubles } })
    const instanceId = (await cloud.group()).Instances[0]?.InstanceId ?? ''
    await cloud.cloud.admin.call('set-faults', {
      faults: [{ kind: 'machine', target: cloud.imageId, how: 'silent' }],
    })
    expect(instanceId).toMatch(/^i-/)
    await cloud.ask('ec2', 'TerminateInstances', { InstanceIds: [instanceId] })
    await cloud.advance(21 * minute, undefined, 20 * second)
    expect(await cloud.node()).toMatchObject({ status: 'CREATE_FAILED', health: { issues: [{ code: 'NodeCreationFailure' }] } })
  })

  test('that cannot launch is DEGRADED, and says why', async () => {
    const cloud = await nodeGroupCloud(1)
    await cloud.advance(minute)
    const faults = ['a', 'b', 'c'].map((letter) => ({ kind: 'insufficient-capacity' as const, zone: `eu-central-1${letter}` }))
    await cloud.cloud.admin.call('set-faults', { faults })
    await cloud.ask('eks', 'UpdateNodegroupConfig', { ...named, scalingConfig: { desiredSize: 2 } })
    await cloud.advance(second)
    expect(await cloud.node()).toMatchObject({
      status: 'DEGRADED',
      health: {
        issues: [{ code: 'AsgInstanceLaunchFailures', message: expect.stringContaining('sufficient t3.medium capacity') }],
      },
    })
  })

  test('goes with its group, its launch template and its profile, and its cluster only after it', async () => {
    const cloud = await nodeGroupCloud(1)
    await cloud.advance(minute)
    const { LaunchTemplateName } = (await cloud.group()).MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification
    expect(await cloud.refusal('eks', 'DeleteCluster', { name: cluster })).toMatchObject({ code: 'ResourceInUseException' })
    expect((await cloud.ask('eks', 'DeleteNodegroup', named)).nodegroup.status).toBe('DELETING')
    await cloud.advance(minute)
    expect(await cloud.refusal('eks', 'DescribeNodegroup', named)).toMatchObject({ code: 'ResourceNotFoundException' })
    expect(await cloud.group()).toBeUndefined()
    const templates = await cloud.ask('ec2', 'DescribeLaunchTemplates')
    expect(templates.LaunchTemplates.map((one: { LaunchTemplateName: string }) => one.LaunchTemplateName)).toEqual(['workers'])
    const profile = { InstanceProfileName: LaunchTemplateName }
    expect(await cloud.refusal('iam', 'GetInstanceProfile', profile)).toMatchObject({ code: 'NoSuchEntity' })
    await cloud.ask('eks', 'DeleteCluster', { name: cluster })
    expect((await cloud.ask('eks', 'ListClusters')).clusters).toEqual([])
  })
})

describe('an update to another version of the launch template', () => {
  test('"increments the maximum size and desired size by twice the number of Availability Zones", and brings them back', async () => {
    const cloud = await nodeGroupCloud(3)
    await cloud.advance(minute)
    const id = await cloud.update()
    expect(await cloud.group()).toMatchObject({ DesiredCapacity: 9, MaxSize: 16 })
    expect(await cloud.node()).toMatchObject({ status: 'UPDATING', launchTemplate: { version: '1' } })
    await cloud.advance(15 * minute, undefined, 5 * second)
    expect(await cloud.updated(id)).toMatchObject({ status: 'Successful', errors: [] })
    expect(await cloud.node()).toMatchObject({
      status: 'ACTIVE',
      launchTemplate: { version: '2' },
      releaseVersion: cloud.newImageId,
      health: { issues: [] },
    })
    const group = await cloud.group()
    expect(group).toMatchObject({ DesiredCapacity: 3, MaxSize: 10 })
    expect(census(group)).toEqual({ 'InService v2': 3 })
  })

  test('or by "the maximum unavailable of upgrade", when that is more', async () => {
    const cloud = await nodeGroupCloud(8, { zones: 1, group: { updateConfig: { maxUnavailablePercentage: 50 } } })
    await cloud.advance(minute)
    await cloud.update()
    expect((await cloud.group()).DesiredCapacity).toBe(12)
  })

  test('never has more nodes away than may be, and launches first', async () => {
    const cloud = await nodeGroupCloud(4, { zones: 2 })
    await cloud.advance(minute)
    const id = await cloud.update()
    const serving: number[] = []
    const look = async () => {
      const { Instances } = await cloud.group()
      serving.push(Instances.filter(({ LifecycleState }) => LifecycleState === 'InService').length)
    }
    await cloud.advance(12 * minute, look, 5 * second)
    expect(Math.min(...serving)).toBe(4)
    // Four of either version at first; then one leaves at a time, and its replacement comes.
    expect(Math.max(...serving)).toBe(8)
    expect(serving).toContain(7)
    expect(serving).not.toContain(6)
    expect(await cloud.updated(id)).toMatchObject({ status: 'Successful' })
  })

  test('with MINIMAL "total capacity never increases beyond your configured quantity"', async () => {
    const cloud = await nodeGroupCloud(4, { group: { updateConfig: { maxUnavailable: 2, updateStrategy: 'MINIMAL' } } })
    await cloud.advance(minute)
    const id = await cloud.update()
    const serving: number[] = []
    const look = async () => {
      const { DesiredCapacity, Instances } = await cloud.group()
      expect(DesiredCapacity).toBe(4)
      serving.push(Instances.filter(({ LifecycleState }) => LifecycleState === 'InService').length)
    }
    await cloud.advance(15 * minute, look, 5 * second)
    expect(Math.min(...serving)).toBe(2)
    expect(Math.max(...serving)).toBe(4)
    expect(await cloud.updated(id)).toMatchObject({ status: 'Successful' })
    expect(census(await cloud.group())).toEqual({ 'InService v2': 4 })
  })

  test('waits for the pods of a node, then "for 60 seconds"', async () => {
    const cloud = await nodeGroupCloud(1, { group: { updateConfig: { updateStrategy: 'MINIMAL' } } })
    await cloud.advance(minute)
    await cloud.cloud.admin.call('set-drains', { drains: [{ nodeGroup: `${cluster}/workers`, drainMs: 5 * minute }] })
    await cloud.update()
    await cloud.advance(5 * minute + 50 * second, undefined, 5 * second)
    expect(census(await cloud.group())).toEqual({ 'InService v1': 1 })
    await cloud.advance(2 * minute, undefined, 5 * second)
    expect(census(await cloud.group())).toEqual({ 'InService v2': 1 })
  })

  test('"fails with a PodEvictionFailure error" when pods don\'t leave "within 15 minutes and there\'s no force flag"', async () => {
    const cloud = await nodeGroupCloud(2)
    await cloud.advance(minute)
    await cloud.cloud.admin.call('set-drains', { drains: [{ nodeGroup: `${cluster}/workers`, isBlocked: true }] })
    const id = await cloud.update()
    await cloud.advance(15 * minute, undefined, 5 * second)
    expect(await cloud.updated(id)).toMatchObject({ status: 'InProgress' })
    await cloud.advance(2 * minute, undefined, 5 * second)
    expect(await cloud.updated(id)).toMatchObject({
      status: 'Failed',
      errors: [{ errorCode: 'PodEvictionFailure', resourceIds: [expect.stringMatching(/^i-/)] }],
    })
    expect(await cloud.node()).toMatchObject({ status: 'ACTIVE', launchTemplate: { version: '1' }, health: { issues: [] } })
    const group = await cloud.group()
    expect(group).toMatchObject({ DesiredCapacity: 2, MaxSize: 10 })
    expect(census(group)).toEqual({ 'InService v1': 2 })

    const forced = await cloud.update({ force: true })
    await cloud.advance(40 * minute, undefined, 30 * second)
    expect(await cloud.updated(forced)).toMatchObject({ status: 'Successful' })
  }, 60_000)

  test('fails with NodeCreationFailure when "new nodes are not joining", and everything is as it was', async () => {
    const cloud = await nodeGroupCloud(2)
    await cloud.advance(minute)
    await cloud.cloud.admin.call('set-faults', { faults: [{ kind: 'machine', target: cloud.newImageId, how: 'silent' }] })
    const id = await cloud.update()
    await cloud.advance(17 * minute, undefined, 10 * second)
    expect(await cloud.updated(id)).toMatchObject({ status: 'Failed', errors: [{ errorCode: 'NodeCreationFailure' }] })
    const group = await cloud.group()
    expect(group).toMatchObject({ DesiredCapacity: 2, MaxSize: 10 })
    expect(census(group)).toEqual({ 'InService v1': 2 })
    expect(group.MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.Version).toBe('1')
  })

  test('needs "at least one new node in every Availability Zone where the node exists"', async () => {
    const cloud = await nodeGroupCloud(3)
    await cloud.advance(minute)
    await cloud.cloud.admin.call('set-faults', { faults: [{ kind: 'full-subnet', zone: 'eu-central-1b' }] })
    const id = await cloud.update()
    await cloud.advance(17 * minute, undefined, 10 * second)
    expect(await cloud.updated(id)).toMatchObject({ status: 'Failed', errors: [{ errorCode: 'NodeCreationFailure' }] })
  })

  test('leaves the size alone when somebody has raised it meanwhile', async () => {
    const cloud = await nodeGroupCloud(1, { zones: 1 })
    await cloud.advance(minute)
    const id = await cloud.update()
    const { AutoScalingGroupName } = await cloud.group()
    await cloud.ask('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName, DesiredCapacity: 5 })
    await cloud.advance(10 * minute, undefined, 5 * second)
    expect(await cloud.updated(id)).toMatchObject({ status: 'Successful' })
    expect((await cloud.group()).DesiredCapacity).toBe(5)
  })
})
