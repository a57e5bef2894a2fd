// Every open release has its turn: beside one that throws, and beside one that takes hours.

import { describe, expect, test } from 'vitest'
import { type Advanced, advanceAll, advancedJson, attempt, exitCodeOfAdvanced } from '../../pipeline/cli/advance-all.ts'
import { advance, unsettledReleases } from '../../pipeline/conductor/index.ts'
import { AssertionFailure, type ExitCode, ProblemError } from '../../pipeline/kernel/index.ts'
import { type Action, type ReleaseEvent, releasesOf } from '../../pipeline/release/index.ts'
import { aConductor, type TestConductor } from '../support/conductor-context.ts'
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
  testStart,
} from '../support/factories.ts'
import { createMemoryEvidence } from '../support/memory-evidence.ts'
import { createMemoryFiles } from '../support/memory-files.ts'
import { appendEvent, ledgerOf } from '../support/memory-ledger.ts'
import { createScriptedWorld } from '../support/scripted-performers.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const web = 'web-2026.47.1'
const api = 'api-2026.47.1'
const token = 'f'.repeat(32)

/** One stage, and a group of the family's own. */
const opening = (family: string): ReleaseEvent => {
  const waves = [{ name: 'all', groups: [aTarget(`eu-central-1/${family}`)] }]
  return anOpening({ family, policy: aPolicy({ stages: [aStage('prod', { soak: aSoakPolicy({ durationMs: 0 }), waves })] }) })
}

/** Baked, with evidence of which nothing like it is kept. */
const altered: readonly ReleaseEvent[] = [
  opening('web'),
  { type: 'bake.intended', token },
  {
    type: 'bake.finished',
    images: [],
    before: scanCounts(),
    after: scanCounts(),
    evidence: [{ path: 'bake/packer.log', sha256: 'e'.repeat(64) }],
  },
]

async function aTick(context: TestConductor, over: Partial<Parameters<typeof advanceAll>[0]> = {}) {
  const told: Advanced[] = []
  const advanced = await advanceAll({
    find: async () => {
      const observer = { runner: context.runner, wallNow: context.clock.wallNow() }
      return unsettledReleases(context.ledger.records, observer, context.clock.now()).map(({ id }) => id)
    },
    advance: (id, beside) => advance(context, id, { watch: false, beside }),
    clock: context.clock,
    signal: context.signal,
    oneByOne: false,
    tell: (one) => void told.push(one),
    ...over,
  })
  return { advanced, told }
}

/** Whoever fetches evidence finds that somebody has changed it. */
function withForgedEvidence(context: TestConductor): TestConductor {
  const kept = createMemoryEvidence()
  kept.kept.set('e'.repeat(64), new TextEncoder().encode('forged'))
  const files = createMemoryFiles()
  return { ...context, evidence: { store: kept.from(files), files } }
}

const endingOf = ({ ledger }: TestConductor, id: string) => releasesOf(ledger.records).find((one) => one.id === id)?.ending?.kind

describe('one release that throws', () => {
  test('keeps no other from its end, is told by name, and makes the exit code', async () => {
    const ledger = await ledgerOf([...recordsOf(altered), ...recordsOf([opening('api')], { release: api })])
    const context = withForgedEvidence(aConductor({ ledger, clock: createVirtualClock() }))
    const { advanced } = await aTick(context)
    expect(endingOf(context, api)).toBe('finished')
    const lines: string[] = []
    const codes = advanced.map((one) => exitCodeOfAdvanced(one, context.signal, (line) => void lines.push(line)))
    expect(Object.fromEntries(advanced.map(({ release }, index) => [release, codes[index]]))).toEqual({ [web]: 2, [api]: 0 })
    expect(lines).toEqual([
      expect.stringMatching(/^web-2026\.47\.1: .*differs from what the ledger recorded \[evidence-broken\]$/),
    ])
    expect(advanced.map(advancedJson)).toContainEqual({
      release: web,
      kind: 'stopped',
      cause: expect.stringContaining('evidence-broken'),
    })
  })

  test('keeps no undo of its own family from its end', async () => {
    const undo = 'web-2026.47.2'
    const ledger = await ledgerOf([
      ...recordsOf([...altered, { type: 'verify.intended', token }]),
      ...recordsOf([opening('web')], { release: undo, startAt: testStart + hourMs }),
      ...recordsOf([{ type: 'release.superseded', by: undo }], { startAt: testStart + 2 * hourMs }),
    ])
    const context = withForgedEvidence(aConductor({ ledger, clock: createVirtualClock() }))
    expect(await advance(context, undo, { watch: true })).toMatchObject({ kind: 'done', release: { id: undo } })
    expect(endingOf(context, undo)).toBe('finished')
    expect(context.progress).toContainEqual(
      expect.objectContaining({ release: web, line: expect.stringMatching(/^web-2026\.47\.1 goes no further: /) }),
    )
  })
})

describe('one release that takes hours', () => {
  const slowWeb = (action: Action) => (action.kind === 'roll' && action.key.group === 'web' ? 2 * hourMs : minuteMs)

  test('leaves no other waiting', async () => {
    const ledger = await ledgerOf([...recordsOf([opening('web')]), ...recordsOf([opening('api')], { release: api })])
    const context = aConductor({ ledger, clock: createVirtualClock(), world: createScriptedWorld({ tookMs: slowWeb }) })
    const { advanced } = await aTick(context)
    expect(advanced.map(({ release }) => release)).toEqual([api, web])
    const apiRoll = context.world.acts.find(({ step }) => step.startsWith('roll eu-central-1/api'))
    expect((apiRoll?.at ?? 0) - testStart).toBeLessThan(10 * minuteMs)
  })

  test('is no reason to leave what is opened meanwhile: it is begun within minutes, and each end is told once', async () => {
    const ledger = await ledgerOf(recordsOf([opening('web')]))
    const clock = createVirtualClock()
    const context = aConductor({ ledger, clock, world: createScriptedWorld({ tookMs: slowWeb }) })
    const openedAt = testStart + 31 * minuteMs
    const opens = clock.idleUntil(openedAt).then(async () => {
      await appendEvent(ledger, api, opening('api'), openedAt)
    })
    const { told } = await aTick(context)
    await opens
    expect(told.map(({ release }) => release)).toEqual([api, web])
    const begun = context.world.acts.find(({ step, at }) => step === 'bake' && at > testStart + 10 * minuteMs)
    expect((begun?.at ?? 0) - openedAt).toBeLessThanOrEqual(6 * minuteMs)
  })

  test('in one process no release is taken along by another that is at work beside it', async () => {
    const undo = 'web-2026.47.2'
    const ledger = await ledgerOf([
      ...recordsOf([opening('web'), { type: 'bake.intended', token }]),
      ...recordsOf([opening('web')], { release: undo, startAt: testStart + hourMs }),
    ])
    const context = aConductor({ ledger, clock: createVirtualClock({ startAt: testStart + 2 * hourMs }) })
    const begun: string[] = []
    const onProgress = (one: Parameters<typeof context.onProgress>[0]) =>
      void (one.kind === 'step-started' && one.step === 'bake' && begun.push(one.release))
    await aTick({ ...context, onProgress })
    expect(begun.toSorted()).toEqual([web, undo])
  })
})

test.each<[string, unknown, ExitCode]>([
  ['a problem', new ProblemError({ code: 'refused', message: 'no' }), 2],
  ['a bug', new AssertionFailure('never'), 70],
])('what comes before has its say and stops nothing: %s', async (_, error, code) => {
  const lines: string[] = []
  const failing = async (): Promise<ExitCode> => Promise.reject(error)
  expect(await attempt(failing, new AbortController().signal, (line) => void lines.push(line))).toBe(code)
  expect(lines).toHaveLength(1)
})
