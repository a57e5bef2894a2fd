// A wait that is cut short by whoever has changed something.

import type { Clock } from '../ports/index.ts'

/** One that ends before its time leaves its timer to the next: to call a timer off makes an exception with its stack, at every change. */
export class Wait {
  readonly #clock: Clock
  #timer: { readonly until: number; readonly calling: AbortController } | undefined
  #end: () => void = () => undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Until it is cut short, and no longer than that; a timer that was left may end it sooner. */
  async pause(waitMs: number): Promise<void> {
    const until = this.#clock.wallNow() + waitMs
    if (this.#timer === undefined || this.#timer.until > until) this.#begin(until, waitMs)
    await new Promise<void>((resolve) => {
      this.#end = resolve
    })
  }

  cutShort(): void {
    this.#end()
  }

  /** Calls off what is left of the last wait. */
  close(): void {
    this.#timer?.calling.abort()
    this.#end()
  }

  #begin(until: number, waitMs: number): void {
    this.#timer?.calling.abort()
    const timer = { until, calling: new AbortController() }
    this.#timer = timer
    const passed = () => {
      if (this.#timer !== timer) return
      this.#timer = undefined
      this.#end()
    }
    this.#clock.pause(waitMs, timer.calling.signal).then(passed, passed)
  }
}
