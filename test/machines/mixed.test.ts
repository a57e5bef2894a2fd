// Real machines and simulated ones in one Auto Scaling group, refreshed by both; and a machine that is only reached through sessions.

import { readdir, stat } from 'node:fs/promises'
import {
  type AutoScalingGroup,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  type Instance,
  SetDesiredCapacityCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling'
import { CreateLaunchTemplateCommand, CreateLaunchTemplateVersionCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { DescribeSessionsCommand, GetCommandInvocationCommand, SendCommandCommand } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createExec, createFiles, createSystemClock } from '../../pipeline/system/index.ts'
import { onFreshMachine } from '../../pipeline/verify/index.ts'
import { failedLogin, remote, transfer } from '../../pipeline/verify/ssh.ts'
import { installedTools } from '../localcloud/installed-tools.ts'
import { aConfig } from '../support/config.ts'
import { installedEmulator, tracesOf } from './local-machines.ts'
import { accountedFor, memoryBound } from './machine-group.ts'
import { type OwnCloud, openOwnCloud, profileName } from './own-cloud.ts'

const id = `x${process.pid}`
const name = 'web'
const patience = { timeout: 240_000, interval: 1_000 }
let cloud: OwnCloud

beforeAll(async () => {
  cloud = await openOwnCloud(id, await installedEmulator())
}, 120_000)
afterAll(async () => {
  await cloud.close()
  expect(await tracesOf(id)).toEqual([])
})

test('its keys and its state are their owner’s', async () => {
  const names = (await readdir(cloud.directory)).filter((file) => /^(access|state)\.json/.test(file))
  expect(names).toEqual(expect.arrayContaining(['access.json', 'state.json']))
  for (const file of names) expect([file, (await stat(`${cloud.directory}/${file}`)).mode & 0o777]).toEqual([file, 0o600])
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

/** What each of them says, asked as drover's soak tests ask: its command's state and output. */
async function commanded(ids: readonly string[], script: string): Promise<() => Promise<readonly string[]>> {
  const { Command } = await cloud.ssm.send(
    new SendCommandCommand({
      DocumentName: 'AWS-RunShellScript',
      InstanceIds: [...ids],
      Parameters: { commands: [script] },
    }),
  )
  const answer = async (InstanceId: string) => {
    const { Status, StandardOutputContent } = await cloud.ssm.send(
      new GetCommandInvocationCommand({ CommandId: Command?.CommandId, InstanceId }),
    )
    return `${Status} ${StandardOutputContent}`.trim()
  }
  return () => Promise.all(ids.map(answer))
}

async function runningIds(): Promise<readonly string[]> {
  const running = { Filters: [{ Name: 'instance-state-name', Values: ['running'] }] }
  const { Reservations = [] } = await cloud.ec2.send(new DescribeInstancesCommand(running))
  return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId))
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

  const answers = await commanded(before, 'echo here')
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

test.each([
  // The one is spoken to from inside it; into the other's kernel there is only the way over its card.
  ['t3.micro', /^127\.0\.0\.1 \d+ 127\.0\.0\.1 22\n/, /^Success systemd-nspawn$/],
  ['m5.metal', /^10\.\d+\.\d+\.1 \d+ 10\.\d+\.\d+\.\d+ 22\n/, /^Success (qemu|kvm)$/],
] as const)(
  'a %s that no port is open to is reached through a session, by ssh over AWS’s plugin, and by commands',
  {
    timeout: 400_000,
  },
  async (instanceType, connection, virtualisation) => {
    const [exec, files, clock] = [createExec(), createFiles(), createSystemClock()]
    const signal = AbortSignal.timeout(360_000)
    const images = { ...aConfig().images, reach: 'ssm', instanceProfile: profileName, runnerCidrs: ['0.0.0.0/0'] } as const
    const request = {
      ...{ exec, files, clock, signal, cloud: cloud.cloud, account: images, imageId: cloud.imageId, user: 'admin' },
      ...{ instanceType, bootDeadlineMs: 300_000, token: 'ab'.repeat(16), log: () => undefined },
      sessionPlugin: installedTools().session.path,
    }
    const seen = await onFreshMachine(request, async (target) => {
      const script = 'echo "$SSH_CONNECTION" && head -c 3000000 /dev/zero | sha256sum\n'
      const asked = await remote(exec, target, script, { timeoutMs: 60_000, signal })
      const directory = await files.makeTemporaryDirectory('drover-session-')
      await files.write(`${directory}/sent`, 'x'.repeat(300_000))
      const sent = await transfer(exec, target, 'up', `${directory}/sent`, '/tmp/sent', { timeoutMs: 60_000, signal })
      const got = await transfer(exec, target, 'down', `${directory}/got`, '/tmp/sent', { timeoutMs: 60_000, signal })
      const isSame = (await files.readText(`${directory}/got`)) === 'x'.repeat(300_000)
      await files.remove(directory)
      const { session: _through, ...straight } = target
      const blocked = await remote(exec, straight, 'true\n', { timeoutMs: 20_000, signal })
      const turnedAway = await failedLogin(exec, target, 'nobody', signal)
      const answers = await commanded(await runningIds(), 'systemd-detect-virt')
      await expect.poll(answers, patience).toEqual([expect.stringMatching(virtualisation)])
      return { asked, sent, got, isSame, blocked, turnedAway }
    })
    if (!seen.ok) expect.unreachable(seen.message)
    const { asked, sent, got, isSame, blocked, turnedAway } = seen.value
    expect(asked.stdout).toMatch(connection)
    expect([asked.ok, sent.ok, got.ok, isSame]).toEqual([true, true, true, true])
    expect([blocked.ok, blocked.message]).toEqual([false, expect.stringContaining('Connection timed out')])
    expect([turnedAway.ok, turnedAway.stderr]).toEqual([false, expect.stringContaining('Permission denied')])
    const { Sessions } = await cloud.ssm.send(new DescribeSessionsCommand({ State: 'Active' }))
    expect(Sessions).toEqual([])
  },
)
