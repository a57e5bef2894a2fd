// A release that was opened to fix something ends when no machine of its groups lacks it, and not before; any other looks once and ends.

import { expect, test } from 'vitest'
import { decide, type LedgerEvent, type ReleaseEvent, replay, tokenOf } from '../../pipeline/release/index.ts'
import { anOpening, aReturnTarget, minuteMs, recordsOf, someFacts, testStart } from '../support/factories.ts'
import { intentEventOf, successOf } from '../support/outcomes.ts'

const group = { stage: 'prod', region: 'eu-central-1', group: 'web' }
const left = { group, instance: 'i-left', imageId: 'ami-old' }

/** Everything goes well; each look at the fleet finds what the next of `looks` says. */
function walk(
  fixes: readonly string[],
  looks: readonly Extract<ReleaseEvent, { type: 'fleet.checked' }>[],
  over: Parameters<typeof anOpening>[0] = {},
) {
  const events: ReleaseEvent[] = []
  const records: LedgerEvent[] = []
  const waits: { readonly reason: string; readonly forMs: number }[] = []
  const rest = [...looks]
  let now = testStart
  const write = (event: ReleaseEvent): void => {
    events.push(event)
    records.push(...recordsOf([event], { startAt: now, firstSequence: events.length }))
  }
  write({ ...anOpening(over), ...(fixes.length > 0 && { fixes }) })
  for (let turn = 0; turn < 200; turn += 1) {
    const release = replay(records)
    const decision = decide(release, { ...someFacts, wallNow: now }, now)
    if (decision.kind === 'done') return { outcome: decision.outcome, events, waits }
    if (decision.kind === 'wait') {
      if (release.fleet) waits.push({ reason: decision.reason, forMs: (decision.until ?? Number.NaN) - release.fleet.moment.at })
      now = Math.max(now, decision.until ?? now)
      continue
    }
    for (const action of decision.actions) {
      const token = tokenOf(release, action)
      const intent = intentEventOf(action, token)
      if (intent) write(intent)
      const look = action.kind === 'check-fleet' ? rest.shift() : undefined
      for (const event of look ? [look] : successOf(action, token)) write(event)
    }
  }
  throw new Error(`it does not end: ${events.map(({ type }) => type).join(' ')}`)
}

const looksOf = ({ events }: ReturnType<typeof walk>) => events.filter(({ type }) => type === 'fleet.checked').length

test('a release that was to fix nothing looks once, at what its groups would launch, and ends whatever it finds', () => {
  const walked = walk(
    [],
    [{ type: 'fleet.checked', exposed: [], unasked: [], reverted: [{ group, imageId: 'ami-old', version: '1' }] }],
  )
  expect(walked.outcome).toBe('finished')
  expect(looksOf(walked)).toBe(1)
  expect(walked.waits).toEqual([])
})

test.each([
  ['a drill', { drill: true }],
  ['an undo', { lane: 'undo', returnsTo: aReturnTarget }],
] as const)('%s does not look', (_, over) => expect(looksOf(walk([], [], over))).toBe(0))

test('one that was looks once everything has been rolled, and ends when nothing is left', () => {
  const walked = walk(['CVE-2026-0001'], [{ type: 'fleet.checked', exposed: [], unasked: [] }])
  expect(walked.outcome).toBe('finished')
  expect(walked.events.slice(-2).map(({ type }) => type)).toEqual(['fleet.checked', 'release.finished'])
})

test('while a machine is left, or a group gives no answer, it waits, says which, and looks again', () => {
  const walked = walk(
    ['openssl>=3'],
    [
      { type: 'fleet.checked', exposed: [left], unasked: [] },
      { type: 'fleet.checked', exposed: [], unasked: ['eu-central-1/web in prod: denied'] },
      { type: 'fleet.checked', exposed: [], unasked: [], reverted: [{ group, imageId: 'ami-old', version: '1' }] },
      { type: 'fleet.checked', exposed: [], unasked: [] },
    ],
  )
  expect(walked.outcome).toBe('finished')
  expect(looksOf(walked)).toBe(4)
  expect(walked.waits.map(({ reason }) => reason)).toEqual([
    '1 machines on another image, 0 groups without an answer: i-left (eu-central-1/web in prod)',
    '0 machines on another image, 1 groups without an answer: eu-central-1/web in prod: denied',
    '0 machines on another image, 1 groups put back to launch another image, 0 groups without an answer: eu-central-1/web in prod (version 1 of its template)',
  ])
  for (const { forMs } of walked.waits) expect(forMs).toBe(5 * minuteMs)
})
