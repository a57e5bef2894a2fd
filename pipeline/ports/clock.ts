// Time as drover sees it: three ways to spend it, because a rehearsal skips exactly one of them.

export interface Clock {
  /** Now, in milliseconds since the epoch, on the clock that soaks and windows are measured by. */
  now(): number
  /** Wall time in milliseconds since the epoch; never skipped. What a step really took. */
  wallNow(): number
  /** Waits while something else works (a poll). A rehearsal may shorten it, but time does not jump. */
  pause(pauseMs: number, signal?: AbortSignal): Promise<void>
  /** Waits with nothing to do until `now() >= instantMs` (a soak). A rehearsal jumps there at once. */
  idleUntil(instantMs: number, signal?: AbortSignal): Promise<void>
}
