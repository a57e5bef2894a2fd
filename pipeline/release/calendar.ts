// When a stage's groups may begin to move: windows that open, and freezes that close them. Daylight saving is the time zone's own affair.

import { Temporal } from 'temporal-polyfill'
import { type CalendarPolicy, type FreezePolicy, type StagePolicy, type Weekday, type WindowPolicy, weekdays } from './policy.ts'

/** Freezes longer than this, one behind the other, leave nothing to wait for. */
const farthestDays = 800

/**
 * The first instant from `now` on at which a roll may begin; `now` itself while it may. Undefined when that is not to be seen
 * within two years. Milliseconds since the epoch.
 */
export function nextOpening({ windows, freezes }: CalendarPolicy, now: number): number | undefined {
  const closed = freezes.map(spanOf)
  if (windows.length === 0) return afterFreezes(closed, now)
  const openings = windows.flatMap((window) => firstOpening(window, closed, now) ?? [])
  return openings.length > 0 ? Math.min(...openings) : undefined
}

/** What keeps it closed at that instant: the freeze's reason, or that no window is open. Undefined while it is open. */
export function closedBecause(calendar: CalendarPolicy, now: number): string | undefined {
  const freeze = calendar.freezes.find((one) => isWithin(spanOf(one), now))
  if (freeze) return `the freeze until ${freeze.to} (${freeze.reason})`
  return nextOpening({ ...calendar, freezes: [] }, now) === now ? undefined : 'no window is open'
}

/** One sentence on what a stage's windows and freezes mean for a roll at that instant; undefined while nothing is in its way. */
export function describeCalendar({ name, calendar }: StagePolicy, now: number): string | undefined {
  const because = calendar && closedBecause(calendar, now)
  if (!calendar || because === undefined) return undefined
  if (calendar.overridden) return `${name}: ${because}, which this lane overrides`
  const opens = nextOpening(calendar, now)
  return `${name}: ${because}; ${opens === undefined ? 'it does not open within two years' : `it opens ${new Date(opens).toISOString()}`}`
}

interface Span {
  readonly from: number
  /** The first instant outside. */
  readonly to: number
}

function isWithin({ from, to }: Span, at: number): boolean {
  return at >= from && at < to
}

function afterFreezes(closed: readonly Span[], now: number): number {
  const freeze = closed.find((span) => isWithin(span, now))
  return freeze ? afterFreezes(closed, freeze.to) : now
}

function spanOf({ from, to, timeZone }: FreezePolicy): Span {
  const first = Temporal.PlainDate.from(from).toZonedDateTime(timeZone)
  const after = Temporal.PlainDate.from(to).add({ days: 1 }).toZonedDateTime(timeZone)
  return { from: first.epochMilliseconds, to: after.epochMilliseconds }
}

/** Day by day, and no further than is needed: every decision about a stage asks. */
function firstOpening(window: WindowPolicy, closed: readonly Span[], now: number): number | undefined {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(window.timeZone).toPlainDate()
  for (let offset = -1; offset < farthestDays; offset++) {
    const day = today.add({ days: offset })
    if (!window.days.includes(weekdays[day.dayOfWeek - 1] as Weekday)) continue
    const { from, to } = spanOn(day, window)
    const at = afterFreezes(closed, Math.max(now, from))
    if (at < to) return at
  }
  return undefined
}

/** A time that the clocks skip is moved on by as much as they skip; one that comes twice is the first of the two (RFC 5545). */
function spanOn(day: Temporal.PlainDate, { from, to, timeZone }: WindowPolicy): Span {
  const begins = day.toZonedDateTime({ timeZone, plainTime: from })
  const last = to > from ? day : day.add({ days: 1 })
  const ends = to === '24:00' ? day.add({ days: 1 }).toZonedDateTime(timeZone) : last.toZonedDateTime({ timeZone, plainTime: to })
  return { from: begins.epochMilliseconds, to: ends.epochMilliseconds }
}
