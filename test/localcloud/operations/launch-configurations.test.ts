// Launch configurations, and groups that launch from one: made, described, refreshed, left for a template, deleted.

import { describe, expect, test } from 'vitest'
import { minute, type SimulatedCloud, simulateCloud } from '../simulated-cloud.ts'

const zones = ['eu-central-1a', 'eu-central-1b']
const name = 'web-2019'

async function cloudWithConfiguration(more: object = {}) {
  const made = await simulateCloud({ log: () => undefined })
  const { ask, imageId } = made
  const { GroupId } = await ask('ec2', 'CreateSecurityGroup', { GroupName: 'web', Description: 'web' })
  const written = { LaunchConfigurationName: name, ImageId: imageId, InstanceType: 't3.micro', SecurityGroups: [GroupId] }
  await ask('autoscaling', 'CreateLaunchConfiguration', { ...written, ...more })
  return { ...made, securityGroup: GroupId as string }
}

const groupOf = async ({ ask }: SimulatedCloud) =>
  (await ask('autoscaling', 'DescribeAutoScalingGroups', { AutoScalingGroupNames: ['web'] })).AutoScalingGroups[0]

async function withGroup(made: SimulatedCloud): Promise<void> {
  await made.ask('autoscaling', 'CreateAutoScalingGroup', {
    AutoScalingGroupName: 'web',
    MinSize: 0,
    MaxSize: 4,
    DesiredCapacity: 2,
    AvailabilityZones: zones,
    LaunchConfigurationName: name,
  })
  await made.advance(2 * minute)
}

describe('a launch configuration', () => {
  test('is answered with its defaults, and empty where nothing was said', async () => {
    const { ask, imageId, securityGroup } = await cloudWithConfiguration()
    const { LaunchConfigurations } = await ask('autoscaling', 'DescribeLaunchConfigurations')
    const arn = /^arn:aws:autoscaling:eu-central-1:\d{12}:launchConfiguration:[0-9a-f-]{36}:launchConfigurationName\/web-2019$/
    expect(LaunchConfigurations).toMatchObject([
      {
        LaunchConfigurationName: name,
        LaunchConfigurationARN: expect.stringMatching(arn),
        ImageId: imageId,
        InstanceType: 't3.micro',
        SecurityGroups: [securityGroup],
        InstanceMonitoring: { Enabled: true },
        EbsOptimized: false,
        BlockDeviceMappings: [],
      },
    ])
    expect(
      (await ask('autoscaling', 'DescribeLaunchConfigurations', { LaunchConfigurationNames: ['other'] })).LaunchConfigurations,
    ).toEqual([])
  })

  test('is refused by a name that is taken, without an image, and beside a template', async () => {
    const { ask, refusal, imageId } = await cloudWithConfiguration()
    const again = { LaunchConfigurationName: name, ImageId: imageId, InstanceType: 't3.micro' }
    expect((await refusal('autoscaling', 'CreateLaunchConfiguration', again)).code).toBe('AlreadyExists')
    const bare = { LaunchConfigurationName: 'bare', InstanceType: 't3.micro' }
    expect((await refusal('autoscaling', 'CreateLaunchConfiguration', bare)).message).toContain('ImageId')
    await ask('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'web', LaunchTemplateData: { ImageId: imageId } })
    const both = { LaunchConfigurationName: name, LaunchTemplate: { LaunchTemplateName: 'web' } }
    const group = { AutoScalingGroupName: 'web', MinSize: 0, MaxSize: 1, AvailabilityZones: zones, ...both }
    expect((await refusal('autoscaling', 'CreateAutoScalingGroup', group)).code).toBe('ValidationError')
    const unknown = { ...group, LaunchTemplate: undefined, LaunchConfigurationName: 'other' }
    expect((await refusal('autoscaling', 'CreateAutoScalingGroup', unknown)).message).toContain('not found')
  })

  test('stays as long as a group is attached to it', async () => {
    const made = await cloudWithConfiguration()
    await withGroup(made)
    const which = { LaunchConfigurationName: name }
    expect((await made.refusal('autoscaling', 'DeleteLaunchConfiguration', which)).code).toBe('ResourceInUse')
    const gone = { AutoScalingGroupName: 'web', ForceDelete: true }
    await made.ask('autoscaling', 'DeleteAutoScalingGroup', gone)
    await made.advance(5 * minute)
    await made.ask('autoscaling', 'DeleteLaunchConfiguration', which)
    expect((await made.refusal('autoscaling', 'DeleteLaunchConfiguration', which)).code).toBe('ValidationError')
  })
})

describe('a group that launches from one', () => {
  test('says so, and so do its instances, which are what it describes', async () => {
    const cloud = await cloudWithConfiguration({ KeyName: 'admin', EbsOptimized: true })
    await cloud.ask('ec2', 'CreateKeyPair', { KeyName: 'admin' })
    await withGroup(cloud)
    const group = await groupOf(cloud)
    expect(group).toMatchObject({ LaunchConfigurationName: name, Instances: [{ LaunchConfigurationName: name }, {}] })
    expect(group.LaunchTemplate).toBeUndefined()
    expect(group.Instances[0]).toMatchObject({ LifecycleState: 'InService' })
    const InstanceIds = [group.Instances[0].InstanceId]
    const { Reservations } = await cloud.ask('ec2', 'DescribeInstances', { InstanceIds })
    expect(Reservations[0].Instances[0]).toMatchObject({
      ImageId: cloud.imageId,
      InstanceType: 't3.micro',
      KeyName: 'admin',
      EbsOptimized: true,
      Monitoring: { State: 'enabled' },
      SecurityGroups: [{ GroupId: cloud.securityGroup }],
    })
  })

  test('is refreshed without a desired configuration and without skip matching, which is refused', async () => {
    const made = await cloudWithConfiguration()
    await withGroup(made)
    const before = (await groupOf(made)).Instances.map(({ InstanceId }: { InstanceId: string }) => InstanceId)
    const start = { AutoScalingGroupName: 'web', Preferences: { MinHealthyPercentage: 50, InstanceWarmup: 0 } }
    const rollback = { ...start, Preferences: { ...start.Preferences, AutoRollback: true } }
    expect((await made.refusal('autoscaling', 'StartInstanceRefresh', rollback)).message).toContain('DesiredConfiguration')
    await made.ask('autoscaling', 'StartInstanceRefresh', start)
    expect((await made.refusal('autoscaling', 'RollbackInstanceRefresh', { AutoScalingGroupName: 'web' })).code).toBe(
      'IrreversibleInstanceRefresh',
    )
    await made.advance(20 * minute)
    const refreshes = async () =>
      (await made.ask('autoscaling', 'DescribeInstanceRefreshes', { AutoScalingGroupName: 'web' })).InstanceRefreshes
    expect(await refreshes()).toMatchObject([{ Status: 'Successful' }])
    const after = await groupOf(made)
    expect(after.Instances).toHaveLength(2)
    expect(after.Instances.some(({ InstanceId }: { InstanceId: string }) => before.includes(InstanceId))).toBe(false)
    const skipping = { AutoScalingGroupName: 'web', Preferences: { SkipMatching: true } }
    expect(await made.refusal('autoscaling', 'StartInstanceRefresh', skipping)).toEqual({
      code: 'ValidationError',
      message: 'SkipMatching cannot be set to true with a launch configuration.',
    })
  })

  test('keeps its machines when it is given a template, and they leave first when it shrinks', async () => {
    const made = await cloudWithConfiguration()
    await withGroup(made)
    const LaunchTemplateData = { ImageId: made.imageId, InstanceType: 't3.micro' }
    await made.ask('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'web', LaunchTemplateData })
    const update = { AutoScalingGroupName: 'web', LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' } }
    await made.ask('autoscaling', 'UpdateAutoScalingGroup', { ...update, DesiredCapacity: 4 })
    await made.advance(3 * minute)
    const grown = await groupOf(made)
    expect(grown.LaunchConfigurationName).toBeUndefined()
    const kinds = (group: { Instances: { LaunchConfigurationName?: string; LaunchTemplate?: { Version: string } }[] }) =>
      group.Instances.map((one) => one.LaunchConfigurationName ?? `v${one.LaunchTemplate?.Version}`).sort()
    expect(kinds(grown)).toEqual(['v1', 'v1', name, name])
    await made.ask('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 2 })
    await made.advance(5 * minute)
    expect(kinds(await groupOf(made))).toEqual(['v1', 'v1'])
    await made.ask('autoscaling', 'DeleteLaunchConfiguration', { LaunchConfigurationName: name })
  })

  test('launches nothing that this cloud has no machine for, and says what', async () => {
    const made = await cloudWithConfiguration({ SpotPrice: '0.05' })
    await withGroup(made)
    const { Activities } = await made.ask('autoscaling', 'DescribeScalingActivities', { AutoScalingGroupName: 'web' })
    expect(Activities[0].StatusMessage).toContain('InstanceMarketOptions')
    expect((await groupOf(made)).Instances).toEqual([])
  })
})
