// Rolls over the SDK and a socket, against the local cloud with machines that are only pretended.

import { AutoScalingClient, CreateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling'
import { CreateLaunchTemplateCommand, EC2Client } from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCloud } from '../../pipeline/aws/index.ts'
import { createSimulatedMachines, type LocalCloud, startLocalCloud, type Trouble } from '../../pipeline/localcloud/index.ts'
import type { Cloud, CloudAt, CloudOutcome, GroupState } from '../../pipeline/ports/index.ts'
import type { Action, GroupTarget, PerformerRequest, ReleaseEvent, RollPolicy } from '../../pipeline/release/index.ts'
import { createRoll, createUndoRoll } from '../../pipeline/roll/index.ts'
import { aRelease, aStage, aTarget, minuteMs } from '../support/factories.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'

const key = { stage: 'prod', region: 'eu-west-1', group: 'web' }
const stage = aStage('prod')
const place = { account: stage.account, region: key.region, role: `arn:aws:iam::${stage.account}:role/drover-promote` }
const token = 'f'.repeat(32)

interface World {
  readonly local: LocalCloud
  readonly cloud: Cloud
  readonly at: CloudAt
  readonly clock: VirtualClock
  /** Image IDs by the folder they were made from. */
  readonly images: Readonly<Record<'old' | 'new' | 'silent' | 'dying', string>>
}

let world: World

beforeEach(async () => {
  world = await aWorld()
})

afterEach(async () => {
  await world.local.close()
})

describe('a roll in the local cloud', () => {
  it('moves the group and keeps it at capacity throughout', async () => {
    const capacities: number[] = []
    const watched = spied(world.cloud, async (verb) => {
      if (verb === 'describeRefreshes') capacities.push(inService(await group()))
    })
    const { events, lines } = await roll(watched, world.images.new)
    expect(events).toEqual([
      expect.objectContaining({
        type: 'roll.intended',
        previous: expect.objectContaining({ version: 1, imageId: world.images.old }),
      }),
      expect.objectContaining({ type: 'roll.started', template: expect.objectContaining({ version: 2 }) }),
      expect.objectContaining({ type: 'roll.finished', replaced: 2 }),
    ])
    expect(Math.min(...capacities)).toBeGreaterThanOrEqual(2)
    expect(await runningImages()).toEqual([world.images.new, world.images.new])
    expect((await group()).launchSource).toMatchObject({ version: '2' })
    expect(lines[0]).toMatch(/^eu-west-1\/web: 0 %/)
  })

  it('that has finished is undone by a refresh of its own', async () => {
    const { events } = await roll(world.cloud, world.images.new)
    const previous = events.find((event) => event.type === 'roll.intended')?.previous
    if (previous === undefined) throw new Error('the roll left no intent')
    const target = aTarget('eu-west-1/web')
    const undo = { kind: 'undo-roll', key, target, stage, previous } as const
    const all: ReleaseEvent[] = [...events, { type: 'undo.intended', group: key, token }]
    const [undone] = await createUndoRoll(world)(request(undo, all, []))
    expect(undone).toMatchObject({ type: 'undo.finished' })
    expect(await runningImages()).toEqual([world.images.old, world.images.old])
    expect(await refreshes()).toEqual(['Successful', 'Successful'])
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
    const { events } = await roll(world.cloud, world.images[image])
    expect(events.at(-1)).toEqual({ type: 'roll.failed', group: key, cause, undone: true })
    expect(await refreshes()).toEqual(['RollbackSuccessful'])
    expect(await runningImages()).toEqual([world.images.old, world.images.old])
    expect(inService(await group())).toBe(2)
    expect(world.clock.now() - began).toBeLessThan(60 * minuteMs)
  })

  it('into full subnets goes back, naming the cause', async () => {
    const zones = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']
    await world.local.admin.call('set-faults', { faults: zones.map((zone) => ({ kind: 'full-subnet', zone })) })
    const { events } = await roll(world.cloud, world.images.new)
    expect(events.at(-1)).toMatchObject({
      type: 'roll.failed',
      cause: expect.stringMatching(/^the group's subnets are full: .*\(free addresses or add a subnet\)$/),
      undone: true,
    })
  })

  it('beyond the vCPU quota goes back, naming it: launching before terminating needs room for both', async () => {
    // Two machines of two vCPUs run; a third has no room.
    const fault = { kind: 'vcpu-quota' as const, account: stage.account, limit: 5 }
    await world.local.admin.call('set-faults', { faults: [fault] })
    const { events } = await roll(world.cloud, world.images.new)
    expect(events.at(-1)).toMatchObject({
      type: 'roll.failed',
      cause: expect.stringMatching(/vCPU limit of 5/),
      undone: true,
    })
    expect(await runningImages()).toEqual([world.images.old, world.images.old])
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
    const { events } = await roll(world.cloud, imageId)
    expect(events.at(-1)).toMatchObject({
      type: 'roll.failed',
      cause: expect.stringMatching(
        /^new instances end while they start: .*service-linked role needs a grant on the image's KMS key/,
      ),
      undone: true,
    })
    expect(await runningImages()).toEqual([world.images.old, world.images.old])
  })

  it('ends as well while EC2 answers from copies that lag behind', async () => {
    await world.local.admin.call('set-consistency', { readLagMs: 20_000 })
    const { events } = await roll(world.cloud, world.images.new)
    expect(events.at(-1)).toMatchObject({ type: 'roll.finished', replaced: 2 })
    await world.clock.pause(30_000)
    expect(await runningImages()).toEqual([world.images.new, world.images.new])
  })

  it('that takes too long goes back at its deadline', async () => {
    const { events } = await roll(world.cloud, world.images.new, { instanceWarmupMs: 20 * minuteMs, deadlineMs: 5 * minuteMs })
    expect(events.at(-1)).toMatchObject({
      type: 'roll.failed',
      cause: expect.stringMatching(/^not done after 5m/),
      undone: true,
    })
    expect(await runningImages()).toEqual([world.images.old, world.images.old])
  })

  it('is refused while a refresh of somebody else runs', async () => {
    const { launchSource } = await group()
    if (launchSource.kind !== 'template') throw new Error('the group has no template')
    const preferences = { minHealthyPercentage: 100, maxHealthyPercentage: 200, instanceWarmupSeconds: 600 }
    value(await world.at.startRefresh('web', launchSource, { ...preferences, skipMatching: false, autoRollback: true }))
    const { events } = await roll(world.cloud, world.images.new)
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
    await expect(roll(mortal, world.images.new, {}, events)).rejects.toThrow('the runner died')
    await roll(mortal, world.images.new, {}, events)
    expect(events.map(({ type }) => type)).toEqual(['roll.intended', 'roll.started', 'roll.finished'])
    expect(await refreshes()).toEqual(['Successful'])
    const { launchSource } = await group()
    const templateId = 'templateId' in launchSource ? launchSource.templateId : ''
    expect(value(await world.at.listTemplateVersions(templateId)).map(({ version }) => version)).toEqual([2, 1])
    expect(await runningImages()).toEqual([world.images.new, world.images.new])
  })
})

async function aWorld(): Promise<World> {
  const troubles = new Map<string, Trouble>()
  const virtual = createVirtualClock({ startAt: Date.now() })
  // Requests are signed and checked by wall time, which no simulation moves.
  const clock: VirtualClock = { ...virtual, wallNow: () => Date.now() }
  const random = createSeededRandom(7)
  const local = await startLocalCloud({
    clock,
    random,
    drive: 'on-request',
    machines: (now) => {
      const machines = createSimulatedMachines({ now, troubles })
      return {
        ...machines,
        adoptLayer: (layerId, folder) => {
          if (folder === '/silent') troubles.set(layerId, 'silent')
          if (folder === '/dying') troubles.set(layerId, { diesAfterMs: 30_000 })
          return machines.adoptLayer(layerId, folder)
        },
      }
    },
  })
  const credentials = async () => local.credentials
  const options = { clock, random, sessionName: 'test', endpoint: local.endpoint, credentials }
  await local.admin.call('add-account', { id: stage.account })
  const image = async (name: string) => {
    const seeded = { owner: '111111111111', name, regions: [key.region] as ['eu-west-1'], rootDirectory: `/${name}` }
    return (await local.admin.call('seed-image', seeded)).images[key.region] ?? ''
  }
  const images = { old: await image('old'), new: await image('new'), silent: await image('silent'), dying: await image('dying') }
  const cloud = createCloud(options)
  await makeGroup(cloud, images.old)
  const made: World = { local, cloud, at: cloud.at(place), clock, images }
  for (let looks = 0; looks < 50; looks++) {
    const [found] = value(await made.at.describeGroups(['web']))
    if (found !== undefined && inService(found) === 2) return made
    await clock.pause(5_000)
  }
  throw new Error('the group did not come up')
}

/** What drover finds and never makes: a template and a group on its first version, by the very access a child would get. */
async function makeGroup(cloud: Cloud, imageId: string): Promise<void> {
  const environment = value(await cloud.environmentFor(place))
  const { AWS_REGION: region = '', AWS_ENDPOINT_URL: endpoint = '' } = environment
  const {
    AWS_ACCESS_KEY_ID: accessKeyId = '',
    AWS_SECRET_ACCESS_KEY: secretAccessKey = '',
    AWS_SESSION_TOKEN: sessionToken = '',
  } = environment
  const client = { region, endpoint, credentials: { accessKeyId, secretAccessKey, sessionToken } }
  const LaunchTemplateData = { ImageId: imageId, InstanceType: 't3.small' } as const
  await new EC2Client(client).send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'web', LaunchTemplateData }))
  const { subnetIds } = value(await cloud.at(place).defaultNetwork())
  await new AutoScalingClient(client).send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: 'web',
      MinSize: 1,
      MaxSize: 4,
      DesiredCapacity: 2,
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' },
      VPCZoneIdentifier: subnetIds.join(','),
    }),
  )
}

/** The events left when it ends, those it recorded on the way included. */
async function roll(
  cloud: Cloud,
  imageId: string,
  policy: Partial<RollPolicy> = {},
  events: ReleaseEvent[] = [],
): Promise<{ readonly events: readonly ReleaseEvent[]; readonly lines: readonly string[] }> {
  const base = aTarget('eu-west-1/web')
  const target: GroupTarget = { ...base, roll: { ...base.roll, ...policy } }
  const lines: string[] = []
  events.push(...(await createRoll({ cloud })(request({ kind: 'roll', key, target, stage, imageId }, events, lines))))
  return { events, lines }
}

function request<Kind extends Action['kind']>(
  action: Extract<Action, { readonly kind: Kind }>,
  events: ReleaseEvent[],
  lines: string[],
): PerformerRequest<Kind> {
  return {
    release: aRelease(events, { startAt: world.clock.now() }),
    action,
    token,
    resumed: events.length > 0,
    clock: world.clock,
    signal: new AbortController().signal,
    log: (line) => void lines.push(line),
    record: async (event) => void events.push(event),
    evidenceDirectory: '/evidence',
  }
}

/** The same cloud, with something happening around every verb. */
function spied(cloud: Cloud, around: (verb: keyof CloudAt, when: 'before' | 'after') => Promise<void>): Cloud {
  const watch = (at: CloudAt): CloudAt =>
    new Proxy(at, {
      get: (_, verb: keyof CloudAt) => {
        const original = at[verb]
        if (typeof original !== 'function') return original
        return async (...parameters: unknown[]) => {
          await around(verb, 'before')
          const answer = await (original as (...given: unknown[]) => Promise<unknown>)(...parameters)
          await around(verb, 'after')
          return answer
        }
      },
    })
  return { ...cloud, at: (where) => watch(cloud.at(where)) }
}

async function group(): Promise<GroupState> {
  const [found] = value(await world.at.describeGroups(['web']))
  if (found === undefined) throw new Error('the group is gone')
  return found
}

async function refreshes(): Promise<readonly string[]> {
  return value(await world.at.describeRefreshes('web')).map(({ status }) => status)
}

async function runningImages(): Promise<readonly string[]> {
  const ids = (await group()).instances.map(({ id }) => id)
  return value(await world.at.describeInstances({ ids })).map(({ imageId }) => imageId)
}

function inService({ instances }: GroupState): number {
  return instances.filter(({ lifecycle, healthy }) => lifecycle === 'InService' && healthy).length
}

function value<Value>(outcome: CloudOutcome<Value>): Value {
  if (!outcome.ok) throw new Error(outcome.message)
  return outcome.value
}
