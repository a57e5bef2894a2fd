// Conductor, promotion, roll and AWS adapter as they are, over the local cloud with simulated machines, in virtual time and
// with seeded faults: throttled requests, lost answers, runners that die. A failing property names its seed.

import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { type AdvanceOutcome, advance } from '../../pipeline/conductor/index.ts'
import type { Cloud } from '../../pipeline/ports/index.ts'
import { groupsOf, type Policy, type Release, releasesOf } from '../../pipeline/release/index.ts'
import type { TestConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, recordsOf, testReleaseId } from '../support/factories.ts'
import { ledgerOf } from '../support/memory-ledger.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { aConductorOn } from './conductor.ts'
import { type SimulatedCloud, simulateCloud } from './local-cloud.ts'

const faults = { throttled: 0.05, reset: 0, broken: 0, lost: 0.03, death: 0.04 }

describe('a release in a cloud that throttles and loses answers, by runners that die', { timeout: 300_000 }, () => {
  test('reaches production; nothing is made twice and no group loses capacity', () =>
    forSeeds(3, async (world) => {
      expect(endOf(await world.advance())).toBe('done')
      await expectEveryGroupOn('release', world)
      expectCapacityKept(world)
      expect(world.release().fleet, 'every machine was looked at').toMatchObject({ exposed: [], unasked: [] })
      expect(world.cloud.answered.get('StartInstanceRefresh'), 'refreshes').toBe(groupCount)
      expect(await world.ownImages(), 'the baked image and its copy').toBe(2)
    }))

  test('reaches production also when two runners are at it all the time', () =>
    forSeeds(2, async (world) => {
      const ends = await Promise.all([world.advance('ada@example'), world.advance('ben@example')])
      expect(ends.map(endOf)).toEqual(['done', 'done'])
      await expectEveryGroupOn('release', world)
      expectCapacityKept(world)
      expect(world.cloud.answered.get('StartInstanceRefresh'), 'refreshes').toBe(groupCount)
      expect(await world.ownImages(), 'the baked image and its copy').toBe(2)
    }))

  test('with an image that does not come up ends as failed, and its group is back on what it ran', () =>
    forSeeds(2, async (world) => {
      world.cloud.breakBakedImage()
      expect(endOf(await world.advance())).toMatch(/^failed: the roll of eu-central-1\/web in dev failed: /)
      await expectEveryGroupOn('old image', world)
      expectCapacityKept(world)
      expect(world.release().rolls).toHaveLength(1)
    }))

  test('that fails a test in its soak takes the stage back, and comes to no other', () =>
    forSeeds(2, async (world) => {
      world.answerStatus = 503
      expect(endOf(await world.advance())).toMatch(/^refused: the test "home page" failed in dev: /)
      await expectEveryGroupOn('old image', world)
      expectCapacityKept(world)
      expect(world.release().rolls.map(({ undo }) => undo.state)).toEqual(['finished'])
    }))
})

class Killed extends Error {}

interface World {
  readonly cloud: SimulatedCloud
  /** What the machines' web server answers. */
  answerStatus: number
  /** Advances again after every death, as cron would; the ledger must be whole at the end. */
  advance(runner?: string): Promise<AdvanceOutcome>
  release(): Release
  /** Images of our own in all regions. */
  ownImages(): Promise<number>
}

const policy = aPolicy()
const groupCount = policy.stages.flatMap(groupsOf).length
const open: SimulatedCloud[] = []

afterEach(async () => {
  for (const cloud of open.splice(0)) await cloud.close()
})

function forSeeds(numRuns: number, check: (world: World) => Promise<void>): Promise<void> {
  const property = fc.asyncProperty(fc.integer(), async (seed) => check(await aWorld(seed)))
  return fc.assert(property, { numRuns, endOnFailure: true })
}

async function aWorld(seed: number): Promise<World> {
  const random = createSeededRandom(seed)
  // Requests are signed by the wall clock, so the simulation begins there; soaks then run ahead of it, as in a rehearsal.
  const clock = createVirtualClock({ startAt: Date.now(), wallNow: () => Date.now() })
  const cloud = await simulateCloud(policy, clock, random, faults)
  open.push(cloud)
  const ledger = await ledgerOf(recordsOf([{ ...anOpening(), fixes: ['CVE-2026-0001'] }], { startAt: clock.now() }))
  ledger.onAppend = () => {
    if (random.chance(faults.death)) throw new Killed()
  }
  const world: World = {
    cloud,
    answerStatus: 200,
    release: () => releasesOf(ledger.records)[0] as Release,
    ownImages: () => ownImages(cloud.cloud, policy),
    advance: async (runner = 'ada@example') => {
      const outcome = await advanceThroughDeaths({ ...context, runner })
      expect(await ledger.verify()).toMatchObject({ ok: true, records: ledger.records.length })
      return outcome
    },
  }
  const context = aConductorOn(cloud, { ledger, clock, answerStatus: () => world.answerStatus })
  return world
}

async function advanceThroughDeaths(context: TestConductor): Promise<AdvanceOutcome> {
  for (;;) {
    try {
      return await advance(context, testReleaseId, { watch: true })
    } catch (error) {
      if (!(error instanceof Killed)) throw error
    }
  }
}

async function ownImages(cloud: Cloud, { home }: Policy): Promise<number> {
  let count = 0
  for (const region of ['eu-central-1', 'eu-west-1']) {
    const found = await cloud.at({ ...home, region }).findImages({ owners: ['self'] })
    count += found.ok ? found.value.length : Number.NaN
  }
  return count
}

/** With the cause, so that a failing seed says why. */
function endOf(outcome: AdvanceOutcome): string {
  if (outcome.kind === 'failed') return `failed: ${outcome.cause}`
  return outcome.kind === 'refused' ? `refused: ${outcome.reasons.join('; ')}` : outcome.kind
}

async function expectEveryGroupOn(wanted: 'release' | 'old image', { cloud, release }: World): Promise<void> {
  const { bake, copies } = release()
  const baked = bake.state === 'finished' ? bake.result.images.map(({ imageId }) => imageId) : []
  const released = new Set([...baked, ...copies.flatMap(({ imageId }) => imageId ?? [])])
  const { groups, instances } = await cloud.status()
  expect(groups.map(({ desired, inService }) => inService - desired)).toEqual(groups.map(() => 0))
  const running = instances.filter(({ state }) => state === 'running')
  const astray = running.filter(({ imageId }) => released.has(imageId) !== (wanted === 'release'))
  expect(astray).toEqual([])
}

function expectCapacityKept({ cloud }: World): void {
  expect(Object.fromEntries(cloud.fewestInService)).toEqual(
    Object.fromEntries([...cloud.fewestInService.keys()].map((key) => [key, 3])),
  )
}
