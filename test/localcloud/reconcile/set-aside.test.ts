// Standby, detached, attached and protected instances, and what an instance refresh does about them.

import { describe, expect, test } from 'vitest'
import { minute, second } from '../simulated-cloud.ts'
import { census, group, webGroup } from './web-group.ts'

const named = { AutoScalingGroupName: group }
const quick = { MinHealthyPercentage: 0, InstanceWarmup: 0 }

describe('an instance in standby', () => {
  test('is no part of the capacity, and not replaced when the capacity shrinks with it', async () => {
    const web = await webGroup(2)
    const id = (await web.group()).Instances[0]?.InstanceId
    const { Activities } = await web.ask('autoscaling', 'EnterStandby', {
      ...named,
      InstanceIds: [id],
      ShouldDecrementDesiredCapacity: true,
    })
    expect(Activities[0].Cause).toMatch(
      /was moved to standby in response to a user request, shrinking the capacity from 2 to 1\.$/,
    )
    await web.advance(minute)
    expect(census(await web.group())).toEqual({ 'Standby v1': 1, 'InService v1': 1 })
    await web.ask('autoscaling', 'ExitStandby', { ...named, InstanceIds: [id] })
    await web.advance(second)
    const after = await web.group()
    expect(census(after)).toEqual({ 'InService v1': 2 })
    expect(after.DesiredCapacity).toBe(2)
  })

  test('is replaced when the capacity stays', async () => {
    const web = await webGroup(1)
    const id = (await web.group()).Instances[0]?.InstanceId
    await web.ask('autoscaling', 'EnterStandby', { ...named, InstanceIds: [id], ShouldDecrementDesiredCapacity: false })
    await web.advance(minute)
    expect(census(await web.group())).toEqual({ 'Standby v1': 1, 'InService v1': 1 })
  })

  test('may be stopped without being replaced', async () => {
    const web = await webGroup(1)
    const id = (await web.group()).Instances[0]?.InstanceId
    await web.ask('autoscaling', 'EnterStandby', { ...named, InstanceIds: [id], ShouldDecrementDesiredCapacity: true })
    await web.ask('ec2', 'StopInstances', { InstanceIds: [id] })
    await web.advance(minute)
    expect(census(await web.group())).toEqual({ 'Standby v1': 1 })
  })

  test.each([
    ['Wait', 'Failed', { 'Standby v1': 1, 'InService v2': 1 }],
    ['Ignore', 'Successful', { 'Standby v1': 1, 'InService v2': 1 }],
    ['Terminate', 'Successful', { 'InService v2': 1 }],
  ])('under StandbyInstances=%s a refresh ends %s', async (StandbyInstances, status, left) => {
    const web = await webGroup(2)
    const id = (await web.group()).Instances[0]?.InstanceId
    await web.ask('autoscaling', 'EnterStandby', { ...named, InstanceIds: [id], ShouldDecrementDesiredCapacity: true })
    await web.start({ ...quick, StandbyInstances })
    await web.advance(70 * minute, undefined, 10 * second)
    expect((await web.refresh()).Status).toBe(status)
    expect(census(await web.group())).toEqual(left)
  })

  test('that comes back in time is replaced by the refresh that waited for it', async () => {
    const web = await webGroup(2)
    const id = (await web.group()).Instances[0]?.InstanceId
    await web.ask('autoscaling', 'EnterStandby', { ...named, InstanceIds: [id], ShouldDecrementDesiredCapacity: true })
    await web.start(quick)
    await web.advance(20 * minute, undefined, 10 * second)
    expect(await web.refresh()).toMatchObject({ Status: 'InProgress', StatusReason: 'Waiting for instances in standby.' })
    await web.ask('autoscaling', 'ExitStandby', { ...named, InstanceIds: [id] })
    await web.advance(2 * minute)
    expect((await web.refresh()).Status).toBe('Successful')
    expect(census(await web.group())).toEqual({ 'InService v2': 2 })
  })
})

test('a refresh gives up on a protected instance after an hour', async () => {
  const web = await webGroup(1)
  const id = (await web.group()).Instances[0]?.InstanceId
  await web.ask('autoscaling', 'SetInstanceProtection', { ...named, InstanceIds: [id], ProtectedFromScaleIn: true })
  await web.start(quick)
  await web.advance(50 * minute, undefined, 10 * second)
  expect((await web.refresh()).Status).toBe('InProgress')
  await web.advance(11 * minute, undefined, 10 * second)
  expect(await web.refresh()).toMatchObject({
    Status: 'Failed',
    StatusReason: 'There were still instances that are protected from scale in after one hour.',
  })
})

test('the rollback of a refresh that gave up has an hour of its own', async () => {
  const web = await webGroup(2)
  const id = (await web.group()).Instances[0]?.InstanceId
  await web.ask('autoscaling', 'SetInstanceProtection', { ...named, InstanceIds: [id], ProtectedFromScaleIn: true })
  await web.ask('autoscaling', 'UpdateAutoScalingGroup', { ...named, NewInstancesProtectedFromScaleIn: true })
  await web.start({ ...quick, MinHealthyPercentage: 50, AutoRollback: true })
  await web.advance(70 * minute, undefined, 20 * second)
  expect((await web.refresh()).Status).toBe('RollbackInProgress')
  await web.advance(60 * minute, undefined, 20 * second)
  expect((await web.refresh()).Status).toBe('RollbackFailed')
})

test.each([
  ['Refresh', { 'InService v2': 2 }],
  ['Ignore', { 'InService v1': 1, 'InService v2': 1 }],
])('under ScaleInProtectedInstances=%s a refresh does not wait for a protected instance', async (how, left) => {
  const web = await webGroup(2)
  const id = (await web.group()).Instances[0]?.InstanceId
  await web.ask('autoscaling', 'SetInstanceProtection', { ...named, InstanceIds: [id], ProtectedFromScaleIn: true })
  await web.start({ ...quick, ScaleInProtectedInstances: how })
  await web.advance(2 * minute)
  expect(await web.refresh()).toMatchObject({ Status: 'Successful' })
  expect(census(await web.group())).toEqual(left)
  expect((await web.group()).Instances.map(({ InstanceId }) => InstanceId).includes(id ?? '')).toBe(how === 'Ignore')
})

test('a detached instance goes on without the group, and can be attached again', async () => {
  const web = await webGroup(2)
  const id = (await web.group()).Instances[0]?.InstanceId
  await web.ask('autoscaling', 'DetachInstances', { ...named, InstanceIds: [id], ShouldDecrementDesiredCapacity: true })
  await web.advance(minute)
  expect(census(await web.group())).toEqual({ 'InService v1': 1 })
  const { Reservations } = await web.ask('ec2', 'DescribeInstances', { InstanceIds: [id] })
  const [instance] = Reservations[0].Instances
  expect(instance.State.Name).toBe('running')
  expect(instance.Tags.map(({ Key }: { Key: string }) => Key)).not.toContain('aws:autoscaling:groupName')
  await web.ask('autoscaling', 'AttachInstances', { ...named, InstanceIds: [id] })
  await web.advance(second)
  const after = await web.group()
  expect(after.DesiredCapacity).toBe(2)
  expect(after.Instances.map(({ LifecycleState }) => LifecycleState)).toEqual(['InService', 'InService'])
})

test('the sizes of the group are kept', async () => {
  const web = await webGroup(1)
  await web.ask('autoscaling', 'UpdateAutoScalingGroup', { ...named, MinSize: 1 })
  const id = (await web.group()).Instances[0]?.InstanceId
  const leaving = { ...named, InstanceIds: [id], ShouldDecrementDesiredCapacity: true }
  for (const [action, what] of [
    ['EnterStandby', 'place into standby'],
    ['DetachInstances', 'detach'],
  ] as const) {
    expect((await web.refusal('autoscaling', action, leaving)).message).toBe(
      `AutoScalingGroup web has min-size=1, max-size=12, and desired-size=1. To ${what} 1 instance, please update the AutoScalingGroup sizes appropriately.`,
    )
  }
})
