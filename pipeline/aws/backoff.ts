// How long to wait before a call is tried again.

import type { Random } from '../ports/index.ts'

export interface Backoff {
  readonly firstMs: number
  readonly longestMs: number
  /** Tries in all, the first included. */
  readonly tries: number
}

/** About a minute and a half in all: EC2's slowest buckets refill in that time, and a dead endpoint is not mistaken for a slow one for long. */
export const patientBackoff: Backoff = { firstMs: 400, longestMs: 20_000, tries: 9 }

/** The pause after the `failed`-th try (from 1): doubling, capped, and half of it random so that many callers spread out. */
export function pauseAfter(failed: number, backoff: Backoff, random: Random): number {
  const ceilingMs = Math.min(backoff.longestMs, backoff.firstMs * 2 ** (failed - 1))
  const halfMs = Math.ceil(ceilingMs / 2)
  return halfMs + random.below(halfMs + 1)
}
