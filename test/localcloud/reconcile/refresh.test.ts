// Instance refresh from start to end; each test is a sentence of its documentation.

import { describe, expect, test } from 'vitest'
import type { Trouble } from '../../../pipeline/localcloud/index.ts'
import { minute, second } from '../simulated-cloud.ts'
import { census, group, webGroup } from './web-group.ts'

const launchFirst = { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, InstanceWarmup: 60 }

const metric = { Namespace: 'Acme', MetricName: '5xx', Statistic: 'Sum', Period: 60, EvaluationPeriods: 1 }
const alarm = { AlarmName: '5xx', ...metric, ComparisonOperator: 'GreaterThanThreshold', Threshold: 1 }

describe('a refresh with a desired configuration', () => {
  test('launches before it terminates at 100 and 200, and waits for the warm-up', async () => {
    const web = await webGroup(4)
    await web.start(launchFirst)
    await web.advance(5 * second)
    expect(census(await web.group())).toEqual({ 'InService v1': 4, 'Pending v2': 4 })
    await web.advance(20 * second)
    expect(census(await web.group())).toEqual({ 'InService v1': 4, 'InService v2': 4 })
    expect(await web.refresh()).toMatchObject({ Status: 'InProgress', PercentageComplete: 0, InstancesToUpdate: 4 })
    await web.advance(70 * second)
    expect(census(await web.group())).toEqual({ 'InService v2': 4 })
    expect(await web.refresh()).toMatchObject({ Status: 'Successful', PercentageComplete: 100, InstancesToUpdate: 0 })
  })

  test('becomes the group\'s own "after the instance refresh completes", not before', async () => {
    const web = await webGroup(2)
    await web.start(launchFirst)
    await web.advance(30 * second)
    expect((await web.group()).LaunchTemplate.Version).toBe('1')
    await web.advance(2 * minute)
    expect((await web.group()).LaunchTemplate.Version).toBe('2')
  })

  test('keeps the group from being given another template meanwhile', async () => {
    const web = await webGroup(1)
    await web.start(launchFirst)
    const update = { AutoScalingGroupName: group, LaunchTemplate: { LaunchTemplateId: web.templateId, Version: '1' } }
    expect(await web.refusal('autoscaling', 'UpdateAutoScalingGroup', update)).toMatchObject({
      code: 'ValidationError',
      message: expect.stringMatching(/^An active instance refresh with a desired configuration exists/),
    })
  })

  test('keeps the group spread over its zones', async () => {
    const web = await webGroup(6)
    await web.start(launchFirst)
    await web.advance(3 * minute)
    const zones = (await web.group()).Instances.map((instance) => instance.AvailabilityZone).sort()
    expect(zones).toEqual(['a', 'a', 'b', 'b', 'c', 'c'].map((letter) => `eu-central-1${letter}`))
  })
})

test.each([
  ['"the value of DefaultInstanceWarmup, if defined"', { DefaultInstanceWarmup: 300, HealthCheckGracePeriod: 0 }, 'InProgress'],
  ['though it is 0', { DefaultInstanceWarmup: 0, HealthCheckGracePeriod: 300 }, 'Successful'],
  ['"or HealthCheckGracePeriod otherwise"', { HealthCheckGracePeriod: 300 }, 'InProgress'],
])('the warm-up is %s', async (_what, times, status) => {
  const web = await webGroup(1)
  await web.ask('autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName: group, ...times })
  await web.start({ MinHealthyPercentage: 100, MaxHealthyPercentage: 200 })
  await web.advance(4 * minute)
  expect((await web.refresh()).Status).toBe(status)
  await web.advance(3 * minute)
  expect((await web.refresh()).Status).toBe('Successful')
})

test('the defaults, 90 and 100, replace "one instance at a time" where rounding leaves no room', async () => {
  const web = await webGroup(3)
  await web.start({ InstanceWarmup: 10 })
  const inService: number[] = []
  await web.advance(4 * minute, async () => {
    inService.push((await web.group()).Instances.filter((instance) => instance.LifecycleState === 'InService').length)
  })
  expect(Math.min(...inService)).toBe(2)
  expect(await web.refresh()).toMatchObject({ Status: 'Successful' })
  expect(census(await web.group())).toEqual({ 'InService v2': 3 })
})

test.each([
  ['asked for', { MaxHealthyPercentage: 100 }, {}],
  [
    "of the group's maintenance policy",
    {},
    { InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 100 } },
  ],
])('a maximum of 100 that is %s "launches a new instance before terminating an old one"', async (_where, max, policy) => {
  const web = await webGroup(3)
  await web.ask('autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName: group, ...policy })
  await web.start({ MinHealthyPercentage: 100, InstanceWarmup: 10, ...max })
  const inService: number[] = []
  const all: number[] = []
  await web.advance(4 * minute, async () => {
    const { Instances } = await web.group()
    inService.push(Instances.filter((instance) => instance.LifecycleState === 'InService').length)
    all.push(Instances.length)
  })
  expect(Math.min(...inService)).toBe(3)
  expect(Math.max(...all)).toBe(4)
  expect(census(await web.group())).toEqual({ 'InService v2': 3 })
  expect((await web.refresh()).Status).toBe('Successful')
})

test('without a desired configuration instances are replaced from what the group has', async () => {
  const web = await webGroup(2)
  const before = (await web.group()).Instances.map((instance) => instance.InstanceId)
  await web.start(launchFirst, {})
  await web.advance(3 * minute)
  const after = await web.group()
  expect(await web.refresh()).toMatchObject({ Status: 'Successful' })
  expect(census(after)).toEqual({ 'InService v1': 2 })
  expect(after.Instances.filter((instance) => before.includes(instance.InstanceId))).toEqual([])
})

test('skip matching leaves alone what is on the desired version', async () => {
  const web = await webGroup(3)
  await web.start(launchFirst)
  await web.advance(3 * minute)
  const before = (await web.group()).Instances.map((instance) => instance.InstanceId)
  await web.start({ ...launchFirst, SkipMatching: true })
  await web.advance(5 * second)
  expect(await web.refresh()).toMatchObject({ Status: 'Successful', PercentageComplete: 100 })
  expect((await web.group()).Instances.map((instance) => instance.InstanceId)).toEqual(before)
})

test('preferences are described with their defaults, but no maximum that nobody set: "not equivalent to omitting it"', async () => {
  const web = await webGroup(1)
  await web.ask('autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName: group, DefaultInstanceWarmup: 45 })
  await web.start({ CheckpointPercentages: [50, 100] })
  expect((await web.refresh()).Preferences).toEqual({
    MinHealthyPercentage: 90,
    InstanceWarmup: 45,
    CheckpointPercentages: [50, 100],
    CheckpointDelay: 3_600,
    SkipMatching: false,
    AutoRollback: false,
    ScaleInProtectedInstances: 'Wait',
    StandbyInstances: 'Wait',
  })
})

test('"only one instance refresh at a time": a second is refused by name', async () => {
  const web = await webGroup(2)
  await web.start(launchFirst)
  const again = { AutoScalingGroupName: group }
  expect(await web.refusal('autoscaling', 'StartInstanceRefresh', again)).toMatchObject({ code: 'InstanceRefreshInProgress' })
})

test('a checkpoint waits for its delay before the next share is replaced', async () => {
  const web = await webGroup(4)
  await web.start({ ...launchFirst, CheckpointPercentages: [50, 100], CheckpointDelay: 600 })
  await web.advance(3 * minute)
  expect(census(await web.group())).toEqual({ 'InService v1': 2, 'InService v2': 2 })
  expect(await web.refresh()).toMatchObject({ Status: 'InProgress', PercentageComplete: 50, InstancesToUpdate: 2 })
  await web.advance(8 * minute)
  expect(census(await web.group())).toEqual({ 'InService v1': 2, 'InService v2': 2 })
  await web.advance(4 * minute)
  expect(census(await web.group())).toEqual({ 'InService v2': 4 })
  expect(await web.refresh()).toMatchObject({ Status: 'Successful' })
})

describe('a bake time', () => {
  test('"waits at the end before the refresh is considered complete"', async () => {
    const web = await webGroup(2)
    await web.start({ ...launchFirst, BakeTime: 600 })
    await web.advance(3 * minute)
    expect(await web.refresh()).toMatchObject({ Status: 'Baking', PercentageComplete: 100 })
    expect((await web.group()).LaunchTemplate.Version).toBe('1')
    await web.advance(10 * minute)
    expect(await web.refresh()).toMatchObject({ Status: 'Successful' })
    expect((await web.group()).LaunchTemplate.Version).toBe('2')
  })

  test('ends in a rollback when an alarm rings, with auto rollback', async () => {
    const web = await webGroup(2)
    await web.ask('monitoring', 'PutMetricAlarm', alarm)
    await web.ask('monitoring', 'SetAlarmState', { AlarmName: '5xx', StateValue: 'OK', StateReason: 'quiet' })
    await web.start({ ...launchFirst, BakeTime: 600, AutoRollback: true, AlarmSpecification: { Alarms: ['5xx'] } })
    await web.advance(3 * minute)
    await web.ask('monitoring', 'SetAlarmState', { AlarmName: '5xx', StateValue: 'ALARM', StateReason: 'loud' })
    await web.advance(5 * second)
    expect(await web.refresh()).toMatchObject({
      Status: 'RollbackInProgress',
      RollbackDetails: { RollbackReason: 'Alarm(s) 5xx in ALARM state.', PercentageCompleteOnRollback: 100 },
    })
    await web.advance(3 * minute)
    expect(await web.refresh()).toMatchObject({ Status: 'RollbackSuccessful' })
    expect(census(await web.group())).toEqual({ 'InService v1': 2 })
  })
})

describe('an alarm that is measured', () => {
  test('turns a refresh back when the data say so', async () => {
    const web = await webGroup(2)
    const errors = (Value: number) =>
      web.ask('monitoring', 'PutMetricData', { Namespace: 'Acme', MetricData: [{ MetricName: '5xx', Value }] })
    await web.ask('monitoring', 'PutMetricAlarm', { ...alarm, TreatMissingData: 'notBreaching' })
    await errors(0)
    await web.advance(minute)
    await web.start({ ...launchFirst, BakeTime: 600, AutoRollback: true, AlarmSpecification: { Alarms: ['5xx'] } })
    await web.advance(3 * minute)
    expect(await web.refresh()).toMatchObject({ Status: 'Baking' })
    await errors(5)
    await web.advance(minute)
    expect(await web.refresh()).toMatchObject({ Status: 'RollbackInProgress' })
    await web.advance(3 * minute)
    expect(await web.refresh()).toMatchObject({ Status: 'RollbackSuccessful' })
    expect(census(await web.group())).toEqual({ 'InService v1': 2 })
  })

  test('and has no data keeps a refresh from starting', async () => {
    const web = await webGroup(1)
    await web.ask('monitoring', 'PutMetricAlarm', alarm)
    await web.ask('monitoring', 'SetAlarmState', { AlarmName: '5xx', StateValue: 'OK', StateReason: 'hoped' })
    await web.advance(minute)
    const input = { AutoScalingGroupName: group, Preferences: { AlarmSpecification: { Alarms: ['5xx'] } } }
    expect(await web.refusal('autoscaling', 'StartInstanceRefresh', input)).toMatchObject({
      message: expect.stringContaining('INSUFFICIENT_DATA'),
    })
  })
})

test.each(['ALARM', 'INSUFFICIENT_DATA'])('an alarm in %s keeps a refresh from starting', async (state) => {
  const web = await webGroup(1)
  await web.ask('monitoring', 'PutMetricAlarm', alarm)
  await web.ask('monitoring', 'SetAlarmState', { AlarmName: '5xx', StateValue: state, StateReason: 'x' })
  const input = { AutoScalingGroupName: group, Preferences: { AlarmSpecification: { Alarms: ['5xx'] } } }
  expect(await web.refusal('autoscaling', 'StartInstanceRefresh', input)).toMatchObject({ code: 'ValidationError' })
})

describe('a new image whose machines never answer', () => {
  const withBadImage = async (desired: number) => {
    const troubles = new Map<string, Trouble>()
    return webGroup(desired, { cloud: { troubles }, onNewLayer: (layer) => troubles.set(layer, 'silent') })
  }

  test('take no healthy machine with them, without a warm-up either', async () => {
    const web = await withBadImage(4)
    await web.start({ MinHealthyPercentage: 75, MaxHealthyPercentage: 100, InstanceWarmup: 0 })
    const old = async () => (await web.group()).Instances.filter((one) => one.LaunchTemplate.Version === '1').length
    const left: number[] = []
    await web.advance(10 * minute, async () => void left.push(await old()), 10 * second)
    expect(Math.min(...left)).toBe(3)
  })

  test('"keeps trying for one hour, then fails", the old instances serving all the while', async () => {
    const web = await withBadImage(2)
    await web.start(launchFirst)
    const serving: number[] = []
    const count = async () => {
      serving.push(
        (await web.group()).Instances.filter((one) => one.LifecycleState === 'InService' && one.LaunchTemplate.Version === '1')
          .length,
      )
    }
    await web.advance(40 * minute, count, 10 * second)
    expect(await web.refresh()).toMatchObject({ Status: 'InProgress', PercentageComplete: 0 })
    expect(Math.min(...serving)).toBe(2)
    await web.advance(30 * minute)
    expect(await web.refresh()).toMatchObject({ Status: 'Failed', StatusReason: 'Replacing instances has failed for one hour.' })
  }, 120_000)

  test('is turned back by RollbackInstanceRefresh at once', async () => {
    const web = await withBadImage(2)
    await web.start(launchFirst)
    await web.advance(2 * minute)
    await web.ask('autoscaling', 'RollbackInstanceRefresh', { AutoScalingGroupName: group })
    await web.advance(4 * minute)
    expect(await web.refresh()).toMatchObject({ Status: 'RollbackSuccessful' })
    expect(census(await web.group())).toEqual({ 'InService v1': 2 })
    expect((await web.group()).LaunchTemplate.Version).toBe('1')
  })
})

describe('RollbackInstanceRefresh', () => {
  const rollback = { AutoScalingGroupName: group }

  test('needs an active refresh', async () => {
    const web = await webGroup(1)
    expect(await web.refusal('autoscaling', 'RollbackInstanceRefresh', rollback)).toMatchObject({
      code: 'ActiveInstanceRefreshNotFound',
    })
  })

  test('needs a desired configuration', async () => {
    const web = await webGroup(1)
    await web.start(launchFirst, {})
    expect(await web.refusal('autoscaling', 'RollbackInstanceRefresh', rollback)).toMatchObject({
      code: 'IrreversibleInstanceRefresh',
    })
  })

  test('needs a group that was on a numbered version', async () => {
    const web = await webGroup(1)
    await web.ask('autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: group,
      LaunchTemplate: { LaunchTemplateId: web.templateId, Version: '$Latest' },
    })
    await web.start(launchFirst)
    expect(await web.refusal('autoscaling', 'RollbackInstanceRefresh', rollback)).toMatchObject({
      code: 'IrreversibleInstanceRefresh',
    })
  })

  test('is not for a refresh that has finished', async () => {
    const web = await webGroup(1)
    await web.start(launchFirst)
    await web.advance(3 * minute)
    expect(await web.refusal('autoscaling', 'RollbackInstanceRefresh', rollback)).toMatchObject({
      code: 'ActiveInstanceRefreshNotFound',
    })
  })
})

describe('CancelInstanceRefresh', () => {
  test('"does not undo": what was replaced stays', async () => {
    const web = await webGroup(4)
    await web.start({ ...launchFirst, CheckpointPercentages: [50, 100], CheckpointDelay: 3_600 })
    await web.advance(3 * minute)
    await web.ask('autoscaling', 'CancelInstanceRefresh', { AutoScalingGroupName: group })
    await web.advance(minute)
    expect(await web.refresh()).toMatchObject({ Status: 'Cancelled' })
    expect(census(await web.group())).toEqual({ 'InService v1': 2, 'InService v2': 2 })
    expect((await web.group()).LaunchTemplate.Version).toBe('1')
  })

  test('leaves a group that shrinks back to its desired capacity when it had launched first', async () => {
    const web = await webGroup(4)
    await web.start({ ...launchFirst, InstanceWarmup: 600 })
    await web.advance(minute)
    expect(census(await web.group())).toEqual({ 'InService v1': 4, 'InService v2': 4 })
    await web.ask('autoscaling', 'CancelInstanceRefresh', { AutoScalingGroupName: group })
    await web.advance(minute)
    expect(await web.refresh()).toMatchObject({ Status: 'Cancelled', PercentageComplete: 0 })
    // Who is on the older version of the group's template goes first, whatever the group's own is.
    expect(census(await web.group())).toEqual({ 'InService v2': 4 })
  })

  test('waits for instances that are starting, unless told not to', async () => {
    const waiting = await webGroup(2)
    await waiting.start(launchFirst)
    await waiting.advance(5 * second)
    await waiting.ask('autoscaling', 'CancelInstanceRefresh', { AutoScalingGroupName: group })
    expect(await waiting.refresh()).toMatchObject({ Status: 'Cancelling' })
    await waiting.advance(20 * second)
    expect(await waiting.refresh()).toMatchObject({ Status: 'Cancelled' })

    const hasty = await webGroup(2)
    await hasty.start(launchFirst)
    await hasty.advance(5 * second)
    await hasty.ask('autoscaling', 'CancelInstanceRefresh', { AutoScalingGroupName: group, WaitForTransitioningInstances: false })
    expect(await hasty.refresh()).toMatchObject({ Status: 'Cancelled' })
  })
})

test('a zone without capacity is said in the activities, and the refresh goes on when there is some again', async () => {
  const web = await webGroup(3)
  const faults = ['a', 'b', 'c'].map((letter) => ({ kind: 'insufficient-capacity' as const, zone: `eu-central-1${letter}` }))
  await web.cloud.admin.call('set-faults', { faults })
  await web.start(launchFirst)
  await web.advance(minute)
  const { Activities } = await web.ask('autoscaling', 'DescribeScalingActivities', { AutoScalingGroupName: group, MaxRecords: 1 })
  expect(Activities[0]).toMatchObject({
    StatusCode: 'Failed',
    StatusMessage: expect.stringMatching(
      /^We currently do not have sufficient t3\.micro capacity .* Launching EC2 instance failed\.$/,
    ),
  })
  expect(census(await web.group())).toEqual({ 'InService v1': 3 })
  await web.cloud.admin.call('set-faults', { faults: [] })
  await web.advance(10 * minute)
  expect(await web.refresh()).toMatchObject({ Status: 'Successful' })
})

test.each([
  [
    { MinHealthyPercentage: 50, MaxHealthyPercentage: 160 },
    'The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than 100.',
  ],
  [{ MaxHealthyPercentage: 200 }, 'MaxHealthyPercentage requires MinHealthyPercentage.'],
  [{ MinHealthyPercentage: 101 }, 'MinHealthyPercentage must be between 0 and 100.'],
  [{ CheckpointPercentages: [50, 50] }, 'CheckpointPercentages must be unique, in ascending order and between 1 and 100.'],
  [{ CheckpointDelay: 60 }, 'CheckpointDelay requires CheckpointPercentages.'],
  [{ BakeTime: 172_801 }, 'BakeTime must be between 0 and 172800 seconds.'],
])('preferences %j are refused', async (Preferences, message) => {
  const web = await webGroup(0)
  expect(await web.refusal('autoscaling', 'StartInstanceRefresh', { AutoScalingGroupName: group, Preferences })).toEqual({
    code: 'ValidationError',
    message,
  })
})

const day = 24 * 60 * minute

test('the history of refreshes is kept for six weeks', async () => {
  const web = await webGroup(1)
  await web.start({ MinHealthyPercentage: 0, InstanceWarmup: 0 })
  await web.advance(5 * minute)
  await web.advance(41 * day, undefined, day)
  expect((await web.refresh()).Status).toBe('Successful')
  await web.advance(2 * day, undefined, day)
  expect(await web.refresh()).toBeUndefined()
})

test('a refresh that has not ended after 14 days fails', async () => {
  const web = await webGroup(4)
  await web.start({
    MinHealthyPercentage: 75,
    InstanceWarmup: 0,
    CheckpointPercentages: [25, 50, 75, 100],
    CheckpointDelay: 172_800,
  })
  await web.ask('autoscaling', 'SuspendProcesses', { AutoScalingGroupName: group, ScalingProcesses: ['Launch'] })
  await web.advance(13 * day, undefined, day / 4)
  expect((await web.refresh()).Status).toBe('InProgress')
  await web.advance(2 * day, undefined, day / 4)
  expect(await web.refresh()).toMatchObject({
    Status: 'Failed',
    StatusReason: 'The instance refresh did not end within 14 days.',
  })
})

test('replacing the root volume instead of the instance is refused by name', async () => {
  const web = await webGroup(0)
  const asked = { AutoScalingGroupName: group, Strategy: 'ReplaceRootVolume' }
  expect(await web.refusal('autoscaling', 'StartInstanceRefresh', asked)).toEqual({
    code: 'UnsupportedOperation',
    message: expect.stringContaining('Strategy=ReplaceRootVolume'),
  })
})
