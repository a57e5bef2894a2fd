// When a stage may be rolled, as it is written: windows, freezes, and the time zone they are told in.

import { Temporal } from 'temporal-polyfill'
import { weekdays } from '../../release/index.ts'
import { mapping, optional, required, withDefault } from '../yaml/mapping.ts'
import { list, placed } from '../yaml/reader.ts'
import { choice, refined, shaped, text } from '../yaml/scalars.ts'

export const timeZone = refined(text('a time zone'), (value) =>
  isTimeZone(value) ? undefined : [`there is no time zone ${value}`, 'Write it like Europe/Berlin, or UTC.'],
)

const date = refined(shaped('a date', /^\d{4}-\d\d-\d\d$/, '2026-12-20'), (value) =>
  isDate(value) ? undefined : [`there is no day ${value}`, 'Write it like 2026-12-20.'],
)

const beginning = shaped('a time of day', /^([01]\d|2[0-3]):[0-5]\d$/, '"09:00"')
const end = shaped('a time of day', /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, '"16:00"')

const window = mapping('the window', {
  days: withDefault(list('the list of days', choice('a day', weekdays), 1), weekdays),
  from: required(beginning),
  to: required(end),
  timeZone: optional(timeZone),
})

const freeze = mapping('the freeze', {
  from: required(date),
  to: required(placed(date)),
  reason: required(text(), 'Say why: it is shown to whoever waits for it.'),
  timeZone: optional(timeZone),
})

export const windows = list('the list of windows', window, 1)
export const freezes = list('the list of freezes', freeze)

function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
    return true
  } catch {
    return false
  }
}

function isDate(value: string): boolean {
  try {
    Temporal.PlainDate.from(value, { overflow: 'reject' })
    return true
  } catch {
    return false
  }
}
