// Members beyond the desired capacity while an instance refresh runs: they go whether or not a checkpoint lets it replace anybody.

import { expect, test } from 'vitest'
import { minute, second } from '../simulated-cloud.ts'
import { census, group, type WebGroup, webGroup } from './web-group.ts'

const named = { AutoScalingGroupName: group }

async function protect(web: WebGroup, ProtectedFromScaleIn: boolean): Promise<void> {
  const InstanceIds = (await web.group()).Instances.map(({ InstanceId }) => InstanceId)
  await web.ask('autoscaling', 'SetInstanceProtection', { ...named, InstanceIds, ProtectedFromScaleIn })
}

test('protected members that a scale-in could not take are the refresh’s to take, where it may', async () => {
  const web = await webGroup(10)
  await protect(web, true)
  await web.ask('autoscaling', 'UpdateAutoScalingGroup', { ...named, NewInstancesProtectedFromScaleIn: true })
  const checkpoints = { CheckpointPercentages: [50, 100], CheckpointDelay: 60 }
  await web.start({ MinHealthyPercentage: 90, InstanceWarmup: 120, ...checkpoints, ScaleInProtectedInstances: 'Refresh' })
  const updated = async () => census(await web.group())['InService v2'] ?? 0
  while ((await updated()) < 3) await web.advance(5 * second)
  await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 5 })
  await web.advance(2 * minute)
  expect((await web.group()).Instances).toHaveLength(5)
  expect((await web.refresh()).Status).toBe('InProgress')
  await web.advance(20 * minute, undefined, 10 * second)
  expect(census(await web.group())).toEqual({ 'InService v2': 5 })
  expect((await web.refresh()).Status).toBe('Successful')
})

test('a member that comes back from standby at a checkpoint leaves no old one beside it', async () => {
  const web = await webGroup(2)
  const checkpoints = { CheckpointPercentages: [30, 100], CheckpointDelay: 60 }
  await web.start({ MinHealthyPercentage: 50, MaxHealthyPercentage: 100, InstanceWarmup: 300, ...checkpoints })
  await web.advance(90 * second, undefined, 5 * second)
  const id = (await web.group()).Instances.find(({ LaunchTemplate }) => LaunchTemplate.Version === '2')?.InstanceId
  const moved = { ...named, InstanceIds: [id] }
  await web.ask('autoscaling', 'EnterStandby', { ...moved, ShouldDecrementDesiredCapacity: true })
  await web.advance(30 * second, undefined, 5 * second)
  await web.ask('autoscaling', 'ExitStandby', moved)
  await web.advance(30 * minute, undefined, 10 * second)
  expect(census(await web.group())).toEqual({ 'InService v2': 2 })
  expect((await web.refresh()).Status).toBe('Successful')
})

test('a scale-in that found all protected is done when they no longer are, and writes nothing until then', async () => {
  let states = 0
  const web = await webGroup(4, { cloud: { onState: () => void states++ } })
  await web.start({ MinHealthyPercentage: 100, MaxHealthyPercentage: 200, InstanceWarmup: 0, BakeTime: 3_600 })
  await web.advance(2 * minute)
  await protect(web, true)
  await web.ask('autoscaling', 'SetDesiredCapacity', { ...named, DesiredCapacity: 1 })
  await web.advance(minute)
  const before = states
  await web.advance(minute)
  expect(states).toBe(before)
  expect((await web.group()).Instances).toHaveLength(4)
  await protect(web, false)
  await web.advance(minute)
  expect((await web.refresh()).Status).toBe('Baking')
  expect(census(await web.group())).toEqual({ 'InService v2': 1 })
})
