import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Action,
  decide,
  groupsOf,
  isBegun,
  type LedgerEvent,
  type Policy,
  type Release,
  type ReleaseEvent,
  replay,
  type StagePolicy,
  stepOfAction,
  timelineOf,
  tokenOf,
} from '../../pipeline/release/index.ts'
import {
  anOpening,
  aPolicy,
  aStage,
  aTarget,
  hourMs,
  httpTest,
  minuteMs,
  recordsOf,
  someFacts,
  testStart,
} from '../support/factories.ts'
import { failureOf, intentEventOf, successOf } from '../support/outcomes.ts'
import { createSeededRandom, type SeededRandom } from '../support/seeded-random.ts'

const facts = someFacts

/** Any way of any release: random policies, outcomes, orders, interruptions. */
test('whatever becomes of its actions, a release keeps its rules', () => {
  fc.assert(
    fc.property(policies, fc.integer(), fc.double({ min: 0, max: 0.3, noNaN: true }), (policy, seed, failureChance) => {
      const play = new Play(policy, createSeededRandom(seed), failureChance)
      for (let turn = 0; turn < 400 && play.turn(); turn++);
      expect(play.release().ending, 'it ends').toBeDefined()
      expectOneRollOfEachGroup(play.events)
      expectStagesInOrder(play.events, policy)
      expectWavesInOrder(play.events, policy)
      expectNothingAfterTheEnd(play.events)
    }),
    { numRuns: 300 },
  )
})

test('a release that is superseded at any moment begins nothing more, and leaves nothing begun', () => {
  fc.assert(
    fc.property(policies, fc.integer(), fc.nat(40), (policy, seed, turns) => {
      const play = new Play(policy, createSeededRandom(seed), 0.05)
      for (let turn = 0; turn < turns; turn++) play.turn()
      if (play.release().ending) return
      play.events.push(play.record({ type: 'release.superseded', by: 'web-2026.47.2' }))
      const before = play.events.length
      for (let turn = 0; turn < 400 && play.turn(); turn++);
      expect(decide(play.release(), facts, play.now)).toEqual({ kind: 'done', outcome: 'superseded' })
      expect(play.events.slice(before).filter(({ event }) => event.type.endsWith('.intended'))).toEqual([])
      expect(timelineOf(play.release()).filter(({ step, state }) => state === 'running' && !step.startsWith('soak'))).toEqual([])
    }),
    { numRuns: 200 },
  )
})

test('the same events always decide the same, however often they are read', () => {
  fc.assert(
    fc.property(policies, fc.integer(), (policy, seed) => {
      const play = new Play(policy, createSeededRandom(seed), 0.05)
      for (let turn = 0; turn < 400 && play.turn(); turn++);
      for (let length = 1; length <= play.events.length; length++) {
        const prefix = play.events.slice(0, length)
        expect(decide(replay(prefix), facts, play.now)).toEqual(decide(replay(structuredClone(prefix)), facts, play.now))
      }
    }),
    { numRuns: 50 },
  )
})

test('an intent without outcome leads to the same action with the same token', () => {
  fc.assert(
    fc.property(policies, fc.integer(), (policy, seed) => {
      const play = new Play(policy, createSeededRandom(seed), 0.05)
      for (let turn = 0; turn < 400 && play.turn(); turn++) {
        for (const action of play.actions()) {
          const token = tokenOf(play.release(), action)
          const intent = intentEventOf(action, token)
          if (!intent || isBegun(play.release(), action)) continue
          const crashed = replay([...play.events, play.record(intent)])
          const again = decide(crashed, facts, play.now)
          const same = again.kind === 'act' ? again.actions.find((one) => stepOfAction(one) === stepOfAction(action)) : undefined
          expect(same).toEqual(action)
          expect(tokenOf(crashed, action)).toBe(token)
          expect(isBegun(crashed, action)).toBe(true)
        }
      }
    }),
    { numRuns: 50 },
  )
})

const regions = ['eu-central-1', 'eu-west-1', 'us-east-1']

const waves = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...regions), fc.constantFrom('web', 'api', 'edge')), {
    minLength: 1,
    maxLength: 4,
    selector: (pair) => pair.join('/'),
  })
  .chain((groups) =>
    fc.integer({ min: 1, max: groups.length }).map((size) =>
      Array.from({ length: Math.ceil(groups.length / size) }, (_, index) => ({
        name: `wave-${index}`,
        groups: groups.slice(index * size, (index + 1) * size).map(([region, name]) => aTarget(`${region}/${name}`)),
      })),
    ),
  )

const stagePolicies = (name: string): fc.Arbitrary<StagePolicy> =>
  fc
    .record({
      waves,
      approval: fc.constantFrom('none' as const, 'required' as const),
      durationMs: fc.constantFrom(0, 5 * minuteMs, 20 * hourMs),
      testEveryMs: fc.constantFrom(0, 6 * hourMs),
      tests: fc.constantFrom([], [httpTest]),
      alarms: fc.constantFrom([], ['web-5xx']),
    })
    .map(({ waves, approval, ...soak }) => aStage(name, { waves, approval, soak }))

const policies: fc.Arbitrary<Policy> = fc
  .integer({ min: 1, max: 3 })
  .chain((count) => fc.tuple(...['prod', 'staging', 'dev'].slice(0, count).reverse().map(stagePolicies)))
  .map((stages) => aPolicy({ stages }))

/** Plays a release by its own decisions: each turn does a few of the actions, in any order, to any end, or waits. */
class Play {
  events: LedgerEvent[]
  now = testStart
  readonly #random: SeededRandom
  readonly #failureChance: number

  constructor(policy: Policy, random: SeededRandom, failureChance: number) {
    this.events = [...recordsOf([anOpening({ policy })])]
    this.#random = random
    this.#failureChance = failureChance
  }

  release(): Release {
    return replay(this.events)
  }

  actions(): readonly Action[] {
    const decision = decide(this.release(), facts, this.now)
    return decision.kind === 'act' ? decision.actions : []
  }

  record(event: ReleaseEvent): LedgerEvent {
    const [record] = recordsOf([event], { startAt: this.now, firstSequence: this.events.length + 1 })
    return record as LedgerEvent
  }

  /** False when there is nothing more to do. */
  turn(): boolean {
    const decision = decide(this.release(), facts, this.now)
    if (decision.kind === 'done') return false
    if (decision.kind === 'wait') {
      if (decision.until === undefined) this.#answer(decision.reason)
      else this.now = decision.until
      return true
    }
    const action = decision.actions[this.#random.below(decision.actions.length)] as Action
    this.now += this.#random.below(30 * minuteMs)
    this.#perform(action)
    return true
  }

  #perform(action: Action): void {
    const token = tokenOf(this.release(), action)
    const intent = intentEventOf(action, token)
    const begins = intent && !isBegun(this.release(), action)
    if (begins) this.events.push(this.record(intent))
    // Another action goes on first, or the runner dies here.
    if (begins && this.#random.chance(0.4)) return
    const events = this.#random.chance(this.#failureChance) ? failureOf(action, token) : successOf(action, token)
    for (const event of events) this.events.push(this.record(event))
  }

  #answer(reason: string): void {
    const stage = reason.replace('the approval of ', '')
    const type = this.#random.chance(0.1) ? 'approval.denied' : 'approval.granted'
    this.events.push(this.record({ type, stage, by: 'Ben', reason: 'seen' }))
  }
}

function expectOneRollOfEachGroup(events: readonly LedgerEvent[]): void {
  const rolled = events.flatMap(({ event }) => (event.type === 'roll.intended' ? [JSON.stringify(event.group)] : []))
  expect(rolled).toEqual([...new Set(rolled)])
}

/** No stage is rolled before every earlier one has soaked its whole time and passed its tests. */
function expectStagesInOrder(events: readonly LedgerEvent[], policy: Policy): void {
  for (const [index, stage] of policy.stages.entries()) {
    const firstRoll = events.find(({ event }) => event.type === 'roll.intended' && event.group.stage === stage.name)
    if (!firstRoll) continue
    for (const earlier of policy.stages.slice(0, index)) {
      const before = events.filter(({ sequence }) => sequence < firstRoll.sequence)
      const lastRoll = before.findLast(({ event }) => event.type === 'roll.finished' && event.group.stage === earlier.name)
      expect(Date.parse(firstRoll.at)).toBeGreaterThanOrEqual(Date.parse(lastRoll?.at ?? '') + earlier.soak.durationMs)
      const tests = before.flatMap(({ event }) => (event.type === 'test.finished' && event.stage === earlier.name ? [event] : []))
      expect(tests.every(({ ok }) => ok)).toBe(true)
      if (earlier.soak.tests.length > 0) {
        expect(tests.some(({ round }) => round === 'start')).toBe(true)
        expect(tests.some(({ round }) => round === 'end')).toBe(earlier.soak.durationMs > 0)
      }
    }
    if (stage.approval === 'required') {
      const granted = events.find(({ event }) => event.type === 'approval.granted' && event.stage === stage.name)
      expect(granted?.sequence).toBeLessThan(firstRoll.sequence)
    }
  }
}

function expectWavesInOrder(events: readonly LedgerEvent[], policy: Policy): void {
  const find = (type: 'roll.intended' | 'roll.finished', stage: string, region: string, group: string) =>
    events.find(
      ({ event }) =>
        event.type === type && event.group.stage === stage && event.group.region === region && event.group.group === group,
    )
  for (const { name: stage, waves } of policy.stages) {
    for (const [index, wave] of waves.entries()) {
      for (const { region, name } of wave.groups) {
        const intent = find('roll.intended', stage, region, name)
        if (!intent) continue
        for (const earlier of waves.slice(0, index).flatMap(({ groups }) => groups)) {
          const finished = find('roll.finished', stage, earlier.region, earlier.name)
          expect(finished?.sequence).toBeLessThan(intent.sequence)
        }
      }
    }
  }
  expect(policy.stages.flatMap(groupsOf).length).toBeGreaterThan(0)
}

function expectNothingAfterTheEnd(events: readonly LedgerEvent[]): void {
  const end = events.findIndex(({ event }) => event.type.startsWith('release.') && event.type !== 'release.opened')
  expect(end).toBe(events.length - 1)
}
