// Which instances an instance refresh replaces, and which its rollback: by template, version and type.

import { describe, expect, test } from 'vitest'
import { minute, second } from '../simulated-cloud.ts'
import { census, group, type WebGroup, webGroup } from './web-group.ts'

const named = { AutoScalingGroupName: group }
const launchFirst = { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, InstanceWarmup: 0 }

const mixed = (web: WebGroup, Overrides: readonly object[]) => ({
  MixedInstancesPolicy: {
    LaunchTemplate: { LaunchTemplateSpecification: { LaunchTemplateId: web.templateId, Version: '1' }, Overrides },
  },
})

const types = async (web: WebGroup) => (await web.group()).Instances.map(({ InstanceType }) => InstanceType)
const ids = async (web: WebGroup) => (await web.group()).Instances.map(({ InstanceId }) => InstanceId)

async function onVersion(web: WebGroup, Version: string): Promise<void> {
  const LaunchTemplate = { LaunchTemplateId: web.templateId, Version }
  await web.ask('autoscaling', 'UpdateAutoScalingGroup', { ...named, LaunchTemplate })
}

async function withVersion3(web: WebGroup): Promise<void> {
  const LaunchTemplateData = { ImageId: web.newImageId, UserData: '' }
  await web.ask('ec2', 'CreateLaunchTemplateVersion', {
    LaunchTemplateId: web.templateId,
    SourceVersion: '2',
    LaunchTemplateData,
  })
}

describe('skip matching', () => {
  test('skips only "instances that already use the specified launch template and instance types"', async () => {
    const web = await webGroup(2)
    const skipping = { ...launchFirst, SkipMatching: true }
    await web.start(skipping, { DesiredConfiguration: mixed(web, [{ InstanceType: 't3.micro' }, { InstanceType: 't3.small' }]) })
    await web.advance(2 * minute)
    expect(await types(web)).toEqual(['t3.micro', 't3.micro'])
    await web.start(skipping, { DesiredConfiguration: mixed(web, [{ InstanceType: 't3.small' }]) })
    await web.advance(2 * minute)
    expect(await types(web)).toEqual(['t3.small', 't3.small'])
  })

  test("skips what an override's own template launched", async () => {
    const web = await webGroup(0)
    const { LaunchTemplate } = await web.ask('ec2', 'CreateLaunchTemplate', {
      LaunchTemplateName: 'large',
      LaunchTemplateData: { ImageId: web.imageId, InstanceType: 'm5.large' },
    })
    const LaunchTemplateSpecification = { LaunchTemplateId: LaunchTemplate.LaunchTemplateId, Version: '1' }
    const policy = mixed(web, [{ InstanceType: 'm5.large', LaunchTemplateSpecification }])
    await web.ask('autoscaling', 'UpdateAutoScalingGroup', { ...named, ...policy, DesiredCapacity: 2 })
    await web.advance(2 * minute)
    const before = await ids(web)
    await web.start({ ...launchFirst, SkipMatching: true }, {})
    await web.advance(2 * minute)
    expect((await web.refresh()).Status).toBe('Successful')
    expect(await ids(web)).toEqual(before)
  })
})

test('a version that moves on meanwhile: "instances that have already been replaced will be replaced again"', async () => {
  const web = await webGroup(4)
  const LaunchTemplate = { LaunchTemplateId: web.templateId, Version: '$Latest' }
  const preferences = { ...launchFirst, CheckpointPercentages: [50, 100], CheckpointDelay: 600 }
  await web.start(preferences, { DesiredConfiguration: { LaunchTemplate } })
  await web.advance(2 * minute)
  expect(census(await web.group())).toEqual({ 'InService v1': 2, 'InService v2': 2 })
  await withVersion3(web)
  await web.advance(5 * second)
  expect(await web.refresh()).toMatchObject({ PercentageComplete: 0, InstancesToUpdate: 4 })
  await web.advance(30 * minute)
  expect((await web.refresh()).Status).toBe('Successful')
  expect(census(await web.group())).toEqual({ 'InService v3': 4 })
})

describe('a rollback', () => {
  test('"replaces the instances that have been deployed so far", though they are of the saved version', async () => {
    const web = await webGroup(4)
    const before = await ids(web)
    const preferences = { ...launchFirst, CheckpointPercentages: [50, 100], CheckpointDelay: 600 }
    await web.start(preferences, { DesiredConfiguration: mixed(web, [{ InstanceType: 't3.small' }]) })
    await web.advance(2 * minute)
    expect((await types(web)).sort()).toEqual(['t3.micro', 't3.micro', 't3.small', 't3.small'])
    const kept = (await ids(web)).filter((id) => before.includes(id))
    await web.ask('autoscaling', 'RollbackInstanceRefresh', named)
    await web.advance(2 * minute)
    expect((await web.refresh()).Status).toBe('RollbackSuccessful')
    expect(await types(web)).toEqual(['t3.micro', 't3.micro', 't3.micro', 't3.micro'])
    expect((await ids(web)).filter((id) => before.includes(id))).toEqual(kept)
  })

  test.each(['$Latest', '$Default'])('by itself is refused at the start where the group is on %s', async (version) => {
    const web = await webGroup(1)
    await onVersion(web, version)
    const LaunchTemplate = { LaunchTemplateId: web.templateId, Version: '2' }
    const asked = { ...named, DesiredConfiguration: { LaunchTemplate }, Preferences: { AutoRollback: true } }
    expect(await web.refusal('autoscaling', 'StartInstanceRefresh', asked)).toEqual({
      code: 'ValidationError',
      message: `AutoRollback cannot be set to true when the launch template version of the group is ${version}.`,
    })
  })

  test('by itself is refused at the start where the group takes its image from a parameter', async () => {
    const web = await webGroup(1)
    await web.ask('ssm', 'PutParameter', { Name: '/golden/web', Type: 'String', Value: web.imageId })
    const LaunchTemplateData = { ImageId: 'resolve:ssm:/golden/web' }
    await web.ask('ec2', 'CreateLaunchTemplateVersion', {
      LaunchTemplateId: web.templateId,
      SourceVersion: '1',
      LaunchTemplateData,
    })
    await onVersion(web, '3')
    const LaunchTemplate = { LaunchTemplateId: web.templateId, Version: '2' }
    const asked = { ...named, DesiredConfiguration: { LaunchTemplate }, Preferences: { AutoRollback: true } }
    expect(await web.refusal('autoscaling', 'StartInstanceRefresh', asked)).toEqual({
      code: 'ValidationError',
      message: 'AutoRollback cannot be set to true when the launch template takes its image from a parameter.',
    })
  })
})
