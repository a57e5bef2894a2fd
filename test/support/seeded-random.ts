// Randomness that a test can repeat: the same seed gives the same numbers (mulberry32).

import type { Random } from '../../pipeline/ports/index.ts'

export interface SeededRandom extends Random {
  /** True with that chance, from 0 to 1. */
  chance(probability: number): boolean
}

export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(next() * bound)
  return {
    below,
    hex: (length) => Array.from({ length }, () => below(16).toString(16)).join(''),
    chance: (probability) => next() < probability,
  }
}
