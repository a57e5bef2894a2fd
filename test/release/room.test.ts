// Groups of an undo that wait for room: which of them is tried again when others end.

import { expect, test } from 'vitest'
import { decide, type GroupKey, type ReleaseEvent, replay } from '../../pipeline/release/index.ts'
import {
  anOpening,
  aPolicy,
  aReturnTarget,
  aSoakPolicy,
  aStage,
  aTarget,
  minuteMs,
  recordsOf,
  someFacts,
} from '../support/factories.ts'
import { rollIntent } from '../support/outcomes.ts'

const names = ['a', 'b', 'c', 'd', 'e'] as const
const keys = names.map((name): GroupKey => ({ stage: 'prod', region: 'eu-central-1', group: name }))
const [a, b, c, d, e] = keys as [GroupKey, GroupKey, GroupKey, GroupKey, GroupKey]
const stage = aStage('prod', {
  soak: aSoakPolicy({ durationMs: 0, tests: [] }),
  waves: [{ name: 'undo', groups: names.map((name) => aTarget(`eu-central-1/${name}`)) }],
})
const opening = {
  ...anOpening({ policy: { ...aPolicy({ stages: [stage] }), lane: 'undo' } }),
  lane: 'undo',
  returnsTo: aReturnTarget,
} as const
const imageId = aReturnTarget.images[0]?.imageId ?? ''
const shared: ReleaseEvent = { type: 'share.finished', region: 'eu-central-1', account: stage.account, imageId }
const begins = (group: GroupKey) => rollIntent(group, imageId, 'f'.repeat(32))
const waits = (group: GroupKey): ReleaseEvent => ({ type: 'roll.awaits-room', group, cause: 'the quota is used up' })
const ends = (group: GroupKey): ReleaseEvent => ({ type: 'roll.finished', group, refreshId: 'r', replaced: 2 })

/** Each event a second after the one before. */
function decided(events: readonly ReleaseEvent[], laterMs = 0) {
  const start = Date.parse(recordsOf([opening])[0]?.at ?? '')
  const all = [opening, shared, ...events]
  const records = recordsOf(all).map((record, index) => {
    const at = new Date(start + index * 1_000).toISOString()
    return { ...record, at, wallAt: at }
  })
  return decide(replay(records), someFacts, start + (all.length - 1) * 1_000 + laterMs)
}

const groupsIn = (decision: ReturnType<typeof decide>) =>
  decision.kind === 'act' ? decision.actions.flatMap((action) => (action.kind === 'roll' ? [action.key.group] : [])) : []

const waiting = [begins(a), begins(b), waits(c), waits(d), waits(e)]

test('while none has ended none is tried, and when they are is known', () => {
  const decision = decided(waiting)
  expect(groupsIn(decision)).toEqual(['a', 'b'])
  expect(decision).toMatchObject({ until: expect.any(Number) })
})

test('as many of those that wait are tried as have ended since, the first of them first', () => {
  expect(groupsIn(decided([...waiting, ends(a)]))).toEqual(['b', 'c'])
  expect(groupsIn(decided([...waiting, ends(a), ends(b)]))).toEqual(['c', 'd'])
})

test('the next one moves up when the first has gone, and one that was tried in vain waits for the next end', () => {
  expect(groupsIn(decided([...waiting, ends(a), begins(c)]))).toEqual(['b', 'c', 'd'])
  expect(groupsIn(decided([...waiting, ends(a), waits(c)]))).toEqual(['b'])
})

test('all of them are tried after a minute, for others too may have left room', () => {
  expect(groupsIn(decided(waiting, minuteMs))).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('an undo of which one was refused goes on with those that wait, and ends with what refused it', () => {
  const refused: ReleaseEvent = { type: 'roll.refused', group: a, cause: 'its template is gone', hint: '' }
  const rest = [refused, begins(b), waits(c), waits(d), waits(e), ends(b)]
  expect(groupsIn(decided(rest))).toEqual(['c'])
  const over = [...rest, ...[c, d, e].flatMap((group) => [begins(group), ends(group)])]
  expect(decided(over)).toMatchObject({
    kind: 'act',
    actions: [{ kind: 'refuse', reasons: [expect.stringContaining('its template is gone')] }],
  })
})
