// Randomness from the operating system.

import { randomBytes, randomInt } from 'node:crypto'
import type { Random } from '../ports/index.ts'

/** Taken from the system together: a request for many takes hardly longer than one for few. */
const takenBytes = 4_096

export function createRandom(): Random {
  let taken = Buffer.alloc(0)
  let used = 0
  return {
    hex: (length) => {
      const count = Math.ceil(length / 2)
      if (used + count > taken.byteLength) {
        taken = randomBytes(Math.max(takenBytes, count))
        used = 0
      }
      used += count
      return taken.toString('hex', used - count, used).slice(0, length)
    },
    below: (bound) => randomInt(bound),
  }
}
