import { describe, expect, test } from 'vitest'
import { advance, planOf } from '../../pipeline/conductor/index.ts'
import { type Action, type ReleaseEvent, releasesOf, tokenOf } from '../../pipeline/release/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import {
  anOpening,
  aPolicy,
  aSoakPolicy,
  aStage,
  aTarget,
  hourMs,
  minuteMs,
  recordsOf,
  scanCounts,
  testReleaseId,
  testStart,
} from '../support/factories.ts'
import { ledgerOf } from '../support/memory-ledger.ts'
import { rollIntent } from '../support/outcomes.ts'
import { createScriptedWorld } from '../support/scripted-performers.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const opened = (opening = anOpening()) => ledgerOf(recordsOf([opening]))
const watch = { watch: true }

describe('a release with nothing in its way', () => {
  test('is taken to its end by a watcher, each step once', async () => {
    const context = aConductor({ ledger: await opened() })
    const outcome = await advance(context, testReleaseId, watch)
    expect(outcome.kind).toBe('done')
    expect(context.world.acts.map(({ step }) => step)).toEqual([
      'bake',
      'verify',
      expect.stringMatching(/^share ami-\w+ with 222222222222$/),
      'copy to eu-west-1 (x86_64)',
      'roll eu-central-1/web in dev',
      'tests in dev (start)',
      'tests in dev (end)',
      expect.stringMatching(/^share ami-\w+ with 333333333333$/),
      'roll eu-central-1/web in staging',
      'tests in staging (start)',
      'tests in staging (end)',
      expect.stringMatching(/^share ami-\w+ with 444444444444$/),
      expect.stringMatching(/^share ami-\w+ with 444444444444$/),
      'roll eu-west-1/web-canary in prod',
      'roll eu-west-1/web in prod',
      'roll eu-central-1/web in prod',
      'tests in prod (start)',
      'tests in prod (end)',
      'look at the fleet',
    ])
    expect(context.ledger.records.at(-1)?.event.type).toBe('release.finished')
  })

  test('counts the time to production up to the end of its last roll, not of its soak', async () => {
    const ledger = await opened()
    await advance(aConductor({ ledger }), testReleaseId, watch)
    const [release] = releasesOf(ledger.records)
    const lastRoll = ledger.records.findLast(({ event }) => event.type === 'roll.finished')
    expect(release?.ending).toMatchObject({
      kind: 'finished',
      openToProductionMs: Date.parse(lastRoll?.at ?? '') - testStart,
    })
  })

  test('stops at a soak when nobody watches, and says until when', async () => {
    const ledger = await opened()
    const context = aConductor({ ledger })
    const outcome = await advance(context, testReleaseId, { watch: false })
    const devRoll = ledger.records.find(({ event }) => event.type === 'roll.finished')
    expect(outcome).toMatchObject({
      kind: 'not-yet',
      until: Date.parse(devRoll?.at ?? '') + 4 * hourMs,
      reason: 'the soak in dev',
    })
  })

  test('goes on where it stopped once the time has come', async () => {
    const ledger = await opened()
    const clock = createVirtualClock()
    const context = aConductor({ ledger, clock })
    let calls = 0
    for (; calls < 10; calls++) {
      const outcome = await advance(context, testReleaseId, { watch: false })
      if (outcome.kind !== 'not-yet') break
      clock.advance((outcome.until ?? 0) - clock.now())
    }
    expect(calls).toBe(3)
    expect(releasesOf(ledger.records)[0]?.ending?.kind).toBe('finished')
  })
})

describe('side by side', () => {
  test('a short soak ends and the next stage is rolled while a slow copy is still being made', async () => {
    const policy = aPolicy({
      stages: [
        aStage('dev', { soak: aSoakPolicy({ durationMs: 5 * minuteMs }) }),
        aStage('prod', { soak: aSoakPolicy({ durationMs: 0 }), waves: [{ name: 'all', groups: [aTarget('eu-west-1/web')] }] }),
      ],
    })
    const tookMs = (action: Action) => (action.kind === 'copy' ? 2 * hourMs : minuteMs)
    const ledger = await opened(anOpening({ policy }))
    await advance(aConductor({ ledger, world: createScriptedWorld({ tookMs }) }), testReleaseId, watch)
    const at = (type: ReleaseEvent['type']) => ledger.records.findIndex(({ event }) => event.type === type)
    expect(at('soak.finished')).toBeGreaterThan(0)
    expect(at('soak.finished')).toBeLessThan(at('copy.finished'))
  })

  test('the groups of one wave are rolled at the same time', async () => {
    const groups = [aTarget('eu-central-1/a'), aTarget('eu-central-1/b')]
    const policy = aPolicy({ stages: [aStage('dev', { waves: [{ name: 'all', groups }] })] })
    const context = aConductor({ ledger: await opened(anOpening({ policy })) })
    await advance(context, testReleaseId, watch)
    const rolls = context.world.acts.filter(({ step }) => step.startsWith('roll'))
    expect(rolls.map(({ step }) => step)).toEqual(['roll eu-central-1/a in dev', 'roll eu-central-1/b in dev'])
    expect(rolls[0]?.at).toBe(rolls[1]?.at)
  })
})

describe('failures', () => {
  test.each<[Action['kind'], 'failed' | 'refused']>([
    ['bake', 'failed'],
    ['verify', 'refused'],
    ['copy', 'failed'],
    ['share', 'failed'],
    ['roll', 'failed'],
    ['test', 'refused'],
  ])('a failing %s ends the release as %s, with the cause in the ledger', async (kind, ending) => {
    const world = createScriptedWorld({ fails: (action) => action.kind === kind })
    const context = aConductor({ ledger: await opened(), world })
    const outcome = await advance(context, testReleaseId, watch)
    expect(outcome.kind).toBe(ending)
    expect(context.ledger.records.at(-1)?.event.type).toBe(`release.${ending}`)
  })

  test('a copy that fails once is made again', async () => {
    const world = createScriptedWorld({ fails: (action, attempt) => action.kind === 'copy' && attempt === 1 })
    const context = aConductor({ ledger: await opened(), world })
    expect((await advance(context, testReleaseId, watch)).kind).toBe('done')
    const copies = world.acts.filter(({ step }) => step.startsWith('copy'))
    expect(new Set(copies.map(({ token }) => token)).size).toBe(2)
  })

  test('a performer that throws lets the others stop, and its error through', async () => {
    const world = createScriptedWorld()
    const context = aConductor({ ledger: await opened(), world })
    const performers = {
      ...world.performers,
      share: async () => {
        throw new Error('a bug')
      },
    }
    await expect(advance({ ...context, performers }, testReleaseId, watch)).rejects.toThrow('a bug')
    const atThrow = context.ledger.records.length
    await context.clock.pause(hourMs)
    expect(context.ledger.records.length).toBe(atThrow)
  })

  test('an interruption is thrown when the running steps have stopped', async () => {
    const controller = new AbortController()
    const context = aConductor({ ledger: await opened(), signal: controller.signal })
    const advancing = advance(context, testReleaseId, watch)
    await context.clock.pause(minuteMs / 2)
    controller.abort(new Error('interrupted'))
    await expect(advancing).rejects.toThrow('interrupted')
    expect(context.ledger.records.map(({ event }) => event.type)).toEqual(['release.opened', 'bake.intended'])
  })
})

/** An emergency that has superseded a weekly release in the middle of its last roll. */
async function supersededMidRoll() {
  const stages = [aStage('prod', { soak: aSoakPolicy({ durationMs: 0 }) })]
  const group = { stage: 'prod', region: 'eu-central-1', group: 'web' }
  const opening = anOpening({ policy: aPolicy({ stages }) })
  const image = { architecture: 'x86_64', imageId: 'ami-weekly', name: 'web', region: 'eu-central-1' } as const
  const ledger = await ledgerOf([
    ...recordsOf([
      opening,
      { type: 'bake.finished', images: [image], before: scanCounts(), after: scanCounts(), evidence: [] },
      { type: 'verify.finished', verdict: 'pass', reasons: [], counts: scanCounts(), evidence: [] },
      { type: 'share.finished', region: 'eu-central-1', account: '444444444444', imageId: 'ami-weekly' },
      rollIntent(group, 'ami-weekly', 'weekly-token'),
    ]),
    ...recordsOf([anOpening({ ...opening, lane: 'emergency' })], { release: 'web-2026.47.2', firstSequence: 6 }),
    ...recordsOf([{ type: 'release.superseded', by: 'web-2026.47.2' }], { firstSequence: 7 }),
  ])
  return { ledger, weekly: testReleaseId }
}

test('an emergency follows the roll that the release it superseded has left, then rolls the group itself', async () => {
  const { ledger, weekly } = await supersededMidRoll()
  const tookMs = (action: Action) => (action.kind === 'roll' ? 2 * hourMs : minuteMs)
  const context = aConductor({ ledger, world: createScriptedWorld({ tookMs }) })
  expect((await advance(context, 'web-2026.47.2', watch)).kind).toBe('done')
  const rolls = ledger.records.filter(({ event }) => event.type === 'roll.intended' || event.type === 'roll.finished')
  expect(rolls.map(({ release, event }) => [release, event.type])).toEqual([
    [weekly, 'roll.intended'],
    [weekly, 'roll.finished'],
    ['web-2026.47.2', 'roll.intended'],
    ['web-2026.47.2', 'roll.finished'],
  ])
})

test('what is wrong with a release that an emergency superseded is told, and is not what became of the emergency', async () => {
  const stages = [aStage('prod', { soak: aSoakPolicy({ durationMs: 0 }) })]
  const opening = anOpening({ policy: aPolicy({ stages }) })
  const ledger = await ledgerOf([
    ...recordsOf([opening, { type: 'bake.intended', token: 'weekly-token' }]),
    ...recordsOf([anOpening({ ...opening, lane: 'emergency' })], { release: 'web-2026.47.2', firstSequence: 3 }),
  ])
  const context = aConductor({ ledger })
  const bake: typeof context.performers.bake = async (request) => {
    if (request.release.id === testReleaseId) throw new Error('its work folder is gone')
    return context.performers.bake(request)
  }
  const failing = { ...context, performers: { ...context.performers, bake } }
  expect((await advance(failing, 'web-2026.47.2', watch)).kind).toBe('done')
  const lines = context.progress.flatMap((one) => (one.kind === 'log' && one.step === 'advance' ? [one.line] : []))
  expect(lines).toEqual([`${testReleaseId} goes no further: its work folder is gone`])
  await expect(advance(failing, testReleaseId, watch)).rejects.toThrow('its work folder is gone')
})

test('a watcher tries again what went wrong with a release it waits for, and tells of the same fault once', async () => {
  const { ledger, weekly } = await supersededMidRoll()
  const context = aConductor({ ledger })
  let faults = 3
  const roll: typeof context.performers.roll = async (request) => {
    if (request.release.id === weekly && faults-- > 0) throw new Error('the network is down')
    return context.performers.roll(request)
  }
  const failing = { ...context, performers: { ...context.performers, roll } }
  expect((await advance(failing, 'web-2026.47.2', watch)).kind).toBe('done')
  const lines = context.progress.flatMap((one) => (one.kind === 'log' && one.step === 'advance' ? [one.line] : []))
  expect(lines).toEqual([`${weekly} goes no further: the network is down`])
  expect(faults).toBe(-1)
})

test('one that does not watch leaves it at the first fault', async () => {
  const { ledger, weekly } = await supersededMidRoll()
  const context = aConductor({ ledger })
  let rolls = 0
  const roll: typeof context.performers.roll = async (request) => {
    if (request.release.id !== weekly) return context.performers.roll(request)
    rolls++
    throw new Error('the network is down')
  }
  const failing = { ...context, performers: { ...context.performers, roll } }
  expect((await advance(failing, 'web-2026.47.2', { watch: false })).kind).toBe('not-yet')
  expect(rolls).toBe(1)
})

test('an emergency whose runner was killed before it ended the others ends them when it is advanced', async () => {
  const stages = [aStage('prod', { soak: aSoakPolicy({ durationMs: 0 }) })]
  const opening = anOpening({ policy: aPolicy({ stages }) })
  const ledger = await ledgerOf([
    ...recordsOf([opening]),
    ...recordsOf([anOpening({ ...opening, lane: 'emergency' })], { release: 'web-2026.47.2', firstSequence: 2 }),
  ])
  expect((await advance(aConductor({ ledger }), 'web-2026.47.2', watch)).kind).toBe('done')
  const ofWeekly = ledger.records.filter(({ release }) => release === testReleaseId)
  expect(ofWeekly.map(({ event }) => event)).toEqual([expect.anything(), { type: 'release.superseded', by: 'web-2026.47.2' }])
})

test('an emergency does not wait for what another runner may still be baking for a release it superseded', async () => {
  const stages = [aStage('prod', { soak: aSoakPolicy({ durationMs: 0 }) })]
  const opening = anOpening({ policy: aPolicy({ stages }) })
  const ledger = await ledgerOf([
    ...recordsOf([opening, { type: 'bake.intended', token: 'weekly-token' }]),
    ...recordsOf([anOpening({ ...opening, lane: 'emergency' })], { release: 'web-2026.47.2', firstSequence: 3 }),
  ])
  const context = aConductor({ ledger, runner: 'grace@example' })
  expect((await advance(context, 'web-2026.47.2', watch)).kind).toBe('done')
  expect(context.clock.now() - testStart).toBeLessThan(hourMs)
})

describe('planOf', () => {
  test('says what would be done, and leaves nothing', async () => {
    const context = aConductor({ ledger: await opened() })
    const decision = await planOf(context, testReleaseId)
    expect(decision).toMatchObject({ kind: 'act', actions: [{ kind: 'bake' }] })
    expect(context.ledger.records).toHaveLength(1)
    expect(context.world.acts).toEqual([])
  })
})

describe('progress', () => {
  test('tells each step’s start, signs of life and end, with the time it took', async () => {
    const context = aConductor({ ledger: await opened() })
    await advance(context, testReleaseId, { watch: false })
    const ofBake = context.progress.filter(
      (one) =>
        (one.kind === 'step-started' && one.step === 'bake') ||
        (one.kind === 'step-ended' && one.step === 'bake') ||
        (one.kind === 'heartbeat' && one.steps[0]?.step === 'bake'),
    )
    const kinds = ofBake.map(({ kind }) => kind)
    expect(kinds[0]).toBe('step-started')
    expect(kinds.filter((kind) => kind === 'heartbeat').length).toBeGreaterThan(10)
    expect(ofBake.at(-1)).toMatchObject({ kind: 'step-ended', outcome: 'passed', tookMs: minuteMs })
  })
})

test('a token names one attempt at one step of one release', () => {
  const [first] = releasesOf(recordsOf([anOpening()]))
  const [second] = releasesOf(recordsOf([anOpening()], { firstSequence: 2 }))
  const bake: Action = { kind: 'bake', bases: [] }
  if (!first || !second) throw new Error('two releases')
  expect(tokenOf(first, bake)).toMatch(/^[0-9a-f]{32}$/)
  expect(tokenOf(first, bake)).not.toBe(tokenOf(first, { kind: 'verify' }))
  expect(tokenOf(first, bake)).not.toBe(tokenOf(second, bake))
})
