// Groups keep their capacity and their health.

import { describe, expect, test } from 'vitest'
import { minute, second, simulateCloud } from '../simulated-cloud.ts'
import { census, group, webGroup } from './web-group.ts'

const named = { AutoScalingGroupName: group }

test('an instance that is terminated by someone is replaced, with the reason in its activity', async () => {
  const web = await webGroup(2)
  const [victim] = (await web.group()).Instances
  await web.ask('ec2', 'TerminateInstances', { InstanceIds: [victim?.InstanceId] })
  await web.advance(minute)
  expect(census(await web.group())).toEqual({ 'InService v1': 2 })
  const { Activities } = await web.ask('autoscaling', 'DescribeScalingActivities', named)
  expect(Activities.map((activity: { Cause: string }) => activity.Cause)).toContainEqual(
    expect.stringContaining(
      'an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.',
    ),
  )
})

test('a machine that dies makes its instance stop, and its group replace it', async () => {
  const web = await webGroup(1)
  const id = (await web.group()).Instances[0]?.InstanceId ?? ''
  await web.machines.kill(id)
  await web.advance(5 * second)
  const { Reservations } = await web.ask('ec2', 'DescribeInstances', { InstanceIds: [id] })
  expect(Reservations[0].Instances[0].StateReason.Code).toBe('Client.UserInitiatedShutdown')
  await web.advance(minute)
  const members = (await web.group()).Instances
  expect(members).toHaveLength(1)
  expect(members[0]?.InstanceId).not.toBe(id)
})

test('SetInstanceHealth marks an instance for replacement', async () => {
  const web = await webGroup(1)
  const id = (await web.group()).Instances[0]?.InstanceId
  await web.ask('autoscaling', 'SetInstanceHealth', { InstanceId: id, HealthStatus: 'Unhealthy' })
  await web.advance(minute)
  expect((await web.group()).Instances.map((instance) => instance.InstanceId)).not.toContain(id)
})

describe('a health check grace period', () => {
  const withGrace = async (seconds: number) => {
    const web = await webGroup(0)
    await web.ask('autoscaling', 'UpdateAutoScalingGroup', { ...named, HealthCheckGracePeriod: seconds, DesiredCapacity: 1 })
    await web.advance(minute)
    return web
  }

  test.each([
    [{}, 'Healthy'],
    [{ ShouldRespectGracePeriod: true }, 'Healthy'],
    [{ ShouldRespectGracePeriod: false }, 'Unhealthy'],
  ])('is respected by SetInstanceHealth unless told otherwise: with %j it is %s', async (more, HealthStatus) => {
    const web = await withGrace(600)
    const id = (await web.group()).Instances[0]?.InstanceId
    await web.ask('autoscaling', 'SuspendProcesses', { ...named, ScalingProcesses: ['ReplaceUnhealthy'] })
    await web.ask('autoscaling', 'SetInstanceHealth', { InstanceId: id, HealthStatus: 'Unhealthy', ...more })
    expect((await web.group()).Instances).toMatchObject([{ InstanceId: id, HealthStatus }])
  })

  test('keeps an instance whose status checks fail until it ends', async () => {
    const web = await withGrace(600)
    const id = (await web.group()).Instances[0]?.InstanceId
    await web.cloud.admin.call('set-faults', {
      faults: [{ kind: 'machine', target: id ?? '', how: 'falls-ill', afterMs: 0 }],
    })
    await web.advance(8 * minute)
    expect((await web.group()).Instances).toMatchObject([{ InstanceId: id, HealthStatus: 'Healthy' }])
    await web.advance(3 * minute)
    expect((await web.group()).Instances.map((instance) => instance.InstanceId)).not.toContain(id)
  })
})

test('with ReplaceUnhealthy suspended an unhealthy instance stays', async () => {
  const web = await webGroup(1)
  const id = (await web.group()).Instances[0]?.InstanceId
  await web.ask('autoscaling', 'SuspendProcesses', { ...named, ScalingProcesses: ['ReplaceUnhealthy'] })
  await web.ask('autoscaling', 'SetInstanceHealth', { InstanceId: id, HealthStatus: 'Unhealthy' })
  await web.advance(minute)
  expect((await web.group()).Instances).toMatchObject([{ InstanceId: id, HealthStatus: 'Unhealthy' }])
  await web.ask('autoscaling', 'ResumeProcesses', named)
  await web.advance(minute)
  expect((await web.group()).Instances.map((instance) => instance.InstanceId)).not.toContain(id)
})

describe('the desired capacity', () => {
  test('is followed up and down, the oldest of the fullest zone going first', async () => {
    const web = await webGroup(3)
    const before = (await web.group()).Instances
    await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 4 })
    await web.advance(minute)
    const grown = (await web.group()).Instances
    expect(grown).toHaveLength(4)
    const added = grown.find((instance) => !before.some((one) => one.InstanceId === instance.InstanceId))
    await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 3 })
    await web.advance(minute)
    const left = (await web.group()).Instances.map((instance) => instance.InstanceId)
    const oldest = before.find((instance) => instance.AvailabilityZone === added?.AvailabilityZone)
    expect(left).toHaveLength(3)
    expect(left).not.toContain(oldest?.InstanceId)
  })

  test('stays between the sizes', async () => {
    const web = await webGroup(1)
    expect(await web.refusal('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 13 })).toEqual({
      code: 'ValidationError',
      message: 'New SetDesiredCapacity value 13 is above max value 12 for the AutoScalingGroup.',
    })
  })
})

describe('a group is deleted', () => {
  test('not while it has instances', async () => {
    const web = await webGroup(1)
    expect(await web.refusal('autoscaling', 'DeleteAutoScalingGroup', named)).toMatchObject({ code: 'ResourceInUse' })
  })

  test('with its instances when forced', async () => {
    const web = await webGroup(2)
    await web.ask('autoscaling', 'DeleteAutoScalingGroup', { ...named, ForceDelete: true })
    await web.advance(10 * second)
    expect((await web.ask('autoscaling', 'DescribeAutoScalingGroups')).AutoScalingGroups).toEqual([])
    expect(web.machines.specs()).toEqual([])
  })
})

test("instances carry the tags the group hands on, and the group's own marks", async () => {
  const web = await webGroup(0)
  await web.ask('autoscaling', 'CreateOrUpdateTags', {
    Tags: [
      { ResourceId: group, ResourceType: 'auto-scaling-group', Key: 'team', Value: 'a', PropagateAtLaunch: true },
      { ResourceId: group, ResourceType: 'auto-scaling-group', Key: 'note', Value: 'b', PropagateAtLaunch: false },
    ],
  })
  await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 1 })
  await web.advance(minute)
  const { Tags } = await web.ask('ec2', 'DescribeTags', { Filters: [{ Name: 'resource-type', Values: ['instance'] }] })
  expect(Object.fromEntries(Tags.map((tag: { Key: string; Value: string }) => [tag.Key, tag.Value]))).toEqual({
    team: 'a',
    'aws:autoscaling:groupName': 'web',
    'aws:ec2launchtemplate:id': web.templateId,
    'aws:ec2launchtemplate:version': '1',
  })
})

test.each([
  [{ MaxSize: 1, MinSize: 2 }, 'Max bound, 1, must be greater than or equal to min bound, 2'],
  [{ MaxSize: 2, MinSize: 1, DesiredCapacity: 3 }, 'Desired capacity:3 must be between the specified min size:1 and max size:2'],
  [{ MaxSize: 1, MinSize: 1, AvailabilityZones: ['eu-central-1x'] }, 'The availability zone eu-central-1x is not valid'],
])('a group of %j is refused', async (sizes, message) => {
  const { ask, refusal, imageId } = await simulateCloud()
  await ask('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'web', LaunchTemplateData: { ImageId: imageId } })
  const input = { ...named, LaunchTemplate: { LaunchTemplateName: 'web' }, AvailabilityZones: ['eu-central-1a'], ...sizes }
  expect(await refusal('autoscaling', 'CreateAutoScalingGroup', input)).toEqual({ code: 'ValidationError', message })
})
