import { describe, expect, test } from 'vitest'
import { parseDuration } from '../../../pipeline/kernel/index.ts'
import {
  causeOf,
  estimatesFrom,
  isLate,
  leversOf,
  type Policy,
  type ProjectionInput,
  project,
  type Release,
  type ReleaseEvent,
} from '../../../pipeline/release/index.ts'
import { atOpening, inputFor } from '../../../pipeline/release/projection/projection.ts'
import {
  anOpening,
  aPolicy,
  aRelease,
  aRollPolicy,
  aSoakPolicy,
  aStage,
  aTarget,
  httpTest,
  minuteMs,
  scanCounts,
  testStart,
} from '../../support/factories.ts'

const soak = aSoakPolicy({ durationMs: 10 * minuteMs, tests: [httpTest] })
const policy: Policy = {
  ...aPolicy(),
  lane: 'emergency',
  withinMs: 60 * minuteMs,
  stages: [
    aStage('dev', { soak }),
    aStage('prod', {
      soak,
      waves: [
        { name: 'canary', groups: [aTarget('eu-west-1/web-canary')] },
        { name: 'main', groups: [aTarget('eu-central-1/web'), aTarget('eu-west-1/web')] },
      ],
    }),
  ],
}

function anInput(over: Partial<ProjectionInput> = {}): ProjectionInput {
  return {
    policy,
    architectures: ['x86_64'],
    openedAt: testStart,
    now: testStart,
    estimates: estimatesFrom([], 'emergency'),
    machines: new Map(),
    ...over,
  }
}

/** Minutes after the opening, `*` on the critical path. */
function rowsOf(input: ProjectionInput): readonly string[] {
  const minutes = (at: number) => Math.round(((at - input.openedAt) / minuteMs) * 10) / 10
  return project(input).steps.map(
    ({ step, from, until, isCritical }) => `${minutes(from)}-${minutes(until)} ${step}${isCritical ? ' *' : ''}`,
  )
}

const token = 'f'.repeat(32)
const dev = { stage: 'dev', region: 'eu-central-1', group: 'web' }
const previous = { templateId: 'lt-1', version: 3, imageId: 'ami-0' }
const baked: ReleaseEvent = {
  type: 'bake.finished',
  images: [{ architecture: 'x86_64', imageId: 'ami-1', name: 'web', region: 'eu-central-1' }],
  before: scanCounts(),
  after: scanCounts(),
  evidence: [],
}
/** Two minutes each: they are recorded so far apart. */
const verified: readonly ReleaseEvent[] = [
  { type: 'bake.intended', token },
  baked,
  { type: 'verify.intended', token },
  { type: 'verify.finished', verdict: 'pass', reasons: [], counts: scanCounts(), evidence: [] },
]
const rolledInDev: readonly ReleaseEvent[] = [
  { type: 'roll.intended', group: dev, imageId: 'ami-1', previous, token },
  { type: 'roll.finished', group: dev, refreshId: 'r-1', replaced: 3 },
]

function emergency(events: readonly ReleaseEvent[], over: Partial<Policy> = {}): Release {
  const opening = anOpening({ lane: 'emergency', reason: 'test', policy: { ...policy, ...over } })
  return aRelease(events, { opening, everyMs: 2 * minuteMs })
}

/** How long the whole takes, in minutes. */
const minutesOf = (input: ProjectionInput) => Math.round((project(input).end - input.openedAt) / minuteMs)

describe('without a history', () => {
  test('every step at its default, and the path that decides the end', () => {
    expect(rowsOf(anInput())).toEqual([
      '0-20 bake *',
      '20-28 verify *',
      '28-43 copy to eu-west-1 (x86_64) *',
      '28-31.5 roll eu-central-1/web in dev',
      '31.5-41.5 soak in dev',
      '41.5-42.5 tests in dev (end)',
      '43-46.5 roll eu-west-1/web-canary in prod *',
      '46.5-50 roll eu-central-1/web in prod *',
      '46.5-50 roll eu-west-1/web in prod *',
    ])
  })

  test('every time says that it is a default, and whose; what is configured says that', () => {
    const sources = project(anInput()).steps.map(({ step, source, basis }) => `${step.split(' ')[0]} ${source}: ${basis}`)
    expect(sources).toContain('bake default: real bakes take 8 to 24 minutes [thread: hashicorp/packer#4704]')
    expect(sources).toContain("soak configured: the lane's soak")
    expect(sources).toContain('roll default: as many machines as there may be; launch: from a launch to in service [inferred]')
  })

  test('groups that were counted take their own number of batches', () => {
    const slow = aRollPolicy({ minHealthyPercentage: 90, maxHealthyPercentage: 100 })
    const [stage] = [aStage('prod', { waves: [{ name: 'all', groups: [aTarget('eu-central-1/web', { roll: slow })] }] })]
    const machines = (count: number) => new Map([['eu-central-1/web in prod', count]])
    const one = { ...policy, stages: [stage] }
    // Bake and verification, then ten batches of 90 s and 2 minutes.
    expect(minutesOf(anInput({ policy: one, machines: machines(20) }))).toBe(28 + 35)
    expect(minutesOf(anInput({ policy: one, machines: machines(2) }))).toBe(28 + 7)
    expect(minutesOf(anInput({ policy: one, machines: machines(0) }))).toBe(28)
  })

  test('a second architecture is a second copy', () => {
    const groups = [aTarget('eu-west-1/a', { architecture: 'arm64' }), aTarget('eu-west-1/b', { architecture: 'x86_64' })]
    const two = { ...policy, stages: [aStage('prod', { waves: [{ name: 'all', groups }] })] }
    const steps = project(anInput({ policy: two, architectures: ['x86_64', 'arm64'] })).steps.map(({ step }) => step)
    expect(steps.filter((step) => step.startsWith('copy'))).toEqual(['copy to eu-west-1 (arm64)', 'copy to eu-west-1 (x86_64)'])
  })
})

describe('what holds a stage up', () => {
  const withDev = (over: Parameters<typeof aStage>[1]): Policy => ({
    ...policy,
    stages: [aStage('dev', { soak, ...over }), aStage('prod', { soak })],
  })

  test('an approval: nobody knows how long, and it says so', () => {
    const { unknown, steps } = project(anInput({ policy: withDev({ approval: 'required' }) }))
    expect(unknown).toEqual(['approval of dev'])
    expect(steps.find(({ step }) => step === 'approval of dev')).toMatchObject({ isUnknown: true, isCritical: true })
  })

  test('a window that is not open, unless the lane goes on all the same', () => {
    const windows = [{ days: ['sun'] as const, from: '09:00', to: '17:00', timeZone: 'UTC' }]
    const closed = withDev({ calendar: { overridden: false, windows, freezes: [] } })
    // Opened on a Sunday at 06:00.
    expect(rowsOf(anInput({ policy: closed }))).toContain('28-180 window of dev for all *')
    expect(leversOf(anInput({ policy: closed }))[0]).toEqual({ limit: 'the windows and freezes of dev', buysMs: 152 * minuteMs })
    const overridden = withDev({ calendar: { overridden: true, windows, freezes: [] } })
    expect(rowsOf(anInput({ policy: overridden })).filter((row) => row.includes('window'))).toEqual([])
  })

  test.each([
    ['as its time says', {}, 10],
    ['until its instance-hours are full', { instanceHours: 2 }, 60],
    ['and a round of tests that began shortly before its end', { testEveryMs: 8 * minuteMs + 45_000 }, 11],
    ['nothing at all', { durationMs: 0, tests: [] }, -1],
    ['one round of tests', { durationMs: 0 }, 0],
  ])('a soak: %s', (_, over, minutes) => {
    const machines = new Map([['eu-central-1/web in dev', 2]])
    const soaked = { ...soak, ...over }
    const input = anInput({ policy: withDev({ soak: soaked }), machines })
    // Bake, verification and both rolls are 35 minutes; the round at the end is one.
    expect(minutesOf(input) - 35 - 1).toBe(minutes)
  })
})

describe('from the history', () => {
  const earlier = emergency([...verified, ...rolledInDev])
  const estimates = estimatesFrom([earlier], 'emergency')

  test('a bake, a verification and the launches of a group last as they did', () => {
    expect([estimates.bake.ms, estimates.verify.ms]).toEqual([2 * minuteMs, 2 * minuteMs])
    // Two minutes with a warm-up of two: the launch itself was nothing to speak of.
    expect(estimates.launch('eu-central-1/web in dev').ms).toBe(0)
    expect(estimates.machines('eu-central-1/web in dev')).toBe(3)
    expect(estimates.launch('eu-central-1/web in prod').basis).toBe('upper quartile of the last 1 rolls of other groups')
  })

  test('of several, so long that three of four were over by then', () => {
    const bakes = [7, 3, 4, 20].map((minutes) =>
      aRelease([{ type: 'bake.intended', token }, baked], { everyMs: minutes * minuteMs }),
    )
    expect(estimatesFrom(bakes, 'emergency').bake).toEqual({
      ms: 7 * minuteMs,
      source: 'history',
      basis: 'upper quartile of the last 4 releases',
    })
  })

  test('of a group that was rolled in this lane, its rolls in others say nothing', () => {
    const slow = aRelease([...verified, ...rolledInDev], { everyMs: 5 * minuteMs })
    const launchIn = (lane: 'weekly' | 'emergency') => estimatesFrom([slow, earlier], lane).launch('eu-central-1/web in dev').ms
    expect([launchIn('weekly'), launchIn('emergency')]).toEqual([3 * minuteMs, 0])
  })

  test('an undo, which bakes nothing, says nothing of bakes', () => {
    expect(estimatesFrom([{ ...earlier, lane: 'undo' }], 'emergency').bake.source).toBe('default')
  })
})

describe('a release under way', () => {
  test('what has ended stands as it was, what runs ends no earlier than now', () => {
    const release = emergency(verified.slice(0, 3))
    const at = (minutes: number) => inputFor(release, [release], testStart + minutes * minuteMs)
    expect(rowsOf(at(7)).slice(0, 3)).toEqual(['2-4 bake *', '6-14 verify *', '14-29 copy to eu-west-1 (x86_64) *'])
    expect(rowsOf(at(40)).slice(0, 2)).toEqual(['2-4 bake *', '6-40 verify *'])
  })

  test('soaking: no longer than the soak that was begun', () => {
    const until = new Date(testStart + 25 * minuteMs).toISOString()
    const release = emergency([...verified, ...rolledInDev, { type: 'soak.started', stage: 'dev', until }])
    const rows = rowsOf(inputFor(release, [release], testStart + 15 * minuteMs))
    expect(rows).toContain('14-25 soak in dev')
    expect(rows).toContain('25-26 tests in dev (end)')
  })

  test('waiting for a yes: later by each minute that nobody gives it', () => {
    const stages = [aStage('prod', { approval: 'required' })]
    const release = emergency([...verified, { type: 'approval.requested', stage: 'prod' }], { stages })
    const minutesAt = (minutes: number) => minutesOf(inputFor(release, [release], testStart + minutes * minuteMs))
    expect(minutesAt(30) - minutesAt(20)).toBe(10)
    const late = inputFor(release, [release], testStart + 58 * minuteMs)
    expect(isLate(project(late))).toBe(true)
    expect(causeOf(project(late), project(atOpening(late)))?.step).toBe('approval of prod')
  })
})

describe('the limit', () => {
  test('is kept or missed to the millisecond', () => {
    const { end } = project(anInput())
    const within = (ms: number) => isLate(project(anInput({ policy: { ...policy, withinMs: ms } })))
    expect([within(end - testStart), within(end - testStart - 1)]).toEqual([false, true])
    expect(isLate({ ...project(anInput()), due: undefined })).toBe(false)
  })

  const allAtOnce = { minHealthyPercentage: 100, maxHealthyPercentage: 200 }
  test.each([
    ['a long soak', { soak: aSoakPolicy({ durationMs: parseDuration('40m') ?? 0 }) }, {}, 'the soak in dev (40m)', 29],
    ['a long warm-up', {}, { ...allAtOnce, instanceWarmupMs: 20 * minuteMs }, 'the warm-up (20m)', 58],
    [
      'ten batches',
      {},
      { minHealthyPercentage: 90, maxHealthyPercentage: 100 },
      'minHealthy 90% and maxHealthy 100%, instead of 100% and 200%',
      94,
    ],
    [
      'checkpoints',
      {},
      { checkpointPercentages: [20, 100], checkpointDelayMs: 30 * minuteMs },
      'the delay at checkpoints (30m)',
      100,
    ],
  ])('%s: what would buy most is named, with the time it buys', (_, stage, roll, limit, minutes) => {
    const withRoll = policy.stages.map((one) => ({
      ...one,
      ...(one.name === 'dev' ? stage : {}),
      waves: one.waves.map((wave) => ({
        ...wave,
        groups: wave.groups.map((target) => ({ ...target, roll: aRollPolicy(roll) })),
      })),
    }))
    const [most] = leversOf(anInput({ policy: { ...policy, stages: withRoll } }))
    expect(most && { ...most, buysMs: Math.round(most.buysMs / minuteMs) }).toEqual({ limit, buysMs: minutes })
  })

  test('waves one after the other and tests between cost what they cost', () => {
    const often = aSoakPolicy({ ...soak, durationMs: 30 * minuteMs, testEveryMs: 28 * minuteMs + 30_000 })
    const stages = policy.stages.map((stage) => (stage.name === 'dev' ? { ...stage, soak: often } : stage))
    const levers = leversOf(anInput({ policy: { ...policy, stages } }))
    expect(levers).toContainEqual({ limit: 'the waves of prod, one after the other', buysMs: 3.5 * minuteMs })
    expect(levers).toContainEqual({ limit: 'the tests between in dev (every 28m30s)', buysMs: 30_000 })
  })
})
