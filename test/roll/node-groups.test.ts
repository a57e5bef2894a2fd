// Managed node groups of EKS against the local cloud: moved by EKS's own updates, and told honestly where EKS leaves no way.

import { CreateLaunchTemplateCommand, CreateLaunchTemplateVersionCommand } from '@aws-sdk/client-ec2'
import {
  CreateClusterCommand,
  CreateNodegroupCommand,
  EKSClient,
  UpdateNodegroupConfigCommand,
  UpdateNodegroupVersionCommand,
} from '@aws-sdk/client-eks'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Cloud, NodeGroupState, NodeGroupUpdate } from '../../pipeline/ports/index.ts'
import type { GroupTarget, ReleaseEvent, Yielding } from '../../pipeline/release/index.ts'
import {
  countMachines,
  createFleetCheck,
  createRoll,
  createUndoRoll,
  planRoll,
  planStages,
  readAges,
  readFleet,
} from '../../pipeline/roll/index.ts'
import { acmeRights } from '../rights/acme.ts'
import { aFamily } from '../support/config.ts'
import { aPolicy, aTarget } from '../support/factories.ts'
import { noHooks } from '../support/no-hooks.ts'
import { hold, without } from '../support/rights.ts'
import { openWorld, stage as plainStage, spied, value, type World } from './local-world.ts'

const nodeGroup = { cluster: 'acme', name: 'workers', force: false }
const named = { clusterName: 'acme', nodegroupName: 'workers' }
const target: GroupTarget = { ...aTarget('eu-west-1/acme'), name: 'acme/workers', nodeGroup }
const key = { stage: 'prod', region: 'eu-west-1', group: 'acme/workers' }
const stage = { ...plainStage, waves: [{ name: 'all', groups: [target] }] }
const minuteMs = 60_000

let world: World
let eks: EKSClient
let templateId: string

beforeEach(async () => {
  world = await openWorld()
  const access = value(await world.cloud.environmentFor(world.at.place))
  const { AWS_REGION: region = '', AWS_ENDPOINT_URL: endpoint = '', AWS_ACCESS_KEY_ID: accessKeyId = '' } = access
  const { AWS_SECRET_ACCESS_KEY: secretAccessKey = '', AWS_SESSION_TOKEN: sessionToken = '' } = access
  eks = new EKSClient({ region, endpoint, credentials: { accessKeyId, secretAccessKey, sessionToken } })
  const { LaunchTemplate } = await world.clients.ec2.send(
    new CreateLaunchTemplateCommand({ LaunchTemplateName: 'workers', LaunchTemplateData: { ImageId: world.images.old } }),
  )
  templateId = LaunchTemplate?.LaunchTemplateId ?? ''
  const subnets = [...value(await world.at.defaultNetwork()).subnetIds]
  const roleArn = `arn:aws:iam::${plainStage.account}:role/eks`
  await eks.send(new CreateClusterCommand({ name: 'acme', roleArn, resourcesVpcConfig: { subnetIds: subnets } }))
  await eks.send(
    new CreateNodegroupCommand({
      ...named,
      nodeRole: `arn:aws:iam::${plainStage.account}:role/node`,
      subnets: subnets.slice(0, 2),
      scalingConfig: { minSize: 0, maxSize: 10, desiredSize: 3 },
      launchTemplate: { id: templateId, version: '1' },
      updateConfig: { maxUnavailable: 1 },
    }),
  )
  await until(({ status }) => status === 'ACTIVE')
})

afterEach(async () => {
  eks.destroy()
  await world.local.close()
})

async function state(): Promise<NodeGroupState> {
  return value(await world.at.describeNodeGroup(nodeGroup))
}

async function until(isSo: (seen: NodeGroupState) => boolean): Promise<void> {
  for (let looks = 0; looks < 200; looks++) {
    if (isSo(await state())) return
    await world.clock.pause(5_000)
  }
  throw new Error('it did not come to that')
}

interface Wish {
  readonly cloud?: Cloud
  readonly events?: ReleaseEvent[]
  readonly over?: Partial<GroupTarget>
  readonly yieldTo?: Yielding
  /** The action's own token: EKS answers a repeated one with the update it was for. */
  readonly token?: string
}

async function roll(imageId: string, { cloud = world.cloud, events = [], over = {}, yieldTo, token }: Wish = {}) {
  const lines: string[] = []
  const action = {
    kind: 'roll' as const,
    key,
    target: { ...target, ...over },
    stage,
    imageId,
    ...(yieldTo === undefined ? {} : { yieldTo }),
  }
  const request = world.request(action, events, lines)
  events.push(...(await createRoll({ cloud, callHook: noHooks })(token === undefined ? request : { ...request, token })))
  return { events, lines }
}

const lastOf = ({ events }: { readonly events: readonly ReleaseEvent[] }) => events.at(-1)
const limited = (maxUnavailable: number) => ({ nodeGroup: { ...nodeGroup, limit: { maxUnavailable } } })
const within = (deadlineMs: number) => ({ roll: { ...target.roll, deadlineMs } })

async function images(): Promise<readonly string[]> {
  const tags = { 'eks:cluster-name': 'acme', 'eks:nodegroup-name': 'workers' }
  const found = value(await world.at.describeInstances({ tags }))
  return found.filter((machine) => machine.state === 'running').map(({ imageId }) => imageId)
}

async function updates(): Promise<readonly NodeGroupUpdate[]> {
  return value(await world.at.nodeGroupUpdates(nodeGroup)).filter(({ version }) => version !== undefined)
}

const drains = (drain: { readonly isBlocked?: boolean; readonly drainMs?: number }) =>
  world.local.admin.call('set-drains', { drains: [{ nodeGroup: 'acme/workers', ...drain }] })

const dies = (verb: string, when: 'before' | 'after', isTime = () => true) => {
  let left = 1
  return spied(world.cloud, async (called, moment) => {
    if (called !== verb || moment !== when || !isTime() || left-- <= 0) return
    throw new Error('the runner died')
  })
}

describe('a managed node group', () => {
  test('gets a version of its template that changes the image alone, by one update', async () => {
    const { old, new: newer } = world.images
    const { events, lines } = await roll(newer)
    expect(events).toMatchObject([
      { type: 'roll.intended', imageId: newer, previous: { templateId, version: 1, imageId: old } },
      { type: 'roll.started', template: { templateId, version: 2 } },
      { type: 'roll.finished', replaced: 3 },
    ])
    expect(await images()).toEqual([newer, newer, newer])
    expect((await state()).template).toMatchObject({ templateId, version: '2' })
    expect(await updates()).toMatchObject([{ status: 'Successful', version: '2' }])
    expect(lines.some((line) => /eu-west-1\/acme\/workers: \d+ %, \d to go/.test(line))).toBe(true)
  })

  test('is taken back after it by an update to the version before', async () => {
    const { old, new: newer } = world.images
    const { events } = await roll(newer)
    const request = world.request({ kind: 'undo-roll', key, target, stage, previous: { templateId, version: 1 } }, events, [])
    const undo = createUndoRoll({ cloud: world.cloud, callHook: noHooks })
    expect(await undo({ ...request, token: 'undo' })).toMatchObject([{ type: 'undo.finished' }])
    expect(await images()).toEqual([old, old, old])
    expect((await state()).template?.version).toBe('1')
    expect(await updates()).toMatchObject([{ version: '1' }, { version: '2' }])
  })

  test('has the limit that the wave asks for, for the roll only', async () => {
    const seen = new Set<string>()
    const cloud = spied(world.cloud, async (verb) => {
      if (verb === 'nodeGroupUpdate') seen.add(JSON.stringify((await state()).limit))
    })
    const { events } = await roll(world.images.new, { cloud, over: limited(2) })
    expect(events).toMatchObject([
      { type: 'roll.intended', previousLimit: { maxUnavailable: 1 } },
      { type: 'roll.started' },
      { type: 'roll.finished' },
    ])
    expect([...seen]).toEqual(['{"maxUnavailable":2}'])
    expect(await state()).toMatchObject({ status: 'ACTIVE', limit: { maxUnavailable: 1 } })
  })

  test('goes on past pods that cannot be evicted only with force', async () => {
    await drains({ isBlocked: true })
    const end = lastOf(await roll(world.images.new))
    expect(end).toMatchObject({
      type: 'roll.failed',
      cause: expect.stringMatching(/^PodEvictionFailure: Reached max retries.*PodDisruptionBudget.*force: true/),
    })
    const forced = await roll(world.images.new, {
      token: 'forced',
      over: { nodeGroup: { ...nodeGroup, force: true }, ...within(4 * 3_600_000) },
    })
    expect(lastOf(forced)).toMatchObject({ type: 'roll.finished' })
  })

  test('that a failed update has left half replaced goes back by an update of drover’s own', async () => {
    const { old, new: newer } = world.images
    let isBlocked = false
    const cloud = spied(world.cloud, async (verb, when) => {
      if (verb !== 'nodeGroupUpdate' || when !== 'before') return
      const [latest] = await updates()
      // The second node's pods stay; what came is then drained again without trouble.
      if (!isBlocked && (await images()).filter((image) => image === old).length < 3) {
        isBlocked = true
        await drains({ isBlocked: true })
      } else if (isBlocked && latest?.status === 'Failed') await drains({ isBlocked: false })
    })
    const { events, lines } = await roll(newer, { cloud })
    expect(lastOf({ events })).toMatchObject({ type: 'roll.failed', undone: true, cause: expect.stringMatching(/^PodEviction/) })
    expect(lines.some((line) => line.includes('going back: '))).toBe(true)
    expect(await images()).toEqual([old, old, old])
    expect(await updates()).toMatchObject([
      { status: 'Successful', version: '3' },
      { status: 'Failed', version: '2' },
    ])
  })

  test('whose new machines do not answer ends as EKS ends it, on what it ran before', async () => {
    const { old, silent } = world.images
    const end = lastOf(await roll(silent))
    expect(end).toMatchObject({ type: 'roll.failed', cause: expect.stringMatching(/^NodeCreationFailure/), undone: true })
    expect(await images()).toEqual([old, old, old])
  })

  test('past its deadline is waited for, for EKS stops no update', async () => {
    await drains({ drainMs: 10 * minuteMs })
    const { events, lines } = await roll(world.images.new, { over: within(10 * minuteMs) })
    expect(lines.some((line) => /waiting for EKS to end its update, for it stops none: not done after 10m/.test(line))).toBe(true)
    expect(lastOf({ events })).toMatchObject({ type: 'roll.finished' })
  })

  test('that EKS never comes to an end with is given up in words', async () => {
    const stuck: Cloud = {
      ...world.cloud,
      at: (place) => {
        const real = world.cloud.at(place)
        const open = async (...asked: Parameters<typeof real.nodeGroupUpdate>) => {
          const found = await real.nodeGroupUpdate(...asked)
          return found.ok ? { ok: true as const, value: { ...found.value, status: 'InProgress' as const } } : found
        }
        return { ...real, nodeGroupUpdate: open }
      },
    }
    const given = lastOf(await roll(world.images.erring, { cloud: stuck, over: within(minuteMs) }))
    expect(given).toMatchObject({
      type: 'roll.failed',
      undone: false,
      cause: expect.stringContaining('EKS has not ended its update, and stops none'),
    })
  })

  test('that a newer release takes over is let go when its update has ended', async () => {
    const events: ReleaseEvent[] = []
    const died = dies('nodeGroupUpdate', 'after')
    await expect(roll(world.images.new, { cloud: died, events })).rejects.toThrow('the runner died')
    const yielded = await roll(world.images.new, { events, yieldTo: { release: 'web-2026.48.2', goesBack: false } })
    expect(lastOf(yielded)).toMatchObject({ type: 'roll.finished' })
    expect(yielded.lines.some((line) => line.endsWith('for it stops none: web-2026.48.2 takes the group over'))).toBe(true)
    const successor = await roll(world.images.erring, { token: 'successor' })
    expect(successor.events[0]).toMatchObject({ type: 'roll.intended', previous: { version: 2, imageId: world.images.new } })
    expect(lastOf(successor)).toMatchObject({ type: 'roll.finished' })
  })

  test.each([
    ['createTemplateVersion', 'before'],
    ['createTemplateVersion', 'after'],
    ['limitNodeGroup', 'after'],
    ['updateNodeGroup', 'before'],
    ['updateNodeGroup', 'after'],
    ['nodeGroupUpdate', 'after'],
  ] as const)('is carried on by another runner when the first dies: %s, %s', async (verb, when) => {
    const events: ReleaseEvent[] = []
    const wish = { events, over: limited(2) }
    await expect(roll(world.images.new, { ...wish, cloud: dies(verb, when) })).rejects.toThrow('the runner died')
    await world.clock.pause(5 * minuteMs)
    expect(lastOf(await roll(world.images.new, wish))).toMatchObject({ type: 'roll.finished', replaced: 3 })
    expect(await updates()).toMatchObject([{ status: 'Successful', version: '2' }])
    expect(await state()).toMatchObject({ limit: { maxUnavailable: 1 } })
  })

  test('that is too old is renewed by another version of the template with the same image', async () => {
    const before = (await state()).template
    const events: ReleaseEvent[] = []
    const lines: string[] = []
    const request = world.request({ kind: 'roll', key, target, stage, imageId: world.images.old }, events, lines)
    const renewed = { ...request, release: { ...request.release, renews: { release: 'web-2026.40.1' } } as never }
    const first = value(await world.at.describeInstances({ tags: { 'eks:nodegroup-name': 'workers' } })).map(({ id }) => id)
    events.push(...(await createRoll({ cloud: world.cloud, callHook: noHooks })(renewed)))
    expect(lastOf({ events })).toMatchObject({ type: 'roll.finished', replaced: 3 })
    const running = value(await world.at.describeInstances({ tags: { 'eks:nodegroup-name': 'workers' } }))
    expect(running.filter((machine) => machine.state === 'running' && first.includes(machine.id))).toEqual([])
    expect([before?.version, (await state()).template?.version]).toEqual(['1', '2'])
  })
})

describe('a roll of a managed node group is refused', () => {
  const refusals = async () => {
    const plan = planRoll(world.cloud, { kind: 'roll', key, target, stage, imageId: world.images.new })
    return value(await plan).refusals.map(({ cause, hint }) => `${cause}. ${hint}`)
  }

  test('not, when EKS would take an update', async () => {
    expect(await refusals()).toEqual([])
  })

  test('where EKS chooses the image', async () => {
    const cloud: Cloud = {
      ...world.cloud,
      at: (place) => {
        const real = world.cloud.at(place)
        return {
          ...real,
          describeNodeGroup: async () => {
            const { template: _, ...rest } = await state()
            return { ok: true, value: { ...rest, amiType: 'AL2023_x86_64_STANDARD' } }
          },
        }
      },
    }
    const plan = value(await planRoll(cloud, { kind: 'roll', key, target, stage, imageId: world.images.new }))
    expect(plan.refusals).toMatchObject([
      {
        cause:
          'the managed node group acme/workers has no launch template of yours, so that EKS chooses its image (AL2023_x86_64_STANDARD)',
        hint: expect.stringContaining('make a new one from a launch template'),
      },
    ])
  })

  test('while an update of somebody’s is running', async () => {
    await world.clients.ec2.send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateId: templateId,
        SourceVersion: '1',
        LaunchTemplateData: { ImageId: world.images.erring },
      }),
    )
    await eks.send(new UpdateNodegroupVersionCommand({ ...named, launchTemplate: { id: templateId, version: '2' } }))
    expect(await refusals()).toEqual([
      'an update that drover did not start is running on the managed node group acme/workers. Let it end, for EKS stops none: aws eks list-updates --name acme --nodegroup-name workers',
    ])
  })

  test('while it is DEGRADED, with what EKS finds wrong', async () => {
    const faults = ['a', 'b', 'c'].map((letter) => ({ kind: 'insufficient-capacity' as const, zone: `eu-west-1${letter}` }))
    await world.local.admin.call('set-faults', { faults })
    await eks.send(new UpdateNodegroupConfigCommand({ ...named, scalingConfig: { desiredSize: 4 } }))
    await until(({ status }) => status === 'DEGRADED')
    expect(await refusals()).toEqual([expect.stringMatching(/is DEGRADED: AsgInstanceLaunchFailures: .* Mend what EKS names/)])
  })

  test('where there is none of that name', async () => {
    const other = { ...target, name: 'acme/gone', nodeGroup: { ...nodeGroup, name: 'gone' } }
    const action = { kind: 'roll' as const, key: { ...key, group: 'acme/gone' }, target: other, stage, imageId: world.images.new }
    expect(value(await planRoll(world.cloud, action)).refusals).toMatchObject([{ cause: 'there is no group acme/gone' }])
  })
})

describe('whoever looks at the groups', () => {
  test('finds a node group by its own name: plan, fleet, ages, counts and the check of the fleet', async () => {
    const policy = aPolicy({ stages: [stage] })
    const [outlook] = await planStages(world.cloud, policy)
    expect(outlook).toMatchObject({
      key,
      image: { id: world.images.old },
      templateVersion: '1',
      refusals: [],
      cost: { machines: 3, extraMachines: 3 },
    })
    expect(await countMachines(world.cloud, policy)).toEqual([{ group: key, machines: 3 }])
    expect((await readAges(world.cloud, policy, [key])).ages).toMatchObject([{ key, imageId: world.images.old }])
    const fleet = await readFleet(world.cloud, {
      places: [world.at.place],
      ownerTags: [],
      known: new Map(),
      limits: new Map([[`${plainStage.account} eu-west-1 acme/workers`, 30 * 86_400_000]]),
      now: world.clock.wallNow(),
    })
    const ours = fleet.machines.filter(({ group }) => group === 'acme/workers')
    expect(ours).toMatchObject([{ limitDays: 30 }, { limitDays: 30 }, { limitDays: 30 }])
    const { events } = await roll(world.images.new)
    const request = world.request({ kind: 'check-fleet', stages: [stage] } as never, events, [])
    const [checked] = await createFleetCheck({ cloud: world.cloud })(request as never)
    expect(checked).toMatchObject({ type: 'fleet.checked', unasked: [] })
  })
})

test.each([
  ['nothing', 'roll.finished'],
  ['eks:UpdateNodegroupVersion', 'roll.failed'],
  ['eks:DescribeNodegroup', 'roll.failed'],
  ['eks:UpdateNodegroupConfig', 'roll.failed'],
  ['eks:ListUpdates', 'roll.failed'],
  ['eks:DescribeUpdate', 'roll.failed'],
])('with the rights that are printed, but for %s, a roll ends as %s', async (missing, type) => {
  const weekly = aPolicy({ stages: [stage] })
  const { roles } = acmeRights({ families: [aFamily({ policies: { weekly, emergency: weekly } })] })
  const arn = plainStage.role ?? ''
  await hold(world.local, arn, without(roles.find((role) => role.arn === arn)?.policies ?? [], missing))
  expect(lastOf(await roll(world.images.new, { over: limited(2) }))).toMatchObject({ type })
})
