// Real machines and simulated ones in one Auto Scaling group: both serve, and one refresh replaces both, by both.

import {
  type AutoScalingGroup,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  type Instance,
  SetDesiredCapacityCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling'
import { CreateLaunchTemplateCommand, CreateLaunchTemplateVersionCommand } from '@aws-sdk/client-ec2'
import { GetCommandInvocationCommand, SendCommandCommand } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tracesOf } from './local-machines.ts'
import { accountedFor, memoryBound } from './machine-group.ts'
import { type OwnCloud, openOwnCloud, profileName } from './own-cloud.ts'

const id = `x${process.pid}`
const name = 'web'
const patience = { timeout: 240_000, interval: 1_000 }
let cloud: OwnCloud

beforeAll(async () => {
  cloud = await openOwnCloud(id)
}, 120_000)
afterAll(async () => {
  await cloud.close()
  expect(await tracesOf(id)).toEqual([])
})

/** Launches of the group are simulated from now on, or no longer. */
const simulate = (isOn: boolean) => cloud.admin('set-simulated', { targets: isOn ? [name] : [] })

async function group(): Promise<AutoScalingGroup> {
  const { AutoScalingGroups } = await cloud.autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  )
  return AutoScalingGroups?.[0] ?? expect.unreachable('the group is there')
}

async function inService(): Promise<readonly string[]> {
  const serving = ({ LifecycleState }: Instance) => LifecycleState === 'InService'
  return ((await group()).Instances ?? []).filter(serving).flatMap(({ InstanceId }) => InstanceId ?? [])
}

/** A real machine is one that this host accounts for. */
async function kinds(ids: readonly string[]): Promise<{ readonly real: number; readonly simulated: number }> {
  const bounds = await Promise.all(ids.map((instance) => accountedFor(id, instance, memoryBound)))
  const real = bounds.filter((bound) => bound !== undefined).length
  return { real, simulated: ids.length - real }
}

async function grownTo(size: number): Promise<readonly string[]> {
  await cloud.autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: size }))
  await expect.poll(async () => (await inService()).length, patience).toBe(size)
  return inService()
}

async function versionsOf(): Promise<readonly (string | undefined)[]> {
  return ((await group()).Instances ?? []).map(({ LaunchTemplate }) => LaunchTemplate?.Version)
}

test('a group of both is grown, commanded and refreshed as one', { timeout: 600_000 }, async () => {
  const LaunchTemplateData = {
    ImageId: cloud.imageId,
    InstanceType: 't3.micro' as const,
    IamInstanceProfile: { Name: profileName },
  }
  await cloud.ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: name, LaunchTemplateData }))
  await cloud.autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      MinSize: 0,
      MaxSize: 10,
      DesiredCapacity: 0,
      AvailabilityZones: ['eu-central-1a'],
      LaunchTemplate: { LaunchTemplateName: name, Version: '$Latest' },
    }),
  )
  expect(await kinds(await grownTo(2))).toEqual({ real: 2, simulated: 0 })
  await simulate(true)
  const before = await grownTo(5)
  expect(await kinds(before)).toEqual({ real: 2, simulated: 3 })

  const DocumentName = 'AWS-RunShellScript'
  const { Command } = await cloud.ssm.send(
    new SendCommandCommand({ DocumentName, InstanceIds: [...before], Parameters: { commands: ['echo here'] } }),
  )
  const answers = () =>
    Promise.all(
      before.map(async (InstanceId) => {
        const { Status, StandardOutputContent } = await cloud.ssm.send(
          new GetCommandInvocationCommand({ CommandId: Command?.CommandId, InstanceId }),
        )
        return `${Status} ${StandardOutputContent}`.trim()
      }),
    )
  await expect
    .poll(async () => (await answers()).toSorted(), patience)
    .toEqual(['Success', 'Success', 'Success', 'Success here', 'Success here'])

  // Two are replaced by simulated machines; while it waits at that checkpoint, the group becomes one of real ones.
  await cloud.ec2.send(new CreateLaunchTemplateVersionCommand({ LaunchTemplateName: name, LaunchTemplateData }))
  await cloud.autoScaling.send(
    new StartInstanceRefreshCommand({
      AutoScalingGroupName: name,
      Preferences: { MinHealthyPercentage: 60, InstanceWarmup: 0, CheckpointPercentages: [40, 100], CheckpointDelay: 3_600 },
    }),
  )
  const refresh = async () =>
    (await cloud.autoScaling.send(new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: name }))).InstanceRefreshes?.[0]
  await expect.poll(async () => (await refresh())?.PercentageComplete, patience).toBe(40)
  await expect.poll(async () => (await versionsOf()).toSorted(), patience).toEqual(['1', '1', '1', '2', '2'])
  await simulate(false)
  await cloud.admin('set-clock', { skipIdle: true })
  await expect.poll(async () => (await refresh())?.Status, patience).toBe('Successful')

  expect(await versionsOf()).toEqual(Array(5).fill('2'))
  const after = await inService()
  expect(after.filter((instance) => before.includes(instance))).toEqual([])
  expect(await kinds(after)).toEqual({ real: 3, simulated: 2 })
  expect(await grownTo(0)).toEqual([])
  expect(cloud.logged.filter((line) => line.includes('failed') || line.includes('threw'))).toEqual([])
})
