// A clock that skips idle time: hours of warm-up and bake pass at once, but nothing passes while a machine is at work.

import { once } from 'node:events'
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling'
import { CreateLaunchTemplateCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2'
import { afterEach, expect, test } from 'vitest'
import { createSimulatedMachines, type LocalCloud } from '../../pipeline/localcloud/index.ts'
import { runningCloud } from './running-cloud.ts'

let cloud: LocalCloud | undefined

afterEach(async () => cloud?.close())

test('a refresh with an hour of warm-up and a day of bake is done at once, by the clock it takes as long as it says', async () => {
  const { begin, refresh, skippedMs } = await aGroup()
  await begin()
  await expect.poll(async () => (await refresh())?.Status, { timeout: 20_000 }).toBe('Successful')
  const { StartTime, EndTime } = (await refresh()) ?? {}
  expect((EndTime?.getTime() ?? 0) - (StartTime?.getTime() ?? 0)).toBeGreaterThanOrEqual(90_000_000)
  expect(await skippedMs()).toBeGreaterThan(89_000_000)
})

test.each(['start', 'reachable'] as const)(
  'nothing passes while a machine boots beside a wait: it is held in `%s`',
  async (held) => {
    let isNextHeld = false
    let heldId: string | undefined
    const opened = new AbortController()
    const released = once(opened.signal, 'abort')
    const { begin, refresh, skippedMs, launch } = await aGroup({
      machines: (now) => {
        const machines = createSimulatedMachines({ now, bootMs: 100 })
        return {
          ...machines,
          async start(spec) {
            if (isNextHeld) heldId = spec.id
            isNextHeld = false
            if (spec.id === heldId && held === 'start') await released
            return machines.start(spec)
          },
          reachable: async (id) => !(id === heldId && held === 'reachable') && machines.reachable(id),
        }
      },
    })
    isNextHeld = true
    await launch()
    await expect.poll(() => heldId).toBeDefined()
    // The group's new machines are up in no time; an hour of warm-up and a day of bake are all they wait for.
    await begin()
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    expect(await skippedMs()).toBe(0)
    expect((await refresh())?.Status).toBe('InProgress')
    heldId = undefined
    opened.abort()
    await expect.poll(async () => (await refresh())?.Status, { timeout: 20_000 }).toBe('Successful')
    expect(await skippedMs()).toBeGreaterThan(89_000_000)
  },
)

/** Two machines in service, and nothing skipped yet. */
async function aGroup(options: Parameters<typeof runningCloud>[0] = {}) {
  const running = await runningCloud(options)
  cloud = running.cloud
  const { admin, endpoint, credentials } = cloud
  await admin.call('set-clock', { skipIdle: true })
  const configured = { region: 'eu-central-1', endpoint, credentials: { ...credentials }, maxAttempts: 1 }
  const ec2 = new EC2Client(configured)
  await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'web', LaunchTemplateData: { ImageId: running.imageId } }))
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
  const skippedMs = async () => (await admin.call('status', {})).skippedMs
  expect(await skippedMs()).toBe(0)
  const Preferences = { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, InstanceWarmup: 3_600, BakeTime: 86_400 }
  return {
    skippedMs,
    launch: () =>
      ec2.send(new RunInstancesCommand({ ImageId: running.imageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 })),
    begin: () => groups.send(new StartInstanceRefreshCommand({ ...named, Preferences })),
    refresh: async () => (await groups.send(new DescribeInstanceRefreshesCommand(named))).InstanceRefreshes?.[0],
  }
}
