// The rehearsal's clock: soaks are skipped, work is not.

import type { Clock } from '../ports/index.ts'
import { waitReally } from './system-clock.ts'

/** The local cloud answers at once, so polls need not be as far apart as on AWS. */
const longestPauseMs = 1_000

/**
 * Never goes backwards, and runs on from `startAt` (milliseconds since the epoch; the last ledger event's `at`) when that lies
 * ahead of the wall clock: a resumed rehearsal doesn't repeat the soaks it has skipped.
 */
export function createRehearsalClock({ startAt }: { readonly startAt?: number } = {}): Clock {
  let skippedMs = startAt === undefined ? 0 : Math.max(0, startAt - Date.now())
  let latest = 0
  const now = () => {
    latest = Math.max(latest, Date.now() + skippedMs)
    return latest
  }
  return {
    now,
    wallNow: () => Date.now(),
    pause: (pauseMs, signal) => waitReally(Math.min(pauseMs, longestPauseMs), signal),
    idleUntil: async (instantMs, signal) => {
      signal?.throwIfAborted()
      skippedMs += Math.max(0, instantMs - now())
    },
  }
}
