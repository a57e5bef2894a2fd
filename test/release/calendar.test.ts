import { describe, expect, test } from 'vitest'
import { closedBecause, describeCalendar, nextOpening } from '../../pipeline/release/calendar.ts'
import { type CalendarPolicy, decide } from '../../pipeline/release/index.ts'
import type { FreezePolicy, WindowPolicy } from '../../pipeline/release/policy.ts'
import { anOpening, aPolicy, aRelease, aStage, bakedImage, proven, someFacts, testStart } from '../support/factories.ts'

const office: WindowPolicy = { days: ['mon', 'tue', 'wed', 'thu'], from: '09:00', to: '16:00', timeZone: 'Europe/Berlin' }
const yearEnd: FreezePolicy = { from: '2026-12-20', to: '2027-01-04', timeZone: 'Europe/Berlin', reason: 'year end' }

function aCalendar(over: Partial<CalendarPolicy>): CalendarPolicy {
  return { overridden: false, windows: [], freezes: [], ...over }
}

function opening(calendar: CalendarPolicy, now: string): string | undefined {
  const at = nextOpening(calendar, Date.parse(now))
  return at === undefined ? undefined : new Date(at).toISOString().slice(0, 16)
}

describe('a window', () => {
  const calendar = aCalendar({ windows: [office] })
  test.each([
    ['inside it, now', '2026-11-25T08:00:00Z', '2026-11-25T08:00'],
    ['at its first instant, now', '2026-11-25T08:00:00Z', '2026-11-25T08:00'],
    ['before it, the same day', '2026-11-25T05:00:00Z', '2026-11-25T08:00'],
    ['at its last instant, the next day', '2026-11-25T15:00:00Z', '2026-11-26T08:00'],
    ['over the weekend, on Monday', '2026-11-26T18:00:00Z', '2026-11-30T08:00'],
    ['in summer an hour earlier by UTC', '2026-07-01T05:00:00Z', '2026-07-01T07:00'],
    ['on the Monday after the clocks went forward', '2026-03-28T12:00:00Z', '2026-03-30T07:00'],
  ])('%s', (_, now, expected) => expect(opening(calendar, now)).toBe(expected))

  test('over midnight belongs to the day it begins on', () => {
    const night = aCalendar({ windows: [{ ...office, days: ['fri'], from: '22:00', to: '04:00' }] })
    expect(opening(night, '2026-11-28T02:30:00Z')).toBe('2026-11-28T02:30')
    expect(opening(night, '2026-11-28T03:00:00Z')).toBe('2026-12-04T21:00')
  })

  test('to 24:00 ends with the day', () => {
    const late = aCalendar({ windows: [{ ...office, to: '24:00', timeZone: 'UTC' }] })
    expect(opening(late, '2026-11-25T23:59:59.999Z')).toBe('2026-11-25T23:59')
    expect(opening(late, '2026-11-26T23:59:59.999Z')).toBe('2026-11-26T23:59')
    expect(opening(late, '2026-11-27T00:00:00Z')).toBe('2026-11-30T09:00')
  })

  test('at a time that the clocks skip begins as much later', () => {
    const skipped = aCalendar({ windows: [{ days: ['sun'], from: '02:30', to: '05:00', timeZone: 'Europe/Berlin' }] })
    // Berlin goes from 02:00 to 03:00 on 29 March 2026, at 01:00 UTC.
    expect(opening(skipped, '2026-03-29T00:00:00Z')).toBe('2026-03-29T01:30')
  })

  test('at a time that comes twice is open in both of them', () => {
    const twice = aCalendar({ windows: [{ days: ['sun'], from: '02:00', to: '03:00', timeZone: 'Europe/Berlin' }] })
    // Berlin goes from 03:00 back to 02:00 on 25 October 2026, at 01:00 UTC: two hours by UTC.
    for (const now of ['2026-10-25T00:10', '2026-10-25T01:50']) expect(opening(twice, `${now}:00Z`)).toBe(now)
    expect(opening(twice, '2026-10-25T02:00:00Z')).toBe('2026-11-01T01:00')
  })
})

describe('a freeze', () => {
  test('ends with its last day, in its own time zone', () => {
    const calendar = aCalendar({ freezes: [yearEnd] })
    expect(opening(calendar, '2026-12-19T22:59:00Z')).toBe('2026-12-19T22:59')
    expect(opening(calendar, '2026-12-19T23:00:00Z')).toBe('2027-01-04T23:00')
  })

  test('is waited out to the next window, and freezes add up', () => {
    const longer = { ...yearEnd, from: '2027-01-05', to: '2027-01-10', reason: 'stocktaking' }
    const calendar = aCalendar({ windows: [office], freezes: [yearEnd, longer] })
    expect(opening(calendar, '2026-12-24T10:00:00Z')).toBe('2027-01-11T08:00')
    expect(closedBecause(calendar, Date.parse('2026-12-24T10:00:00Z'))).toBe('the freeze until 2027-01-04 (year end)')
  })

  test('without an end in sight has no opening', () => {
    expect(opening(aCalendar({ windows: [office], freezes: [{ ...yearEnd, to: '2036-01-01' }] }), '2026-12-24T10:00:00Z')).toBe(
      undefined,
    )
  })
})

describe('a release', () => {
  const stages = (calendar: CalendarPolicy) => [aStage('dev', { account: '111111111111', calendar })]
  const baked = (calendar: CalendarPolicy, more: Parameters<typeof aRelease>[0] = []) =>
    aRelease([...proven([bakedImage('ami-1')]), ...more], {
      opening: anOpening({ policy: aPolicy({ stages: stages(calendar) }) }),
      everyMs: 0,
    })
  // testStart is a Sunday.
  const closed = aCalendar({ windows: [office] })

  test('waits for the window before it rolls', () => {
    expect(decide(baked(closed), someFacts, testStart)).toEqual({
      kind: 'wait',
      until: Date.parse('2026-11-23T08:00:00Z'),
      reason: 'dev may not be rolled yet: no window is open',
    })
  })

  test('rolls all the same in a lane that overrides', () => {
    expect(decide(baked({ ...closed, overridden: true }), someFacts, testStart)).toMatchObject({ actions: [{ kind: 'roll' }] })
  })

  test('follows a roll that the end of the window found under way', () => {
    const group = { stage: 'dev', region: 'eu-central-1', group: 'web' }
    const previous = { templateId: 'lt-1', version: 1, imageId: 'ami-0' }
    const rolling = baked(closed, [{ type: 'roll.intended', group, imageId: 'ami-1', previous, token: 't' }])
    expect(decide(rolling, someFacts, testStart)).toMatchObject({ actions: [{ kind: 'roll', key: group }] })
  })
})

describe('in words', () => {
  const prod = (calendar: CalendarPolicy) => aStage('prod', { calendar })

  test('it says what is closed and when it opens, and nothing while it is open', () => {
    const closed = prod(aCalendar({ windows: [office], freezes: [yearEnd] }))
    expect(describeCalendar(closed, Date.parse('2026-11-22T06:00:00Z'))).toBe(
      'prod: no window is open; it opens 2026-11-23T08:00:00.000Z',
    )
    expect(describeCalendar(closed, Date.parse('2026-12-24T06:00:00Z'))).toBe(
      'prod: the freeze until 2027-01-04 (year end); it opens 2027-01-05T08:00:00.000Z',
    )
    expect(describeCalendar(closed, Date.parse('2026-11-23T09:00:00Z'))).toBeUndefined()
  })

  test('it says what a lane overrides', () => {
    expect(describeCalendar(prod(aCalendar({ overridden: true, freezes: [yearEnd] })), Date.parse('2026-12-24T06:00:00Z'))).toBe(
      'prod: the freeze until 2027-01-04 (year end), which this lane overrides',
    )
  })
})
