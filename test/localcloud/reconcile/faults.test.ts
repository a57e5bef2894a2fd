// Machines that fail on purpose: what becomes of their instances, their groups and an instance refresh.

import { describe, expect, test } from 'vitest'
import type { AdminInput } from '../../../pipeline/localcloud/index.ts'
import { minute, type SimulatedCloud, second, simulateCloud } from '../simulated-cloud.ts'
import { census, group, webGroup } from './web-group.ts'

type Faults = AdminInput<'set-faults'>['faults']

const setFaults = ({ cloud }: SimulatedCloud, ...faults: Faults) => cloud.admin.call('set-faults', { faults })

async function launched(made: SimulatedCloud, count = 1): Promise<readonly string[]> {
  const input = { ImageId: made.imageId, InstanceType: 't3.micro', MinCount: count, MaxCount: count }
  const { Instances } = await made.ask('ec2', 'RunInstances', input)
  return Instances.map(({ InstanceId }: { InstanceId: string }) => InstanceId)
}

async function look({ ask }: SimulatedCloud, id: string | undefined) {
  const { Reservations } = await ask('ec2', 'DescribeInstances', { InstanceIds: [id] })
  const { InstanceStatuses } = await ask('ec2', 'DescribeInstanceStatus', { InstanceIds: [id], IncludeAllInstances: true })
  const { State, StateReason } = Reservations[0].Instances[0]
  return { state: State.Name, reason: StateReason?.Message, status: InstanceStatuses[0]?.InstanceStatus.Status }
}

const consoleOf = async ({ ask }: SimulatedCloud, id: string | undefined) =>
  Buffer.from((await ask('ec2', 'GetConsoleOutput', { InstanceId: id })).Output, 'base64').toString()

const quiet = { log: () => undefined }

test('instances are found by their checks, and those that do not run fill no page', async () => {
  const made = await simulateCloud()
  const [stopped = '', ill = '', well = ''] = await launched(made, 3)
  await setFaults(made, { kind: 'machine', target: ill, how: 'falls-ill', afterMs: minute })
  await made.advance(5 * minute)
  const found = async (input: object) => {
    const { InstanceStatuses } = await made.ask('ec2', 'DescribeInstanceStatus', input)
    return InstanceStatuses.map(({ InstanceId }: { InstanceId: string }) => InstanceId).sort()
  }
  const by = (Name: string, value: string) => found({ Filters: [{ Name, Values: [value] }] })
  expect(await by('instance-status.status', 'impaired')).toEqual([ill])
  expect(await by('instance-status.reachability', 'failed')).toEqual([ill])
  expect(await by('instance-status.status', 'ok')).toEqual([stopped, well].sort())
  expect(await by('system-status.reachability', 'passed')).toEqual([stopped, ill, well].sort())
  await made.ask('ec2', 'StopInstances', { InstanceIds: [stopped] })
  await made.advance(2 * minute)
  expect(await found({ MaxResults: 2 })).toEqual([ill, well].sort())
  expect(await by('instance-state-name', 'stopped')).toEqual([])
})

describe('a machine that never boots', () => {
  test('ends its instance, whose reason is the last line of a console that can still be read', async () => {
    const made = await simulateCloud(quiet)
    await setFaults(made, { kind: 'machine', target: made.imageId, how: 'never-boots', times: 1 })
    const [broken] = await launched(made)
    await made.advance(minute)
    const { state, reason } = await look(made, broken)
    expect(state).toBe('terminated')
    const said = await consoleOf(made, broken)
    expect(said).toContain('Kernel panic')
    expect(reason).toBe(`Server.InternalError: Internal error on launch (${said.trim().split('\n').at(-1)})`)
    // It was meant for one.
    const [next] = await launched(made)
    await made.advance(minute)
    expect(await look(made, next)).toMatchObject({ state: 'running', status: 'ok' })
  })

  test('in a group is tried again after a while, and time goes on', async () => {
    const web = await webGroup(1, { cloud: quiet })
    await setFaults(web, { kind: 'machine', target: group, how: 'never-boots' })
    const [old] = (await web.group()).Instances
    await web.ask('ec2', 'TerminateInstances', { InstanceIds: [old?.InstanceId] })
    await web.advance(minute)
    const { Activities } = await web.ask('autoscaling', 'DescribeScalingActivities', { AutoScalingGroupName: group })
    const launches = Activities.filter(({ Description }: { Description: string }) => Description.startsWith('Launching'))
    expect(launches.length).toBeGreaterThan(3)
    expect(launches.length).toBeLessThan(15)
  })

  test('by its ID: the machine that runs is spared, its next boot is not', async () => {
    const made = await simulateCloud(quiet)
    const [id = ''] = await launched(made)
    await made.advance(minute)
    await setFaults(made, { kind: 'machine', target: id, how: 'never-boots' })
    await made.advance(minute)
    expect(await look(made, id)).toMatchObject({ state: 'running', status: 'ok' })
    await made.ask('ec2', 'RebootInstances', { InstanceIds: [id] })
    await made.advance(minute)
    expect((await look(made, id)).state).toBe('terminated')
  })
})

test('a silent machine leaves its instance pending, then running with a failed check, until it is booted without the fault', async () => {
  const made = await simulateCloud()
  await setFaults(made, { kind: 'machine', target: made.imageId, how: 'silent' })
  const [id] = await launched(made)
  await made.advance(115 * second)
  expect((await look(made, id)).state).toBe('pending')
  await made.advance(15 * second)
  expect(await look(made, id)).toMatchObject({ state: 'running', status: 'impaired' })
  await setFaults(made)
  await made.advance(minute)
  expect(await look(made, id)).toMatchObject({ status: 'impaired' })
  await made.ask('ec2', 'RebootInstances', { InstanceIds: [id] })
  await made.advance(minute)
  expect(await look(made, id)).toMatchObject({ state: 'running', status: 'ok' })
})

describe('a machine that falls ill', () => {
  test('runs on with a failed check from that time on, until the fault is taken back', async () => {
    const made = await simulateCloud()
    const [id = ''] = await launched(made)
    await made.advance(minute)
    await setFaults(made, { kind: 'machine', target: id, how: 'falls-ill', afterMs: 5 * minute })
    await made.advance(4 * minute)
    expect(await look(made, id)).toMatchObject({ status: 'ok' })
    await made.advance(2 * minute)
    expect(await look(made, id)).toMatchObject({ state: 'running', status: 'impaired' })
    expect(await made.machines.reachable(id)).toBe(true)
    await setFaults(made)
    await made.advance(second)
    expect(await look(made, id)).toMatchObject({ status: 'ok' })
  })

  test('in a group is replaced, and its replacement is not meant', async () => {
    const web = await webGroup(3)
    const before = (await web.group()).Instances.map(({ InstanceId }) => InstanceId)
    await setFaults(web, { kind: 'machine', target: group, how: 'falls-ill', afterMs: 0, times: 1 })
    await web.advance(10 * minute)
    const after = (await web.group()).Instances.map(({ InstanceId }) => InstanceId)
    expect(census(await web.group())).toEqual({ 'InService v1': 3 })
    expect(after.filter((id) => before.includes(id))).toHaveLength(2)
  })
})

describe('a machine that dies', () => {
  test('stops its instance, which starts again and dies again: every run of it is hit', async () => {
    const made = await simulateCloud()
    await setFaults(made, { kind: 'machine', target: made.imageId, how: 'dies', afterMs: minute })
    const [id = ''] = await launched(made)
    await made.advance(30 * second)
    expect((await look(made, id)).state).toBe('running')
    await made.advance(40 * second)
    expect((await look(made, id)).state).toBe('stopped')
    await made.ask('ec2', 'StartInstances', { InstanceIds: [id] })
    await made.advance(50 * second)
    expect((await look(made, id)).state).toBe('running')
    await made.advance(20 * second)
    expect((await look(made, id)).state).toBe('stopped')
  })

  test('while it boots ends its instance as a launch that failed', async () => {
    const made = await simulateCloud()
    await setFaults(made, { kind: 'machine', target: made.imageId, how: 'dies', afterMs: 5 * second })
    const [id] = await launched(made)
    await made.advance(minute)
    expect(await look(made, id)).toMatchObject({ state: 'terminated', reason: expect.stringContaining('ended while it booted') })
  })

  test('is spared when the fault is taken back before its time', async () => {
    const made = await simulateCloud()
    const [id = ''] = await launched(made)
    await setFaults(made, { kind: 'machine', target: id, how: 'dies', afterMs: 5 * minute })
    await made.advance(minute)
    await setFaults(made)
    await made.advance(10 * minute)
    expect((await look(made, id)).state).toBe('running')
  })
})

test('one in so many, after so many that are spared, is drawn once for each run', async () => {
  const made = await simulateCloud()
  await setFaults(made, { kind: 'machine', target: made.imageId, how: 'dies', afterMs: minute, skip: 10, oneIn: 2 })
  const ids = await launched(made, 50)
  await made.advance(10 * minute)
  const states = await Promise.all(ids.map(async (id) => (await look(made, id)).state))
  const died = states.filter((state) => state === 'stopped').length
  expect(states.slice(0, 10)).toEqual(Array(10).fill('running'))
  expect(died).toBeGreaterThan(8)
  expect(died).toBeLessThan(32)
})

test('an instance refresh whose replacements die does not get past them, and goes on when they live', async () => {
  const web = await webGroup(4)
  await setFaults(web, { kind: 'machine', target: web.newImageId, how: 'dies', afterMs: 30 * second })
  await web.start({ MinHealthyPercentage: 75, MaxHealthyPercentage: 100, InstanceWarmup: 60 })
  let fewest = 4
  await web.advance(20 * minute, async () => {
    const { Instances } = await web.group()
    const old = Instances.filter((one) => one.LaunchTemplate.Version === '1' && one.LifecycleState === 'InService')
    fewest = Math.min(fewest, old.length)
  })
  expect((await web.refresh()).Status).toBe('InProgress')
  expect(fewest).toBe(3)
  await setFaults(web)
  await web.advance(30 * minute)
  expect((await web.refresh()).Status).toBe('Successful')
  expect(census(await web.group())).toEqual({ 'InService v2': 4 })
})

test('what a machine fault lacks is named', async () => {
  const { cloud, imageId } = await simulateCloud()
  const dies = { kind: 'machine', target: imageId, how: 'dies' } as unknown as Faults[number]
  await expect(cloud.admin.call('set-faults', { faults: [dies] })).rejects.toThrow('afterMs')
})
