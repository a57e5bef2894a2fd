// Release IDs: family, ISO week-numbering year, ISO week, and a counter within them (`web-2026.47.1`).

import type { LedgerEvent } from './event.ts'

/** The ID for the family's next release at that instant (milliseconds since the epoch, weeks in UTC). */
export function nextReleaseId(events: readonly LedgerEvent[], family: string, now: number): string {
  const { year, week } = isoWeekOf(now)
  const prefix = `${family}-${year}.${String(week).padStart(2, '0')}.`
  const counters = events
    .filter(({ release, event }) => event.type === 'release.opened' && event.family === family && release.startsWith(prefix))
    .map(({ release }) => Number(release.slice(prefix.length)))
  return `${prefix}${Math.max(0, ...counters) + 1}`
}

const dayMs = 86_400_000

/** ISO 8601: weeks begin on Monday and belong to the year their Thursday is in. */
export function isoWeekOf(now: number): { readonly year: number; readonly week: number } {
  const day = new Date(now)
  const midnight = Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate())
  const daysSinceMonday = (day.getUTCDay() + 6) % 7
  const thursday = midnight + (3 - daysSinceMonday) * dayMs
  const year = new Date(thursday).getUTCFullYear()
  return { year, week: 1 + Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * dayMs)) }
}
