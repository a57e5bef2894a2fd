// Rolls over the SDK and a socket, against the local cloud with machines that are only pretended.

import { CreateOrUpdateTagsCommand, PutLifecycleHookCommand } from '@aws-sdk/client-auto-scaling'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CloudAt } from '../../pipeline/ports/index.ts'
import type { ReleaseEvent } from '../../pipeline/release/index.ts'
import { createUndoRoll } from '../../pipeline/roll/index.ts'
import { aTarget, minuteMs } from '../support/factories.ts'
import { noHooks } from '../support/no-hooks.ts'
import { inService, key, openWorld, spied, stage, token, value, type World } from './local-world.ts'

let world: World

beforeEach(async () => {
  world = await openWorld()
})

afterEach(async () => {
  await world.local.close()
})

describe('a roll in the local cloud', () => {
  it('moves the group and keeps it at capacity throughout', async () => {
    const capacities: number[] = []
    const watched = spied(world.cloud, async (verb) => {
      if (verb === 'describeRefreshes') capacities.push(inService(await world.group()))
    })
    const { events, lines } = await world.roll(watched, world.images.new)
    expect(events).toEqual([
      expect.objectContaining({
        type: 'roll.intended',
        previous: expect.objectContaining({ version: 1, imageId: world.images.old }),
      }),
      expect.objectContaining({ type: 'roll.started', template: expect.objectContaining({ version: 2 }) }),
      expect.objectContaining({ type: 'roll.finished', replaced: 2 }),
    ])
    expect(Math.min(...capacities)).toBeGreaterThanOrEqual(2)
    expect(await world.runningImages()).toEqual([world.images.new, world.images.new])
    expect((await world.group()).launchSource).toMatchObject({ version: '2' })
    expect(lines[0]).toMatch(/^eu-west-1\/web: 0 %/)
  })

  it('that has finished is undone by a refresh of its own', async () => {
    const { events } = await world.roll(world.cloud, world.images.new)
    const previous = events.find((event) => event.type === 'roll.intended')?.previous
    if (previous === undefined) throw new Error('the roll left no intent')
    const target = aTarget('eu-west-1/web')
    const undo = { kind: 'undo-roll', key, target, stage, previous } as const
    const all: ReleaseEvent[] = [...events, { type: 'undo.intended', group: key, token }]
    const [undone] = await createUndoRoll({ ...world, callHook: noHooks })(world.request(undo, all, []))
    expect(undone).toMatchObject({ type: 'undo.finished' })
    expect(await world.runningImages()).toEqual([world.images.old, world.images.old])
    expect(await world.refreshes()).toEqual(['Successful', 'Successful'])
  })

  it.each([
    [
      'silent',
      'new instances start but are not healthy: an instance was taken out of service in response to an EC2 instance status checks failure',
    ],
    [
      'dying',
      'new instances start but are not healthy: an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped',
    ],
  ] as const)('to a %s image goes back, and the group is at capacity on what it ran', async (image, cause) => {
    const began = world.clock.now()
    const { events } = await world.roll(world.cloud, world.images[image])
    expect(events.at(-1)).toEqual({ type: 'roll.failed', group: key, cause, undone: true })
    expect(await world.refreshes()).toEqual(['RollbackSuccessful'])
    expect(await world.runningImages()).toEqual([world.images.old, world.images.old])
    expect(inService(await world.group())).toBe(2)
    expect(world.clock.now() - began).toBeLessThan(60 * minuteMs)
  })

  const fullSubnets = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'].map((zone) => ({ kind: 'full-subnet' as const, zone }))
  // Two machines of two vCPUs run; a third has no room.
  const smallQuota = { kind: 'vcpu-quota' as const, account: stage.account, limit: 5 }

  it.each([
    [
      'full subnets',
      fullSubnets,
      /^the roll of web wants 2 machines more, and its subnets \(subnet-\S+, .*\) have 0 addresses free$/,
    ],
    [
      'too few vCPUs',
      [smallQuota],
      /^the roll of web wants 2 machines more of 2 vCPUs each, and 4 of the account's 5 vCPUs are in use$/,
    ],
  ])('into %s is refused before anything moves', async (_, faults, cause) => {
    await world.local.admin.call('set-faults', { faults })
    const { events } = await world.roll(world.cloud, world.images.new)
    expect(events).toEqual([expect.objectContaining({ type: 'roll.refused', cause: expect.stringMatching(cause) })])
    expect(await world.refreshes()).toEqual([])
  })

  it.each([
    ['kubernetes.io/cluster/shop', 'owned', /^web is of a Kubernetes cluster .* has no lifecycle hook/],
    ['karpenter.sh/nodepool', 'default', /^web belongs to Karpenter/],
    ['drover:roll', 'never', /^web is tagged drover:roll = never/],
  ])('of a group tagged %s = %s is refused before anything moves', async (Key, Value, cause) => {
    await tag(Key, Value)
    const { events } = await world.roll(world.cloud, world.images.new)
    expect(events).toEqual([expect.objectContaining({ type: 'roll.refused', cause: expect.stringMatching(cause) })])
    expect(await world.refreshes()).toEqual([])
  })

  it('of nodes that hooks let come up and be drained goes on', async () => {
    await tag('kubernetes.io/cluster/shop', 'owned')
    for (const [LifecycleHookName, transition] of [
      ['drain', 'TERMINATING'],
      ['drover-node-ready', 'LAUNCHING'],
    ]) {
      const LifecycleTransition = `autoscaling:EC2_INSTANCE_${transition}`
      const hook = { AutoScalingGroupName: 'web', LifecycleHookName, LifecycleTransition, HeartbeatTimeout: 900 }
      await world.clients.autoScaling.send(new PutLifecycleHookCommand({ ...hook, DefaultResult: 'CONTINUE' }))
    }
    const { events } = await world.roll(world.cloud, world.images.new)
    expect(events.at(-1)).toMatchObject({ type: 'roll.finished', replaced: 2 })
  })

  async function tag(Key: string, Value: string): Promise<void> {
    const named = { ResourceId: 'web', ResourceType: 'auto-scaling-group', PropagateAtLaunch: false }
    await world.clients.autoScaling.send(new CreateOrUpdateTagsCommand({ Tags: [{ ...named, Key, Value }] }))
  }

  /** What happens to the account when the refresh has been asked for. */
  const onceStarted = (faults: readonly (typeof smallQuota | (typeof fullSubnets)[number])[]) =>
    spied(world.cloud, async (verb, when) => {
      if (verb === 'startRefresh' && when === 'before') await world.local.admin.call('set-faults', { faults: [...faults] })
    })

  it('into subnets that fill up on the way goes back, naming the cause', async () => {
    const { events } = await world.roll(onceStarted(fullSubnets), world.images.new)
    expect(events.at(-1)).toMatchObject({
      type: 'roll.failed',
      cause: expect.stringMatching(/^the group's subnets are full: .*\(free addresses or add a subnet\)$/),
      undone: true,
    })
  })

  it('beyond a vCPU quota that others used up meanwhile goes back, naming it', async () => {
    const { events } = await world.roll(onceStarted([smallQuota]), world.images.new)
    expect(events.at(-1)).toMatchObject({
      type: 'roll.failed',
      cause: expect.stringMatching(/vCPU limit of 5/),
      undone: true,
    })
    expect(await world.runningImages()).toEqual([world.images.old, world.images.old])
  })

  it('to an image whose key the service-linked role has no grant on goes back, naming that', async () => {
    const named = { account: stage.account, region: key.region, name: 'alias/drover', accounts: [] }
    await world.local.admin.call('add-kms-key', named)
    const copied = await world.at.copyImage({
      sourceImageId: world.images.new,
      sourceRegion: key.region,
      name: 'encrypted',
      description: '',
      kmsKeyId: 'alias/drover',
      tags: {},
      clientToken: token,
    })
    const { imageId } = value(copied)
    await world.clock.pause(5 * minuteMs)
    await world.local.admin.call('set-faults', { faults: [{ kind: 'no-kms-grant', account: stage.account }] })
    const { events } = await world.roll(world.cloud, imageId)
    expect(events.at(-1)).toMatchObject({
      type: 'roll.failed',
      cause: expect.stringMatching(
        /^new instances end while they start: .*service-linked role needs a grant on the image's KMS key/,
      ),
      undone: true,
    })
    expect(await world.runningImages()).toEqual([world.images.old, world.images.old])
  })

  it('ends as well while EC2 answers from copies that lag behind', async () => {
    await world.local.admin.call('set-consistency', { readLagMs: 20_000 })
    const { events } = await world.roll(world.cloud, world.images.new)
    expect(events.at(-1)).toMatchObject({ type: 'roll.finished', replaced: 2 })
    await world.clock.pause(30_000)
    expect(await world.runningImages()).toEqual([world.images.new, world.images.new])
  })

  it('that takes too long goes back at its deadline', async () => {
    const { events } = await world.roll(world.cloud, world.images.new, {
      instanceWarmupMs: 20 * minuteMs,
      deadlineMs: 5 * minuteMs,
    })
    expect(events.at(-1)).toMatchObject({
      type: 'roll.failed',
      cause: expect.stringMatching(/^not done after 5m/),
      undone: true,
    })
    expect(await world.runningImages()).toEqual([world.images.old, world.images.old])
  })

  it('is refused while a refresh of somebody else runs', async () => {
    const { launchSource } = await world.group()
    if (launchSource.kind !== 'template') throw new Error('the group has no template')
    const percentages = { minHealthyPercentage: 100, maxHealthyPercentage: 200, instanceWarmupSeconds: 600 }
    const theirs = { skipMatching: false, autoRollback: true, bakeTimeSeconds: 0 }
    const aside = { protectedInstances: 'Wait', standbyInstances: 'Wait' } as const
    value(await world.at.startRefresh('web', launchSource, { ...percentages, ...theirs, ...aside }))
    const { events } = await world.roll(world.cloud, world.images.new)
    expect(events).toEqual([
      expect.objectContaining({
        type: 'roll.refused',
        cause: expect.stringMatching(/^an instance refresh that drover did not start is running on web/),
      }),
    ])
  })
})

describe('a runner that dies in the local cloud', () => {
  const deaths: readonly (readonly [keyof CloudAt, 'before' | 'after'])[] = [
    ['createTemplateVersion', 'before'],
    ['createTemplateVersion', 'after'],
    ['startRefresh', 'before'],
    ['startRefresh', 'after'],
    ['scalingActivities', 'after'],
  ]
  it.each(deaths)('at %s, %s it was done, leaves one version and one refresh in the end', async (fatal, moment) => {
    let died = false
    const mortal = spied(world.cloud, async (verb, when) => {
      if (verb !== fatal || when !== moment || died) return
      died = true
      throw new Error('the runner died')
    })
    const events: ReleaseEvent[] = []
    await expect(world.roll(mortal, world.images.new, {}, events)).rejects.toThrow('the runner died')
    await world.roll(mortal, world.images.new, {}, events)
    expect(events.map(({ type }) => type)).toEqual(['roll.intended', 'roll.started', 'roll.finished'])
    expect(await world.refreshes()).toEqual(['Successful'])
    const { launchSource } = await world.group()
    const templateId = 'templateId' in launchSource ? launchSource.templateId : ''
    expect(value(await world.at.listTemplateVersions(templateId)).map(({ version }) => version)).toEqual([2, 1])
    expect(await world.runningImages()).toEqual([world.images.new, world.images.new])
  })
})
