// The machine's own clock: nothing is skipped.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../ports/index.ts'

/** Long waits look at the clock this often: it may be set, or the machine may have slept. */
const longestSleepMs = 30_000

/** An aborted wait rejects with the signal's AbortError. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    wallNow: () => Date.now(),
    pause: (pauseMs, signal) => waitReally(pauseMs, signal),
    idleUntil: async (instantMs, signal) => {
      signal?.throwIfAborted()
      for (let restMs = instantMs - Date.now(); restMs > 0; restMs = instantMs - Date.now()) {
        await waitReally(Math.min(restMs, longestSleepMs), signal)
      }
    },
  }
}

export async function waitReally(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(waitMs, undefined, signal === undefined ? {} : { signal })
}
