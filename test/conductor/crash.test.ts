import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { advance } from '../../pipeline/conductor/index.ts'
import { type LedgerEvent, releasesOf, stepOfEvent } from '../../pipeline/release/index.ts'
import { aConductor, type TestConductor } from '../support/conductor-context.ts'
import { anOpening, recordsOf, testReleaseId } from '../support/factories.ts'
import { ledgerOf, type MemoryLedger } from '../support/memory-ledger.ts'
import { createScriptedWorld } from '../support/scripted-performers.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

class Killed extends Error {}

const watch = { watch: true }

describe('a runner that is killed at an append', () => {
  test.each(['before', 'after'] as const)('%s any one of them: the next one finishes, nothing is done twice', async (moment) => {
    const appends = await countAppends()
    for (let fatal = 1; fatal <= appends; fatal++) {
      const context = aConductor({ ledger: await ledgerOf(recordsOf([anOpening()])) })
      const outcome = await advanceThroughDeaths(context, (count, when) => count === fatal && when === moment)
      expect(outcome.kind).toBe('done')
      expectOneAttemptEach(context)
      expect(outcomesByStep(context.ledger.records).filter(([, count]) => count > 1)).toEqual([])
    }
  })

  test('again and again, wherever it happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const random = createSeededRandom(seed)
        const context = aConductor({ ledger: await ledgerOf(recordsOf([anOpening()])) })
        const outcome = await advanceThroughDeaths(context, () => random.chance(0.15))
        expect(outcome.kind).toBe('done')
        expectOneAttemptEach(context)
      }),
      { numRuns: 25 },
    )
  })
})

describe('two runners at one release', () => {
  test('finish it together, and leave one outcome of each step', async () => {
    const ledger = await ledgerOf(recordsOf([anOpening()]))
    const clock = createVirtualClock()
    const world = createScriptedWorld()
    const runners = ['ada@example', 'ben@example'].map((runner) => aConductor({ ledger, clock, world, runner }))
    const outcomes = await Promise.all(runners.map((context) => advance(context, testReleaseId, watch)))
    expect(outcomes.map(({ kind }) => kind)).toEqual(['done', 'done'])
    expect(world.acts.filter(({ step }) => step === 'bake')).toHaveLength(1)
    expect(outcomesByStep(ledger.records).filter(([, count]) => count > 1)).toEqual([])
  })

  test('of which one dies in the bake: the other waits its time, then takes over with the same token', async () => {
    const ledger = await ledgerOf(recordsOf([anOpening()]))
    const clock = createVirtualClock()
    const world = createScriptedWorld()
    const dead = aConductor({ ledger, clock, world, runner: 'ada@example' })
    killAt(ledger, (count, when) => count === 2 && when === 'before')
    await expect(advance(dead, testReleaseId, watch)).rejects.toThrow(Killed)
    ledger.onAppend = () => undefined
    const heir = aConductor({ ledger, clock, world, runner: 'ben@example' })
    expect((await advance(heir, testReleaseId, { watch: false })).kind).toBe('not-yet')
    expect((await advance(heir, testReleaseId, watch)).kind).toBe('done')
    expect(world.acts.filter(({ step }) => step === 'bake')).toHaveLength(1)
  })
})

async function countAppends(): Promise<number> {
  const ledger = await ledgerOf(recordsOf([anOpening()]))
  await advance(aConductor({ ledger }), testReleaseId, watch)
  return ledger.records.length - 1
}

/** Advances again after every death, as the user or cron would. */
async function advanceThroughDeaths(context: TestConductor, isFatal: (count: number, when: 'before' | 'after') => boolean) {
  killAt(context.ledger, isFatal)
  for (;;) {
    try {
      return await advance(context, testReleaseId, watch)
    } catch (error) {
      if (!(error instanceof Killed)) throw error
    }
  }
}

function killAt(ledger: MemoryLedger, isFatal: (count: number, when: 'before' | 'after') => boolean): void {
  let count = 0
  ledger.onAppend = (when) => {
    if (when === 'before') count++
    if (isFatal(count, when)) throw new Killed()
  }
}

function expectOneAttemptEach({ world }: TestConductor): void {
  const steps = world.acts.map(({ step }) => step)
  expect(steps).toEqual([...new Set(steps)])
}

/** How many outcomes the ledger holds of each step; a round of tests that was cut short is simply run again, so it does not count. */
function outcomesByStep(records: readonly LedgerEvent[]): readonly (readonly [string, number])[] {
  const [release] = releasesOf(records)
  expect(release?.ending?.kind).toBe('finished')
  const counts = new Map<string, number>()
  for (const { event } of records) {
    if (event.type === 'test.finished' || !/\.(finished|failed)$/.test(event.type)) continue
    const step = stepOfEvent(event)
    counts.set(step, (counts.get(step) ?? 0) + 1)
  }
  return [...counts]
}
