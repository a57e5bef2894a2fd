// When what failed on the way to one region or account is tried again, and when it is given up. Pure.

import { formatDuration } from '../kernel/index.ts'

/** What has failed and not gone well since. */
export interface Failing {
  readonly failures: number
  /** Milliseconds since the epoch, on the clock that soaks are measured by: its first failure and its last. */
  readonly firstAt: number
  readonly lastAt: number
}

const firstPauseMs = 60_000
const longestPauseMs = 3_600_000
/** A release whose next stage lacks it goes on trying for as long, and as often: a right or a key is mended in the meantime. */
const patienceMs = 4 * 3_600_000
const leastFailures = 3

export function failedOnce(before: Failing | undefined, at: number): Failing {
  return { failures: (before?.failures ?? 0) + 1, firstAt: before?.firstAt ?? at, lastAt: at }
}

/** After a pause that doubles with every failure, up to an hour. */
export function triedAgainAt(failing: Failing | undefined): number {
  if (!failing) return Number.NEGATIVE_INFINITY
  return failing.lastAt + Math.min(longestPauseMs, firstPauseMs * 2 ** (failing.failures - 1))
}

/** It has been tried for long enough: whatever needs it next can't go on. */
export function isGivenUp({ failures, firstAt, lastAt }: Failing): boolean {
  return failures >= leastFailures && lastAt - firstAt >= patienceMs
}

/** `5 times in 4h`. */
export function howOften({ failures, firstAt, lastAt }: Failing): string {
  if (failures === 1) return 'once'
  return `${failures} times in ${formatDuration(Math.floor((lastAt - firstAt) / 60_000) * 60_000)}`
}

export interface Attempt<Item> {
  readonly item: Item
  readonly failing: Failing | undefined
}

/** What may be tried now, and when the first of the others may. */
export function sortedByTime<Item>(
  attempts: readonly Attempt<Item>[],
  now: number,
): { readonly due: readonly Item[]; readonly again: number | undefined } {
  const due = attempts.filter(({ failing }) => triedAgainAt(failing) <= now).map(({ item }) => item)
  const later = attempts.map(({ failing }) => triedAgainAt(failing)).filter((at) => at > now)
  return { due, again: soonest(...later) }
}

export function soonest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

/** @param what with its article: `the copy to eu-west-1`. */
export function describeTrying(what: string, failing: Failing | undefined, cause: string): string {
  return failing ? `${what}, which failed ${howOften(failing)} and is tried again: ${cause}` : what
}
