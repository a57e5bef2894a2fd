// The emergency hour for real: what a release was projected to take, and what it took, over one simulated cloud in virtual time.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { advance, openUndo } from '../../pipeline/conductor/index.ts'
import {
  atOpening,
  inputFor,
  type Policy,
  type ProjectionInput,
  project,
  type Release,
  releasesOf,
  type StagePolicy,
} from '../../pipeline/release/index.ts'
import { countMachines } from '../../pipeline/roll/index.ts'
import type { TestConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, aRollPolicy, aSoakPolicy, aStage, aTarget, httpTest, minuteMs } from '../support/factories.ts'
import { appendEvent, createMemoryLedger } from '../support/memory-ledger.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { aConductorOn } from './conductor.ts'
import { type SimulatedCloud, simulateCloud } from './local-cloud.ts'

/** How far a projection may be from what comes: with a history of its own lane, and of one that rolls otherwise. */
const margins = { own: 0.05, other: 0.1 }

const weekly = aPolicy({ stages: stages(aSoakPolicy({ durationMs: 60 * minuteMs, tests: [httpTest] }), aRollPolicy()) })
const oneByOne = aRollPolicy({ minHealthyPercentage: 50, maxHealthyPercentage: 100, instanceWarmupMs: minuteMs })
const emergency: Policy = {
  ...weekly,
  lane: 'emergency',
  withinMs: 60 * minuteMs,
  stages: stages(aSoakPolicy({ durationMs: 5 * minuteMs, tests: [httpTest] }), oneByOne),
}

function stages(soak: StagePolicy['soak'], roll: ReturnType<typeof aRollPolicy>): readonly StagePolicy[] {
  const target = (name: string) => aTarget(name, { roll, withoutHealth: 'an undo runs no tests' })
  return [
    aStage('dev', { soak, waves: [{ name: 'all', groups: [target('eu-central-1/web')] }] }),
    aStage('prod', {
      soak,
      waves: [
        { name: 'canary', groups: [target('eu-west-1/web')] },
        { name: 'main', groups: [target('eu-central-1/web')] },
      ],
    }),
  ]
}

let cloud: SimulatedCloud
let conductor: TestConductor

beforeEach(async () => {
  const clock = createVirtualClock({ startAt: Date.now(), wallNow: () => Date.now() })
  cloud = await simulateCloud(weekly, clock, createSeededRandom(1), { throttled: 0, reset: 0, broken: 0, lost: 0 })
  conductor = aConductorOn(cloud, { ledger: createMemoryLedger(), clock, answerStatus: () => 200 })
})
afterEach(() => cloud.close())

async function released(id: string, policy: Policy, over: { readonly drill?: true } = {}): Promise<Release> {
  const machines = await countMachines(cloud.cloud, policy)
  const opening = { ...anOpening({ policy, machines, ...over }), lane: policy.lane, reason: 'test' }
  await appendEvent(conductor.ledger, id, opening, conductor.clock.now())
  expect(await advance(conductor, id, { watch: true })).toMatchObject({ kind: 'done' })
  return theRelease(id)
}

function theRelease(id: string): Release {
  const found = releasesOf(conductor.ledger.records).find((release) => release.id === id)
  if (!found) throw new Error(`there is no ${id}`)
  return found
}

function inputOf(release: Release, now = release.openedAt.at): ProjectionInput {
  return inputFor(release, releasesOf(conductor.ledger.records), now)
}

function projectedMs(release: Release): number {
  return project(atOpening(inputOf(release))).end - release.openedAt.at
}

function tookMs({ ending }: Release): number {
  return ending?.kind === 'finished' ? ending.openToProductionMs : Number.NaN
}

function error(release: Release): number {
  return Math.abs(projectedMs(release) - tookMs(release)) / tookMs(release)
}

function told(release: Release): string {
  return `projected ${projectedMs(release) / minuteMs} minutes, took ${tookMs(release) / minuteMs}`
}

describe('an emergency release', { timeout: 120_000 }, () => {
  test('takes what those before it let expect: a weekly one, which rolls otherwise, and then one of its own lane', async () => {
    await released('web-2026.47.1', weekly)
    const [second, third] = [await released('web-2026.47.2', emergency), await released('web-2026.47.3', emergency)]
    expect(second.machines.size).toBe(3)
    expect(error(second), told(second)).toBeLessThan(margins.other)
    expect(error(third), told(third)).toBeLessThan(margins.own)
  })

  test('once it is over, stands in its projection as it was, to the millisecond', async () => {
    const release = await released('web-2026.47.1', emergency)
    expect(project(inputOf(release, conductor.clock.now())).end - release.openedAt.at).toBe(tookMs(release))
    expect(project(inputOf(release, conductor.clock.now())).steps.every(({ state }) => state === 'ended')).toBe(true)
  })

  test('is told to be earlier while its steps take less than was expected, and never to be late', async () => {
    await released('web-2026.47.1', emergency)
    const moves = conductor.progress.flatMap((progress) => (progress.kind === 'projected' ? [progress.movedMs] : []))
    // Without a history, bake, verification and copy are expected to take long.
    expect(moves[0]).toBeUndefined()
    expect(moves.slice(1).every((movedMs) => movedMs !== undefined && Math.abs(movedMs) > minuteMs)).toBe(true)
    expect(moves.slice(1).reduce<number>((sum, movedMs) => sum + (movedMs ?? 0), 0)).toBeLessThan(-10 * minuteMs)
    expect(theRelease('web-2026.47.1').lateSince).toBeUndefined()
  })

  test('that cannot keep its hour says so once, with what made it late and what would buy most', async () => {
    await released('web-2026.47.1', weekly)
    const first = emergency.stages.map((stage) =>
      stage.name === 'dev' ? { ...stage, soak: { ...stage.soak, durationMs: 20 * minuteMs } } : stage,
    )
    const release = await released('web-2026.47.2', { ...emergency, withinMs: 25 * minuteMs, stages: first })
    const events = conductor.ledger.records.flatMap(({ event }) => (event.type === 'projection.late' ? [event] : []))
    expect(events).toMatchObject([{ step: 'soak in dev', lever: { limit: 'the soak in dev (20m)' } }])
    expect(release.lateSince?.at).toBe(release.openedAt.at)
    expect(conductor.told.filter(({ headline }) => headline.includes('will not be in production within 25m'))).toHaveLength(1)
  })
})

describe('a drill', { timeout: 120_000 }, () => {
  test('moves the machines of the first stage only, and an undo of that stage takes them back to what is in production', async () => {
    const first = await released('web-2026.47.1', weekly)
    const drill = await released('web-2026.47.2', { ...emergency, stages: emergency.stages.slice(0, 1) }, { drill: true })
    expect(await machinesOn(first, drill)).toEqual({ 'web-2026.47.1': 6, 'web-2026.47.2': 3 })
    const back = { scope: { family: 'web', stage: 'dev' }, to: undefined, reason: 'the drill is over', rehearsal: false }
    const undone = await openUndo(conductor, back)
    expect(undone.returnsTo?.release).toBe('web-2026.47.1')
    expect(await advance(conductor, undone.id, { watch: true })).toMatchObject({ kind: 'done' })
    expect(await machinesOn(first, drill)).toEqual({ 'web-2026.47.1': 9 })
  })
})

function imagesOf({ bake, copies }: Release): readonly string[] {
  const baked = bake.state === 'finished' ? bake.result.images.map(({ imageId }) => imageId) : []
  return [...baked, ...copies.flatMap(({ imageId }) => imageId ?? [])]
}

/** How many of the running machines are on each of the releases; `other` on neither. */
async function machinesOn(...releases: readonly Release[]): Promise<Readonly<Record<string, number>>> {
  const running = (await cloud.status()).instances.filter(({ state }) => state === 'running')
  const names = running.map(({ imageId }) => releases.find((one) => imagesOf(one).includes(imageId))?.id ?? 'other')
  return Object.fromEntries([...new Set(names)].map((name) => [name, names.filter((other) => other === name).length]))
}
