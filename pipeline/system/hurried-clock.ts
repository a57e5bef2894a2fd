// A clock that runs faster than the machine's: for a world that is only pretended, whose waits nobody wants to sit through.

import type { Clock } from '../ports/index.ts'
import { waitReally } from './system-clock.ts'

/** So many times as fast; `wallNow` stays the machine's own, by which sessions and signatures go. */
export function createHurriedClock(times: number): Clock {
  const startedAt = Date.now()
  const now = () => startedAt + (Date.now() - startedAt) * times
  return {
    now,
    wallNow: () => Date.now(),
    pause: (pauseMs, signal) => waitReally(pauseMs / times, signal),
    idleUntil: (instantMs, signal) => waitReally(Math.max(0, instantMs - now()) / times, signal),
  }
}
