// No group begins to move while its stage's calendar is closed, unless the lane overrides it; what goes back needs no window.

import type { CalendarPolicy } from '../../../pipeline/release/index.ts'
import { minuteMs } from '../../support/factories.ts'
import type { CreateChecker } from './checker.ts'
import { openingOf } from './lineage.ts'

/** Between the decision to roll a group and its intent the group is looked at. */
const graceMs = 15 * minuteMs

export const openingHours: CreateChecker = ({ policies }) => ({
  onRecord: ({ release, event, at }, { records }) => {
    const lane = openingOf(records, release)?.lane
    if (event.type !== 'roll.intended' || (lane !== 'weekly' && lane !== 'emergency')) return []
    const calendar = policies[lane].stages.find(({ name }) => name === event.group.stage)?.calendar
    const now = Date.parse(at)
    if (!calendar || calendar.overridden || isOpen(calendar, now) || isOpen(calendar, now - graceMs)) return []
    return [`${release} begins to roll ${event.group.group} at ${at}, while ${event.group.stage} is closed`]
  },
})

function isOpen({ windows, freezes }: CalendarPolicy, now: number): boolean {
  const isFrozen = freezes.some(({ from, to, timeZone }) => {
    const { date } = wallClock(now, timeZone)
    return date >= from && date <= to
  })
  return !isFrozen && (windows.length === 0 || windows.some((window) => isIn(window, now)))
}

function isIn({ days, from, to, timeZone }: CalendarPolicy['windows'][number], now: number): boolean {
  const today = wallClock(now, timeZone)
  if (from < to) return isOneOf(days, today.day) && today.time >= from && today.time < to
  const yesterday = wallClock(now - 24 * 60 * minuteMs, timeZone)
  return (isOneOf(days, today.day) && today.time >= from) || (isOneOf(days, yesterday.day) && today.time < to)
}

function isOneOf(days: readonly string[], day: string): boolean {
  return days.includes(day)
}

/** `2026-11-22`, `sun`, `06:00`. */
function wallClock(now: number, timeZone: string): { readonly date: string; readonly day: string; readonly time: string } {
  const parts = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone, hourCycle: 'h23', weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit' },
  }).formatToParts(now)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    day: part('weekday').slice(0, 3).toLowerCase(),
    time: `${part('hour')}:${part('minute')}`,
  }
}
