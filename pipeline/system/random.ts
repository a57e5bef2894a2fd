// Randomness from the operating system.

import { randomBytes, randomInt } from 'node:crypto'
import type { Random } from '../ports/index.ts'

export function createRandom(): Random {
  return {
    hex: (length) =>
      randomBytes(Math.ceil(length / 2))
        .toString('hex')
        .slice(0, length),
    below: (bound) => randomInt(bound),
  }
}
