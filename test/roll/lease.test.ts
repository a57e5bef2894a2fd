// Who watches a roll: signs of life while it lasts, and what a second runner does beside a live one and after a dead one.

import { describe, expect, it } from 'vitest'
import { statusOf } from '../../pipeline/conductor/index.ts'
import type { HookPolicy, LedgerEvent, PerformerRequest, ReleaseEvent, StagePolicy } from '../../pipeline/release/index.ts'
import { replay } from '../../pipeline/release/index.ts'
import { type CallHook, createRoll } from '../../pipeline/roll/index.ts'
import { anOpening, aSoakPolicy, aStage, aTarget, machineTest, minuteMs, recordsOf } from '../support/factories.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'
import { newImage, oldImage, templateId } from './groups.ts'
import { aSmallCloud } from './small-cloud.ts'

const key = { stage: 'prod', region: 'eu-west-1', group: 'web' }
const hook: HookPolicy = { kind: 'program', name: 'listen', argv: ['true'], timeoutMs: minuteMs }
const plain = aStage('prod', { soak: aSoakPolicy({ tests: [machineTest] }) })
const intended: ReleaseEvent = {
  type: 'roll.intended',
  group: key,
  imageId: newImage,
  previous: { templateId, version: 7, imageId: oldImage },
  token: 'f'.repeat(32),
}

/** The ledger as `ada` left it when she intended the roll, at the clock's time. */
function ledgerAt(clock: VirtualClock): readonly LedgerEvent[] {
  return recordsOf([anOpening(), intended], { startAt: clock.wallNow(), everyMs: 0, runner: 'ada@example' })
}

function request(
  stage: StagePolicy,
  records: readonly LedgerEvent[],
  { runner, clock, heard }: { runner: string; clock: VirtualClock; heard: { event: string; atMinute: number }[] },
): PerformerRequest<'roll'> & { readonly lines: string[] } {
  const lines: string[] = []
  const begunAt = clock.wallNow()
  return {
    release: replay(records),
    action: { kind: 'roll', key, target: aTarget('eu-west-1/web'), stage, imageId: newImage },
    token: 'f'.repeat(32),
    resumed: records.length > 1,
    runner,
    clock,
    signal: new AbortController().signal,
    log: (line) => void lines.push(line),
    record: async ({ type }) => void heard.push({ event: type, atMinute: Math.floor((clock.wallNow() - begunAt) / minuteMs) }),
    evidenceDirectory: '/evidence',
    lines,
  }
}

/** The refresh goes on by one machine a look; here a look comes every four minutes, as on a slow day. */
function slowClock(): VirtualClock {
  const clock = createVirtualClock()
  return { ...clock, pause: (ms, signal) => clock.pause(ms === 15_000 ? 4 * minuteMs : ms, signal) }
}

const noHook: CallHook = async () => ({ ok: true, detail: '' })

describe('the runner of a roll', () => {
  it('says every few minutes that it is there', async () => {
    const heard: { event: string; atMinute: number }[] = []
    const clock = slowClock()
    const asked = request(plain, ledgerAt(clock), { runner: 'ada@example', clock, heard })
    await createRoll({ ...aSmallCloud(), callHook: noHook })(asked)
    const signs = heard.filter(({ event }) => event === 'roll.watched').map(({ atMinute }) => atMinute)
    expect(signs.length).toBeGreaterThan(0)
    expect(signs[0]).toBe(8)
  })

  it('is left its hooks by another that comes along, until it has not been seen for a quarter of an hour', async () => {
    const heard: { event: string; atMinute: number }[] = []
    const clock = createVirtualClock()
    const calledAt: number[] = []
    const began = clock.wallNow()
    const callHook: CallHook = async () => {
      calledAt.push(Math.floor((clock.wallNow() - began) / minuteMs))
      return { ok: true, detail: '' }
    }
    const within = { ...plain, hooks: { before: [], after: [hook] } }
    const asked = request(within, ledgerAt(clock), { runner: 'ben@example', clock, heard })
    const [outcome] = await createRoll({ ...aSmallCloud(), callHook })(asked)
    expect(outcome).toMatchObject({ type: 'roll.finished' })
    expect(calledAt).toEqual([15])
    expect(heard.map(({ event }) => event)).toEqual(['roll.started', 'roll.watched', 'hook.finished'])
    expect(asked.lines).toContainEqual(expect.stringMatching(/^eu-west-1\/web: ada@example was last seen 15m ago: taking over$/))
  })

  it('that has been lost is taken over at once', async () => {
    const heard: { event: string; atMinute: number }[] = []
    const clock = createVirtualClock()
    const records = ledgerAt(clock)
    await clock.pause(60 * minuteMs)
    const asked = request(plain, records, { runner: 'ben@example', clock, heard })
    await createRoll({ ...aSmallCloud(), callHook: noHook })(asked)
    expect(heard[0]).toEqual({ event: 'roll.watched', atMinute: 0 })
    expect(asked.lines[0]).toBe('eu-west-1/web: ada@example was last seen 1h ago: taking over')
  })
})

describe('status', () => {
  it('shows who watches a roll, and that nobody does any more', () => {
    const clock = createVirtualClock()
    const watched: ReleaseEvent = { type: 'roll.watched', group: key, during: 'roll' }
    const startAt = clock.wallNow()
    const taken = recordsOf([watched], { startAt: startAt + 6 * minuteMs, runner: 'ben@example', firstSequence: 3 })
    const records = [...ledgerAt(clock), ...taken]
    const seenAfter = (minutes: number) => {
      const observer = { runner: 'eve@example', wallNow: startAt + minutes * minuteMs }
      return statusOf(records, observer, observer.wallNow).groups.find(({ state }) => state === 'rolling')?.watch
    }
    const since = startAt + 6 * minuteMs
    expect(seenAfter(20)).toEqual({ runner: 'ben@example', sinceWallAt: since, seenWallAt: since, lost: false })
    expect(seenAfter(21)).toMatchObject({ runner: 'ben@example', lost: true })
  })
})
