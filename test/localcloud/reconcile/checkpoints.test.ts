// The checkpoints of an instance refresh; each test is a sentence of their documentation.

import { expect, test } from 'vitest'
import { minute } from '../simulated-cloud.ts'
import { census, group, webGroup } from './web-group.ts'

const launchFirst = { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, InstanceWarmup: 60 }

test('"if the final checkpoint is below 100, the refresh stops replacing after reaching it", and has succeeded', async () => {
  const web = await webGroup(5)
  await web.start({ ...launchFirst, CheckpointPercentages: [1, 40], CheckpointDelay: 600 })
  await web.advance(20 * minute)
  expect(census(await web.group())).toEqual({ 'InService v1': 3, 'InService v2': 2 })
  expect(await web.refresh()).toMatchObject({ Status: 'Successful', PercentageComplete: 40, InstancesToUpdate: 3 })
  expect((await web.group()).LaunchTemplate.Version).toBe('2')
})

test('"it skips the first checkpoint" when one replacement reaches two', async () => {
  const web = await webGroup(2)
  await web.start({ ...launchFirst, CheckpointPercentages: [10, 40, 100], CheckpointDelay: 600 })
  await web.advance(3 * minute)
  expect(await web.refresh()).toMatchObject({
    PercentageComplete: 50,
    StatusReason: 'Waiting 600 seconds at the 40% checkpoint.',
  })
  await web.advance(7 * minute)
  expect(census(await web.group())).toEqual({ 'InService v1': 1, 'InService v2': 1 })
  await web.advance(5 * minute)
  expect(await web.refresh()).toMatchObject({ Status: 'Successful', PercentageComplete: 100 })
})

test('percentages are "of the total number of instances in the group", also where skip matching leaves some alone', async () => {
  const web = await webGroup(3)
  const onNew = { AutoScalingGroupName: group, LaunchTemplate: { LaunchTemplateId: web.templateId, Version: '2' } }
  await web.ask('autoscaling', 'UpdateAutoScalingGroup', { ...onNew, DesiredCapacity: 6 })
  await web.advance(2 * minute)
  expect(census(await web.group())).toEqual({ 'InService v1': 3, 'InService v2': 3 })
  await web.start({ ...launchFirst, SkipMatching: true, CheckpointPercentages: [33, 100], CheckpointDelay: 600 })
  await web.advance(3 * minute)
  // A third of six, not of the three that are to be replaced.
  expect(census(await web.group())).toEqual({ 'InService v1': 1, 'InService v2': 5 })
  expect((await web.refresh()).StatusReason).toBe('Waiting 600 seconds at the 33% checkpoint.')
})

test('what it waits at is no longer said when it goes on', async () => {
  const web = await webGroup(4)
  await web.start({ ...launchFirst, InstanceWarmup: 300, CheckpointPercentages: [50, 100], CheckpointDelay: 600 })
  await web.advance(8 * minute)
  expect(await web.refresh()).toMatchObject({ StatusReason: 'Waiting 600 seconds at the 50% checkpoint.' })
  await web.advance(9 * minute)
  const after = await web.refresh()
  expect(after.Status).toBe('InProgress')
  expect(after.StatusReason).toBeUndefined()
})
