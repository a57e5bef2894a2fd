// When a release will be in production, in one line.

import { formatDuration } from '../kernel/index.ts'
import { isLate, type Projection } from '../release/index.ts'

/** `is in production 48m after its opening, at 2026-11-22T06:48Z, 12m before its limit of 1h`. */
export function describeEnd(projection: Projection): string {
  const { openedAt, end, due, unknown } = projection
  const atLeast = unknown.length > 0 ? ' at the earliest' : ''
  const reached = `is in production ${since(openedAt, end)} after its opening${atLeast}, at ${instant(end)}`
  if (due === undefined) return reached
  const limit = `its limit of ${formatDuration(due - openedAt)}`
  return `${reached}, ${isLate(projection) ? `${since(due, end)} after ${limit}: LATE` : `${since(end, due)} before ${limit}`}`
}

/** To the second. */
export function since(from: number, until: number): string {
  return formatDuration(wholeSeconds(until - from))
}

function wholeSeconds(durationMs: number): number {
  return Math.round(durationMs / 1_000) * 1_000
}

function instant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`
}
