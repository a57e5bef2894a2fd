// A clock that skips idle time: hours of warm-up and bake pass at once, but nothing passes while a machine is at work.

import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling'
import { CreateLaunchTemplateCommand, EC2Client } from '@aws-sdk/client-ec2'
import { afterEach, expect, test } from 'vitest'
import type { LocalCloud } from '../../pipeline/localcloud/index.ts'
import { runningCloud } from './running-cloud.ts'

let cloud: LocalCloud | undefined

afterEach(async () => cloud?.close())

test('a refresh with an hour of warm-up and a day of bake is done at once, by the clock it takes as long as it says', async () => {
  const running = await runningCloud()
  cloud = running.cloud
  await cloud.admin.call('set-clock', { skipIdle: true })
  const configured = { region: 'eu-central-1', endpoint: cloud.endpoint, credentials: { ...cloud.credentials }, maxAttempts: 1 }
  await new EC2Client(configured).send(
    new CreateLaunchTemplateCommand({ LaunchTemplateName: 'web', LaunchTemplateData: { ImageId: running.imageId } }),
  )
  const groups = new AutoScalingClient(configured)
  const named = { AutoScalingGroupName: 'web' }
  await groups.send(
    new CreateAutoScalingGroupCommand({
      ...named,
      MinSize: 2,
      MaxSize: 4,
      AvailabilityZones: ['eu-central-1a'],
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' },
    }),
  )
  await expect
    .poll(async () =>
      (await groups.send(new DescribeAutoScalingGroupsCommand({}))).AutoScalingGroups?.[0]?.Instances?.map(
        (one) => one.LifecycleState,
      ),
    )
    .toEqual(['InService', 'InService'])
  expect((await cloud.admin.call('status', {})).skippedMs).toBe(0)
  const Preferences = { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, InstanceWarmup: 3_600, BakeTime: 86_400 }
  await groups.send(new StartInstanceRefreshCommand({ ...named, Preferences }))
  const refresh = async () => (await groups.send(new DescribeInstanceRefreshesCommand(named))).InstanceRefreshes?.[0]
  await expect.poll(async () => (await refresh())?.Status, { timeout: 20_000 }).toBe('Successful')
  const { StartTime, EndTime } = (await refresh()) ?? {}
  expect((EndTime?.getTime() ?? 0) - (StartTime?.getTime() ?? 0)).toBeGreaterThanOrEqual(90_000_000)
  expect((await cloud.admin.call('status', {})).skippedMs).toBeGreaterThan(89_000_000)
})
