// The states of the last moments, for reads that come from a copy which lags behind.

import type { CloudState } from './store/state.ts'

interface Moment {
  readonly at: number
  readonly state: CloudState
}

/** Keeps no more than the asked time back; states share what they have in common, so a moment costs little. */
export class RecentStates {
  #moments: readonly Moment[] = []

  /** From that time on `after` holds, and until then `before` did. */
  note(before: CloudState, after: CloudState, at: number, keptMs: number): void {
    if (before === after) return
    if (this.#moments.length === 0) this.#moments = [{ at: Number.NEGATIVE_INFINITY, state: before }]
    const firstNeeded = this.#moments.findLastIndex((moment) => moment.at <= at - keptMs)
    this.#moments = [...this.#moments.slice(Math.max(0, firstNeeded)), { at, state: after }]
  }

  /** What held at that time; undefined when nothing so old is known. */
  at(time: number): CloudState | undefined {
    return this.#moments.findLast((moment) => moment.at <= time)?.state
  }

  forget(): void {
    this.#moments = []
  }
}
