// From asking for machines until all are ready for commands: through the local cloud's API, and with systemd-nspawn alone on the same root.

import { setTimeout as pause } from 'node:timers/promises'
import { DescribeInstancesCommand, RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import {
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  SendCommandCommand,
  type SSMClient,
  waitUntilCommandExecuted,
} from '@aws-sdk/client-ssm'
import { maskArguments } from '../../pipeline/localcloud/machines/boot.ts'
import {
  endGroup,
  firstProcess,
  groupPaths,
  inGroups,
  makeGroup,
  readHierarchies,
} from '../../pipeline/localcloud/machines/cgroups.ts'
import { removeTraces } from '../../pipeline/localcloud/machines/sweep.ts'
import { createExec, createFiles } from '../../pipeline/system/index.ts'
import { baseRoot } from '../machines/local-machines.ts'
import { type OwnCloud, openOwnCloud, profileName } from '../machines/own-cloud.ts'
import type { Bench, BenchRow } from './rows.ts'

const counts = [1, 10, 30]
const pollMs = 250
const longestMs = 300_000
const agentUnit = 'amazon-ssm-agent.service'

export const machinesBench: Bench = async (log) => {
  const rows: BenchRow[] = []
  const cloud = await openOwnCloud(`n${process.pid}`)
  try {
    for (const count of counts) {
      const { running, ready, own } = await throughCloud(cloud, count)
      log(`${count} through the local cloud: ${ready.toFixed(1)} s`)
      const alone = await secondsAlone(count)
      log(`${count} of systemd-nspawn alone: ${alone.toFixed(1)} s`)
      const row = { unit: 's', better: 'less' } as const
      rows.push({ ...row, row: `running, ${count} at once`, ours: running, peer: own, peerName: 'their own systemd' })
      rows.push({ ...row, row: `ready, ${count} at once`, ours: ready, peer: alone, peerName: 'systemd-nspawn --boot' })
    }
  } finally {
    await cloud.close()
  }
  return {
    rows,
    notes: [
      'running: from RunInstances until all are; beside it what the slowest of them says its services took to start, cloud-init',
      'among them. ready: until all are Online in Systems Manager too, each with its address, firewall, metadata, cloud-init and',
      'disk. systemd-nspawn alone has none of these: an overlay in memory, no network, cloud-init without a source; it is ready',
      `when all have booted and ${agentUnit} is active. It masks the same two units, else its twenty-sixth would not start.`,
    ],
  }
}

interface Boot {
  readonly running: number
  readonly ready: number
  /** What the slowest machine's services took to start, as its own service manager tells it. */
  readonly own: number
}

async function throughCloud({ ec2, ssm, imageId }: OwnCloud, count: number): Promise<Boot> {
  const began = performance.now()
  const launched = await ec2.send(
    new RunInstancesCommand({
      ImageId: imageId,
      InstanceType: 't3.micro',
      MinCount: count,
      MaxCount: count,
      IamInstanceProfile: { Name: profileName },
    }),
  )
  const InstanceIds = (launched.Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? [])
  const states = async () => {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }))
    return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name ?? ''))
  }
  await until(async () => (await states()).every((state) => state === 'running'))
  const running = secondsSince(began)
  await until(async () => {
    const { InstanceInformationList } = await ssm.send(
      new DescribeInstanceInformationCommand({ Filters: [{ Key: 'InstanceIds', Values: InstanceIds }] }),
    )
    return InstanceInformationList?.length === count
  })
  const ready = secondsSince(began)
  const own = Math.max(...(await Promise.all(InstanceIds.map((id) => startUpSeconds(ssm, id)))))
  await ec2.send(new TerminateInstancesCommand({ InstanceIds }))
  await until(async () => (await states()).every((state) => state === 'terminated'))
  return { running, ready, own }
}

const startUpTimes = `systemctl is-system-running --wait > /dev/null
systemctl show --property UserspaceTimestampMonotonic,FinishTimestampMonotonic`

async function startUpSeconds(ssm: SSMClient, InstanceId: string): Promise<number> {
  const { Command } = await ssm.send(
    new SendCommandCommand({
      InstanceIds: [InstanceId],
      DocumentName: 'AWS-RunShellScript',
      Parameters: { commands: [startUpTimes] },
    }),
  )
  const waited = { client: ssm, maxWaitTime: longestMs / 1_000, minDelay: 1, maxDelay: 1 }
  const asked = { CommandId: Command?.CommandId, InstanceId }
  await waitUntilCommandExecuted(waited, asked)
  const { StandardOutputContent: told = '' } = await ssm.send(new GetCommandInvocationCommand(asked))
  const microseconds = (name: string) => Number(new RegExp(`^${name}TimestampMonotonic=(\\d+)$`, 'm').exec(told)?.[1])
  return (microseconds('Finish') - microseconds('Userspace')) / 1_000_000
}

async function secondsAlone(count: number): Promise<number> {
  const [exec, files, root] = [createExec(), createFiles(), await baseRoot()]
  const hierarchies = await readHierarchies(files)
  const all = `drover-alone-${process.pid}`
  const began = performance.now()
  const boot = async (group: string): Promise<void> => {
    await makeGroup(files, hierarchies, group)
    const argv = inGroups(groupPaths(hierarchies, group), plainArgv(root, group.replace('/', '-')))
    const ended = exec.run({ argv, env: { SYSTEMD_NSPAWN_LOCK: '0' }, timeoutMs: 2 * longestMs })
    const process = (unit: string) => firstProcess(files, hierarchies, `${group}/payload/${unit}`)
    const isUp = until(async () => (await process(`system.slice/${agentUnit}`)) !== undefined)
    const failure = await Promise.race([isUp, ended])
    if (failure) throw new Error(`systemd-nspawn ended: ${failure.stdout}${failure.stderr}`)
    const inside = ['nsenter', '--target', String(await process('init.scope')), '--all', '--'] as const
    await exec.run({ argv: [...inside, 'systemctl', 'is-system-running', '--wait'] })
  }
  try {
    await Promise.all(Array.from({ length: count }, (_, number) => boot(`${all}/${number}`)))
    return secondsSince(began)
  } finally {
    await endGroup(exec, hierarchies, all)
    await removeTraces({ exec, files }, all)
  }
}

function plainArgv(root: string, name: string): readonly string[] {
  const options = [`--directory=${root}`, `--machine=${name}`, '--volatile=overlay', '--private-network', '--boot']
  // As little as a service manager that is not this host's needs.
  return ['systemd-nspawn', ...options, '--register=no', '--keep-unit', '--console=pipe', ...maskArguments]
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const began = performance.now()
  while (!(await isSo())) {
    if (performance.now() - began > longestMs) throw new Error(`not so after ${longestMs / 1_000} s: ${isSo}`)
    await pause(pollMs)
  }
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1_000
}
