// Drawing from a seeded random: choices, ranges, and things that happen now and then.

import type { SeededRandom } from '../../support/seeded-random.ts'

/** One of them, each as likely; those that are to come more often stand there more often. */
export function oneOf<Value>(random: SeededRandom, values: readonly [Value, ...Value[]]): Value {
  return values[random.below(values.length)] as Value
}

/** A whole number from the first to the last, both included. */
export function between(random: SeededRandom, first: number, last: number): number {
  return first + random.below(last - first + 1)
}

/** So many of what `draw` gives. */
export function several<Value>(count: number, draw: (index: number) => Value): readonly Value[] {
  return Array.from({ length: count }, (_, index) => draw(index))
}
