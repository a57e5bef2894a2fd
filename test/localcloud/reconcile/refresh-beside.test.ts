// What goes on beside an instance refresh: its group grows or shrinks, and its process is suspended.

import { describe, expect, test } from 'vitest'
import { minute, second } from '../simulated-cloud.ts'
import { census, group, webGroup } from './web-group.ts'

const named = { AutoScalingGroupName: group }
const launchFirst = { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, InstanceWarmup: 0 }
const halves = { ...launchFirst, CheckpointPercentages: [50, 100], CheckpointDelay: 3_600 }

describe('"the scaling activities run in parallel": a group shrinks', () => {
  const policies = (TerminationPolicies: readonly string[]) => ({ ...named, TerminationPolicies })

  test('while its refresh waits at a checkpoint', async () => {
    const web = await webGroup(4)
    await web.ask('autoscaling', 'UpdateAutoScalingGroup', policies(['NewestInstance']))
    await web.start(halves)
    await web.advance(2 * minute)
    await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 3 })
    await web.advance(minute)
    expect(census(await web.group())).toEqual({ 'InService v1': 2, 'InService v2': 1 })
    expect(await web.refresh()).toMatchObject({ Status: 'InProgress' })
  })

  test('and who is scaled in needs no replacement any more', async () => {
    const web = await webGroup(4)
    await web.start(halves)
    await web.advance(2 * minute)
    await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 3 })
    await web.advance(minute)
    expect(census(await web.group())).toEqual({ 'InService v1': 1, 'InService v2': 2 })
    expect(await web.refresh()).toMatchObject({ Status: 'InProgress', PercentageComplete: 66, InstancesToUpdate: 1 })
  })

  test('while it bakes', async () => {
    const web = await webGroup(4)
    await web.start({ ...launchFirst, BakeTime: 3_600 })
    await web.advance(2 * minute)
    expect((await web.refresh()).Status).toBe('Baking')
    await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 1 })
    await web.advance(minute)
    expect((await web.refresh()).Status).toBe('Baking')
    expect(census(await web.group())).toEqual({ 'InService v2': 1 })
  })

  test('by as many as asked while replacements stand beside what they replace, and serves all the while', async () => {
    const web = await webGroup(4)
    await web.start({ ...launchFirst, InstanceWarmup: 300 })
    await web.advance(minute)
    await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 2 })
    await web.advance(2 * minute)
    expect(census(await web.group())).toEqual({ 'InService v1': 2, 'InService v2': 4 })
    await web.advance(5 * minute)
    expect((await web.refresh()).Status).toBe('Successful')
    expect(census(await web.group())).toEqual({ 'InService v2': 2 })
  })

  test('not before Terminate is resumed', async () => {
    const web = await webGroup(4)
    await web.start({ ...launchFirst, BakeTime: 3_600 })
    await web.advance(2 * minute)
    await web.ask('autoscaling', 'SuspendProcesses', { ...named, ScalingProcesses: ['Terminate'] })
    await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 1 })
    await web.advance(minute)
    expect(census(await web.group())).toEqual({ 'InService v2': 4 })
    await web.ask('autoscaling', 'ResumeProcesses', { ...named, ScalingProcesses: ['Terminate'] })
    await web.advance(minute)
    expect(census(await web.group())).toEqual({ 'InService v2': 1 })
  })
})

describe('a member that leaves with its share of the capacity', () => {
  const decrement = { ShouldDecrementDesiredCapacity: true }
  const ways: Readonly<Record<string, (id: string) => readonly [string, object]>> = {
    'is terminated': (InstanceId) => ['TerminateInstanceInAutoScalingGroup', { InstanceId, ...decrement }],
    'is detached': (id) => ['DetachInstances', { ...named, InstanceIds: [id], ...decrement }],
    'goes into standby': (id) => ['EnterStandby', { ...named, InstanceIds: [id], ...decrement }],
  }

  test.each(Object.keys(ways))('takes no other with it beside a refresh that launched first: it %s', async (how) => {
    const web = await webGroup(4)
    await web.start({ ...launchFirst, InstanceWarmup: 600 })
    await web.advance(minute)
    const old = (await web.group()).Instances.filter(({ LaunchTemplate }) => LaunchTemplate.Version === '1')
    const [action, input] = ways[how]?.(old[0]?.InstanceId ?? '') ?? []
    await web.ask('autoscaling', action ?? '', input)
    await web.advance(minute)
    expect((await web.group()).DesiredCapacity).toBe(3)
    expect(census(await web.group())).toMatchObject({ 'InService v1': 3, 'InService v2': 4 })
    // Who comes back from standby is still to be replaced.
    expect((await web.refresh()).InstancesToUpdate).toBe(how === 'goes into standby' ? 4 : 3)
  })
})

test('a group that grows takes the desired configuration, and its refresh "could reach a checkpoint again"', async () => {
  const web = await webGroup(4)
  await web.start({ ...halves, CheckpointDelay: 600 })
  await web.advance(2 * minute)
  await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 6 })
  await web.advance(2 * minute)
  expect(census(await web.group())).toEqual({ 'InService v1': 2, 'InService v2': 4 })
  expect(await web.refresh()).toMatchObject({ PercentageComplete: 50, InstancesToUpdate: 2 })
  await web.advance(10 * minute)
  expect(census(await web.group())).toEqual({ 'InService v1': 2, 'InService v2': 4 })
  await web.advance(9 * minute)
  expect((await web.refresh()).Status).toBe('Successful')
  expect(census(await web.group())).toEqual({ 'InService v2': 6 })
})

test('suspending InstanceRefresh "pauses the operation without canceling it"', async () => {
  const web = await webGroup(2)
  await web.ask('autoscaling', 'SuspendProcesses', { ...named, ScalingProcesses: ['InstanceRefresh'] })
  await web.start(launchFirst)
  await web.advance(10 * minute)
  expect(census(await web.group())).toEqual({ 'InService v1': 2 })
  expect(await web.refresh()).toMatchObject({ Status: 'InProgress', InstancesToUpdate: 2 })
  await web.ask('autoscaling', 'ResumeProcesses', { ...named, ScalingProcesses: ['InstanceRefresh'] })
  await web.advance(2 * minute)
  expect(census(await web.group())).toEqual({ 'InService v2': 2 })
})

test('a refresh that is suspended while its launches fail writes nothing', async () => {
  let states = 0
  const web = await webGroup(2, { cloud: { onState: () => void states++ } })
  const zones = ['a', 'b', 'c'].map((letter) => `eu-central-1${letter}`)
  const faults = zones.map((zone) => ({ kind: 'insufficient-capacity', zone }) as const)
  await web.cloud.admin.call('set-faults', { faults })
  await web.start(launchFirst)
  await web.advance(2 * minute)
  await web.ask('autoscaling', 'SuspendProcesses', { ...named, ScalingProcesses: ['InstanceRefresh'] })
  await web.advance(minute)
  const before = states
  await web.advance(minute)
  expect(states).toBe(before)
})

test('a wait for protected instances is no longer said when it is over', async () => {
  const web = await webGroup(2)
  const protect = async (ProtectedFromScaleIn: boolean) => {
    const InstanceIds = (await web.group()).Instances.map(({ InstanceId }) => InstanceId)
    await web.ask('autoscaling', 'SetInstanceProtection', { ...named, InstanceIds, ProtectedFromScaleIn })
  }
  await protect(true)
  await web.start({ MinHealthyPercentage: 50, InstanceWarmup: 600 })
  await web.advance(10 * second)
  expect((await web.refresh()).StatusReason).toBe('Waiting for instances that are protected from scale in.')
  await protect(false)
  await web.advance(minute)
  const after = await web.refresh()
  expect(after.Status).toBe('InProgress')
  expect(after.StatusReason).toBeUndefined()
})
