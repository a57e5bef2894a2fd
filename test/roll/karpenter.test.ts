// Nodes of Karpenter against the local cloud: their parameter is written and written back, and their machines are left alone.

import { RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventSchema } from '../../pipeline/ledger/event-schema.ts'
import { policySchema } from '../../pipeline/ledger/policy-schema.ts'
import type { Cloud } from '../../pipeline/ports/index.ts'
import { createExposure } from '../../pipeline/promote/index.ts'
import type { GroupTarget, ReleaseEvent, StagePolicy, Yielding } from '../../pipeline/release/index.ts'
import {
  countMachines,
  createFleetCheck,
  createRoll,
  createUndoRoll,
  placeGroups,
  planRoll,
  planStages,
  readFleet,
} from '../../pipeline/roll/index.ts'
import { acmeRights } from '../rights/acme.ts'
import { aFamily } from '../support/config.ts'
import { aPolicy, aTarget } from '../support/factories.ts'
import { noHooks } from '../support/no-hooks.ts'
import { hold, without } from '../support/rights.ts'
import { type HeldParameter, openParameter } from './held-parameter.ts'
import { openWorld, stage as plainStage, spied, value, type World } from './local-world.ts'

const name = '/acme/nodes/image'
const karpenter = { cluster: 'acme', nodeClass: 'default' }
const target: GroupTarget = { ...aTarget('eu-west-1/acme'), name: 'acme/default', karpenter, parameter: name }
const key = { stage: 'prod', region: 'eu-west-1', group: 'acme/default' }
const stage: StagePolicy = { ...plainStage, waves: [{ name: 'all', groups: [target] }] }
const nodeTags = [
  { Key: 'kubernetes.io/cluster/acme', Value: 'owned' },
  { Key: 'karpenter.k8s.aws/ec2nodeclass', Value: 'default' },
  { Key: 'karpenter.sh/nodepool', Value: 'general' },
]

let world: World
let parameter: HeldParameter

beforeEach(async () => {
  world = await openWorld()
  parameter = await openParameter(world, name)
  await parameter.put(world.images.old)
  await launch(3)
})

afterEach(async () => {
  parameter.close()
  await world.local.close()
})

/** As Karpenter does: the image that the parameter names, and its tags. */
async function launch(count: number): Promise<void> {
  const [ImageId] = await parameter.held()
  const TagSpecifications = [{ ResourceType: 'instance' as const, Tags: nodeTags }]
  const run = { MinCount: count, MaxCount: count, InstanceType: 't3.small' as const, TagSpecifications }
  await world.clients.ec2.send(new RunInstancesCommand({ ...run, ImageId }))
  for (let looks = 0; looks < 50 && (await nodes()).some(({ state }) => state === 'pending'); looks++) {
    await world.clock.pause(5_000)
  }
}

async function nodes() {
  const all = value(await world.at.describeInstances({ tags: { 'karpenter.sh/nodepool': 'general' } }))
  return all.filter(({ state }) => state === 'running' || state === 'pending')
}

/** One node goes for one of what the parameter names now. */
async function drift(): Promise<void> {
  const [image] = await parameter.held()
  const older = (await nodes()).find(({ imageId }) => imageId !== image)
  await launch(1)
  await world.clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [older?.id ?? ''] }))
}

interface Wish {
  readonly cloud?: Cloud
  readonly events?: ReleaseEvent[]
  readonly yieldTo?: Yielding
}

async function roll(imageId: string, { cloud = world.cloud, events = [], yieldTo }: Wish = {}) {
  const lines: string[] = []
  const action = { kind: 'roll' as const, key, target, stage, imageId, ...(yieldTo === undefined ? {} : { yieldTo }) }
  events.push(...(await createRoll({ cloud, callHook: noHooks })(world.request(action, events, lines))))
  return { events, lines }
}

async function undo(events: ReleaseEvent[]) {
  const intended = events.find(({ type }) => type === 'roll.intended')
  if (intended?.type !== 'roll.intended') throw new Error('nothing was rolled')
  const lines: string[] = []
  const request = world.request({ kind: 'undo-roll', key, target, stage, previous: intended.previous }, events, lines)
  return { undone: await createUndoRoll({ cloud: world.cloud, callHook: noHooks })(request), lines }
}

const dies = (verb: string, when: 'before' | 'after') => {
  let left = 1
  return spied(world.cloud, async (called, moment) => {
    if (called !== verb || moment !== when || left-- <= 0) return
    throw new Error('the runner died')
  })
}

const lastOf = ({ events }: { readonly events: readonly ReleaseEvent[] }) => events.at(-1)

describe('nodes of Karpenter', () => {
  test('are rolled by one write of their parameter, which waits for none of them and can be read back from the ledger', async () => {
    const { old, new: newer } = world.images
    const { events, lines } = await roll(newer)
    expect(events).toMatchObject([
      { type: 'roll.intended', group: key, imageId: newer, previous: { templateId: name, version: 1, imageId: old } },
      { type: 'roll.started', template: { templateId: name, version: 2 }, refreshId: `${name}:2`, parameterVersion: 2 },
      { type: 'roll.finished', refreshId: `${name}:2`, replaced: 0 },
    ])
    for (const event of events) expect(eventSchema.parse(event)).toEqual(event)
    expect(policySchema.parse(aPolicy({ stages: [stage] })).stages[0]?.waves[0]?.groups[0]).toEqual(target)
    expect(await parameter.held()).toEqual([newer, 2])
    expect((await nodes()).map(({ imageId }) => imageId)).toEqual([old, old, old])
    expect(lines).toContain('eu-west-1/acme/default: 3 of 3 machines still run another image')
  })

  test('are said to be begun once, however many runners are at it: each would else overtake the other for ever', async () => {
    const { events } = await roll(world.images.new)
    const again = await roll(world.images.new, { events: events.slice(0, 2) })
    expect(again.events.slice(2)).toMatchObject([{ type: 'roll.finished', refreshId: `${name}:2` }])
  })

  test('are counted in the soak by what they run, so that exposure begins with the first that Karpenter has replaced', async () => {
    const { events } = await roll(world.images.new)
    await drift()
    const lines: string[] = []
    const request = world.request({ kind: 'measure-exposure', stage }, events, lines)
    const release = { ...request.release, bake: bakedAs(world.images.new) as never }
    const [measured] = await createExposure({ cloud: world.cloud })({ ...request, release })
    expect(measured).toMatchObject({ type: 'exposure.measured', machines: 1 })
    expect(lines).toEqual(['eu-west-1/acme/default: 2 of 3 machines still run another image'])
  })

  test('get the old value back when their stage fails, whatever Karpenter has made of the new one', async () => {
    const { old, new: newer } = world.images
    const { events } = await roll(newer)
    await drift()
    const { undone, lines } = await undo(events)
    expect(undone).toEqual([{ type: 'undo.finished', group: key, refreshId: `${name}:3` }])
    expect(await parameter.held()).toEqual([old, 3])
    expect(lines).toContain(
      'eu-west-1/acme/default: undo: 1 of 3 machines still run another image; Karpenter puts them back by its own budgets, and may launch what it held before for up to 24h',
    )
    expect((await undo(events)).undone).toEqual([{ type: 'undo.finished', group: key, refreshId: `${name}:3` }])
  })

  test.each([
    ['putImageParameter', 'before'],
    ['putImageParameter', 'after'],
    ['describeInstances', 'before'],
  ] as const)('are carried on with by another runner when the first dies: %s, %s', async (verb, when) => {
    const events: ReleaseEvent[] = []
    await expect(roll(world.images.new, { cloud: dies(verb, when), events })).rejects.toThrow('the runner died')
    expect(lastOf(await roll(world.images.new, { events }))).toMatchObject({ type: 'roll.finished', refreshId: `${name}:2` })
    expect(events[0]).toMatchObject({ previous: { version: 1, imageId: world.images.old } })
    expect(await parameter.held()).toEqual([world.images.new, 2])
  })

  test.each([
    ['a release takes them over', { release: 'web-2026.48.2', goesBack: false }],
    ['their release is revoked', { release: 'the revocation of web-2026.48.1', goesBack: true }],
  ] as const)('are set back when %s between the write and its record', async (_, yieldTo) => {
    const events: ReleaseEvent[] = []
    const died = dies('putImageParameter', 'after')
    await expect(roll(world.images.new, { cloud: died, events })).rejects.toThrow('the runner died')
    const end = lastOf(await roll(world.images.new, { events, yieldTo }))
    expect(end).toEqual({ type: 'roll.failed', group: key, cause: `${yieldTo.release} takes the group over`, undone: true })
    expect(await parameter.held()).toEqual([world.images.old, 3])
  })

  test('keep what they had when AWS does not take the image after all', async () => {
    const cloud: Cloud = {
      ...world.cloud,
      at: (place) => {
        const real = world.cloud.at(place)
        return { ...real, putImageParameter: (parameter) => real.putImageParameter(parameter, 'ami-00000000000000bad') }
      },
    }
    const end = lastOf(await roll(world.images.new, { cloud }))
    expect(end).toMatchObject({ type: 'roll.failed', undone: true, cause: expect.stringContaining('AWS did not take') })
    expect(await parameter.held()).toEqual([world.images.old, 1])
  })
})

/** A bake of one image, as a release remembers it. */
function bakedAs(imageId: string) {
  const moment = { at: 0, wallAt: 0 }
  const images = [{ architecture: 'x86_64', region: 'eu-west-1', imageId }]
  return { state: 'finished', begun: moment, ended: moment, result: { images } }
}

describe('before nodes of Karpenter are rolled', () => {
  const causes = async (over: Partial<GroupTarget> = {}) => {
    const asked = { ...target, ...over }
    const action = { kind: 'roll' as const, key, target: asked, stage, imageId: world.images.new }
    return value(await planRoll(world.cloud, action)).refusals.map(({ cause }) => cause)
  }

  test('the plan says what they run and refuses nothing', async () => {
    const plan = value(await planRoll(world.cloud, { kind: 'roll', key, target, stage, imageId: world.images.new }))
    expect(plan).toMatchObject({ from: { templateId: name, version: 1, imageId: world.images.old }, toReplace: 3, refusals: [] })
    const [outlook] = await planStages(world.cloud, { stages: [stage] })
    expect(outlook).toMatchObject({ key, image: { id: world.images.old }, byHand: false, refusals: [] })
    expect(outlook?.cost).toEqual({ machines: 3, extraMachines: 0, durationMs: 0, extraMachineHours: 0 })
    expect(await countMachines(world.cloud, { stages: [stage] })).toEqual([{ group: key, machines: 3 }])
  })

  test('a parameter that is not there, or holds no image, is refused and nothing is written', async () => {
    expect(await causes({ parameter: '/acme/none' })).toEqual([
      'there is no parameter /acme/none in the account and region of acme/default',
    ])
    await parameter.put('any text', { Name: '/acme/text', DataType: 'text' })
    expect(await causes({ parameter: '/acme/text' })).toEqual([
      'the parameter /acme/text is text, so that AWS would take anything for an image',
    ])
    expect(await causes()).toEqual([])
  })

  test('somebody must be able to tell whether they work', async () => {
    const blind = { ...stage, soak: { ...stage.soak, tests: [] } }
    const action = { kind: 'roll' as const, key, target, stage: blind, imageId: world.images.new }
    const [refusal] = value(await planRoll(world.cloud, action)).refusals
    expect(refusal?.hint).toContain('{ karpenter: eu-west-1/acme/default, withoutHealth: REASON }')
  })

  test('a wave by tag takes none of them, and the fleet knows them by name', async () => {
    const tagged = { ...stage, waves: [{ name: 'canary', groups: [], tags: { tier: 'canary' } }, ...stage.waves] }
    const placed = value(await placeGroups(world.cloud, aPolicy({ stages: [tagged] })))
    expect(placed.stages[0]?.waves.map(({ groups }) => groups.map((group) => group.name))).toEqual([['acme/default']])
    const question = { places: [world.at.place], ownerTags: [], known: new Map(), limits: new Map(), now: world.clock.wallNow() }
    const { machines } = await readFleet(world.cloud, question)
    expect(machines.filter(({ group }) => group === 'acme/default')).toHaveLength(3)
    const { events } = await roll(world.images.new)
    const request = world.request({ kind: 'check-fleet', stages: [stage] } as never, events, [])
    const [checked] = await createFleetCheck({ cloud: world.cloud })(request as never)
    expect(checked).toMatchObject({
      type: 'fleet.checked',
      unasked: [],
      exposed: [{ group: key }, { group: key }, { group: key }],
    })
  })
})

describe('the rights that are printed', () => {
  const weekly = aPolicy({ stages: [stage] })
  const arn = plainStage.role ?? ''
  const policies = () => {
    const { roles } = acmeRights({ families: [aFamily({ policies: { weekly, emergency: weekly } })] })
    return roles.find((role) => role.arn === arn)?.policies ?? []
  }

  test('let nothing be launched, made or refreshed, and only this parameter be written', () => {
    const said = JSON.stringify(policies())
    const statements = policies().flatMap(({ document }) => document.Statement)
    const written = statements.filter(({ Action }) => Action.includes('ssm:PutParameter')).flatMap(({ Resource }) => Resource)
    expect(written).toEqual([`arn:aws:ssm:eu-west-1:${plainStage.account}:parameter${name}`])
    expect(said).toContain(`arn:aws:ssm:eu-west-1:${plainStage.account}:parameter${name}"`)
    expect(said).toContain('"ssm:resourceTag/kubernetes.io/cluster/acme":["owned"]')
    expect(said).not.toMatch(/RunInstances|CreateLaunchTemplateVersion|StartInstanceRefresh|PassRole/)
  })

  test.each([
    [undefined, 'roll.finished'],
    ['ssm:GetParameter', 'roll.failed'],
    ['ssm:PutParameter', 'roll.failed'],
  ])('but for %s make a roll end as %s', async (missing, type) => {
    await hold(world.local, arn, without(policies(), missing))
    expect(lastOf(await roll(world.images.new))).toMatchObject({ type })
  })
})
