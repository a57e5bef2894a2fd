// When the reconciler wants to be called again, and whether the time until then may be skipped.

export class Due {
  #idle = Number.POSITIVE_INFINITY
  #working = Number.POSITIVE_INFINITY
  #isBusy = false

  /** A wait with nothing to do: warm-up, grace, checkpoint delay, bake time. A rehearsal jumps over it. */
  idleUntil(at: number): void {
    this.#idle = Math.min(this.#idle, at)
  }

  /** A wait for something at work, such as a machine that boots. */
  workUntil(at: number): void {
    this.#working = Math.min(this.#working, at)
  }

  /** Something is at work whose end will be reported. */
  busy(): void {
    this.#isBusy = true
  }

  /** Undefined when nothing but a request or a report can change anything. */
  get nextAt(): number | undefined {
    const at = Math.min(this.#idle, this.#working)
    return Number.isFinite(at) ? at : undefined
  }

  /** Where the clock may jump to: only when nothing is at work. */
  get skipTo(): number | undefined {
    return this.#isBusy || Number.isFinite(this.#working) || !Number.isFinite(this.#idle) ? undefined : this.#idle
  }
}
