// Lifecycle hooks hold instances on their way in and out, until someone answers or their time is up.

import { describe, expect, test } from 'vitest'
import { minute, second } from '../simulated-cloud.ts'
import { census, group, type WebGroup, webGroup } from './web-group.ts'

const named = { AutoScalingGroupName: group }
const launching = {
  ...named,
  LifecycleHookName: 'in',
  LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
  HeartbeatTimeout: 300,
}
const terminating = {
  ...named,
  LifecycleHookName: 'out',
  LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
  HeartbeatTimeout: 300,
}

async function held(hook: object): Promise<WebGroup & { readonly heldId: string }> {
  const web = await webGroup(1)
  const first = (await web.group()).Instances[0]?.InstanceId ?? ''
  await web.ask('autoscaling', 'PutLifecycleHook', hook)
  await web.ask('ec2', 'TerminateInstances', { InstanceIds: [first] })
  await web.advance(minute)
  const heldId = (await web.group()).Instances.find(({ InstanceId }) => InstanceId !== first)?.InstanceId ?? ''
  return { ...web, heldId }
}

async function activities(
  web: WebGroup,
): Promise<readonly { StatusCode: string; StatusMessage?: string; Description: string }[]> {
  return (await web.ask('autoscaling', 'DescribeScalingActivities', named)).Activities
}

describe('a hook on launching', () => {
  test('keeps an instance in Pending:Wait until its action is completed', async () => {
    const web = await held(launching)
    expect(census(await web.group())).toEqual({ 'Pending:Wait v1': 1 })
    expect((await activities(web))[0]).toMatchObject({ StatusCode: 'MidLifecycleAction' })
    await web.ask('autoscaling', 'CompleteLifecycleAction', {
      ...named,
      LifecycleHookName: 'in',
      InstanceId: web.heldId,
      LifecycleActionResult: 'CONTINUE',
    })
    await web.advance(second)
    expect(census(await web.group())).toEqual({ 'InService v1': 1 })
  })

  test('ends the instance when nobody answers, and the group launches another', async () => {
    const web = await held(launching)
    await web.advance(6 * minute)
    expect((await activities(web)).map(({ StatusMessage }) => StatusMessage)).toContainEqual(
      expect.stringMatching(/Lifecycle Action with token \S+ was abandoned: Heartbeat Timeout$/),
    )
    const members = (await web.group()).Instances
    expect(members.map(({ InstanceId }) => InstanceId)).not.toContain(web.heldId)
    expect(members).toHaveLength(1)
  })

  test('a heartbeat puts the time-out off', async () => {
    const web = await held(launching)
    await web.advance(4 * minute)
    await web.ask('autoscaling', 'RecordLifecycleActionHeartbeat', { ...named, LifecycleHookName: 'in', InstanceId: web.heldId })
    await web.advance(4 * minute)
    expect(census(await web.group())).toEqual({ 'Pending:Wait v1': 1 })
  })

  test('with CONTINUE as its default lets the instance in after its time', async () => {
    const web = await held({ ...launching, DefaultResult: 'CONTINUE' })
    await web.advance(5 * minute)
    expect(census(await web.group())).toEqual({ 'InService v1': 1 })
  })

  test('gives the instance up when it is deleted', async () => {
    const web = await held(launching)
    await web.ask('autoscaling', 'DeleteLifecycleHook', { ...named, LifecycleHookName: 'in' })
    await web.advance(minute)
    expect((await web.group()).Instances).toMatchObject([{ LifecycleState: 'InService' }])
    expect((await web.group()).Instances[0]?.InstanceId).not.toBe(web.heldId)
  })

  test('holds up an instance refresh, which fails when every replacement is abandoned', async () => {
    const web = await webGroup(1)
    await web.ask('autoscaling', 'PutLifecycleHook', { ...launching, HeartbeatTimeout: 30 })
    await web.start({ MinHealthyPercentage: 0, InstanceWarmup: 0 })
    await web.advance(90 * minute, undefined, 10 * second)
    expect((await web.refresh()).Status).toBe('Failed')
  })
})

describe('a hook on terminating', () => {
  test('keeps the instance running in Terminating:Wait, and the group replaces it at once', async () => {
    const web = await webGroup(1)
    const id = (await web.group()).Instances[0]?.InstanceId ?? ''
    await web.ask('autoscaling', 'PutLifecycleHook', terminating)
    await web.ask('autoscaling', 'TerminateInstanceInAutoScalingGroup', { InstanceId: id, ShouldDecrementDesiredCapacity: false })
    await web.advance(minute)
    expect(census(await web.group())).toEqual({ 'Terminating:Wait v1': 1, 'InService v1': 1 })
    expect(web.machines.specs().map((spec) => spec.id)).toContain(id)
    await web.ask('autoscaling', 'CompleteLifecycleAction', {
      ...named,
      LifecycleHookName: 'out',
      InstanceId: id,
      LifecycleActionResult: 'ABANDON',
    })
    await web.advance(10 * second)
    expect(census(await web.group())).toEqual({ 'InService v1': 1 })
    expect(web.machines.specs().map((spec) => spec.id)).not.toContain(id)
  })

  test('is seen by the machine itself, in its metadata', async () => {
    const web = await webGroup(1)
    const id = (await web.group()).Instances[0]?.InstanceId ?? ''
    const address = web.machines.specs()[0]?.address ?? ''
    const seen = async () => (await web.cloud.metadata.instanceAt(address))?.targetLifecycleState
    expect(await seen()).toBe('InService')
    await web.ask('autoscaling', 'PutLifecycleHook', terminating)
    await web.ask('autoscaling', 'TerminateInstanceInAutoScalingGroup', { InstanceId: id, ShouldDecrementDesiredCapacity: false })
    expect(await seen()).toBe('Terminated')
  })

  test('is not waited for when the group is deleted by force', async () => {
    const web = await webGroup(1)
    await web.ask('autoscaling', 'PutLifecycleHook', terminating)
    await web.ask('autoscaling', 'DeleteAutoScalingGroup', { ...named, ForceDelete: true })
    await web.advance(10 * second)
    expect((await web.ask('autoscaling', 'DescribeAutoScalingGroups')).AutoScalingGroups).toEqual([])
  })
})

test('hooks are described with the time beyond which no heartbeat helps', async () => {
  const web = await webGroup(0)
  await web.ask('autoscaling', 'PutLifecycleHook', { ...launching, NotificationMetadata: 'drain' })
  await web.ask('autoscaling', 'PutLifecycleHook', { ...named, LifecycleHookName: 'in', DefaultResult: 'CONTINUE' })
  expect((await web.ask('autoscaling', 'DescribeLifecycleHooks', named)).LifecycleHooks).toEqual([
    {
      LifecycleHookName: 'in',
      AutoScalingGroupName: group,
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      HeartbeatTimeout: 300,
      GlobalTimeout: 30_000,
      DefaultResult: 'CONTINUE',
      NotificationMetadata: 'drain',
    },
  ])
})

test.each([
  ['PutLifecycleHook', { ...launching, HeartbeatTimeout: 10 }, 'HeartbeatTimeout must be between 30 and 7200 seconds.'],
  ['PutLifecycleHook', { ...named, LifecycleHookName: 'x' }, 'LifecycleTransition is required when a lifecycle hook is created.'],
  ['DeleteLifecycleHook', { ...named, LifecycleHookName: 'x' }, 'No Lifecycle Hook found with the specified name.'],
])('%s refuses %j', async (action, input, message) => {
  const web = await webGroup(0)
  expect(await web.refusal('autoscaling', action, input)).toEqual({ code: 'ValidationError', message })
})

test('an action that is not open cannot be completed', async () => {
  const web = await webGroup(1)
  await web.ask('autoscaling', 'PutLifecycleHook', launching)
  const id = (await web.group()).Instances[0]?.InstanceId
  const input = { ...named, LifecycleHookName: 'in', InstanceId: id, LifecycleActionResult: 'CONTINUE' }
  expect((await web.refusal('autoscaling', 'CompleteLifecycleAction', input)).message).toBe(
    `No active Lifecycle Action found with instance ID ${id}`,
  )
})
