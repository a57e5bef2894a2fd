// How one value is read: always to its end, so that a file's every problem is found at once.

import { isMap, isScalar, isSeq, type Node } from 'yaml'
import { report, type Spot, spotOf } from './reading.ts'

/**
 * Reads a spot. A value that is wrong is reported and read as a stand-in of the right shape, so that the rest can still be
 * checked; a reading with problems is never used for anything else.
 */
export interface Reader<T> {
  read(at: Spot): T
  standIn(at: Spot): T
}

/** A value with its spot, for checks that come later. */
export interface Placed<T> {
  readonly at: Spot
  readonly value: T
}

export function placed<T>(reader: Reader<T>): Reader<Placed<T>> {
  return {
    read: (at) => ({ at, value: reader.read(at) }),
    standIn: (at) => ({ at, value: reader.standIn(at) }),
  }
}

/** `called` names the list in messages: `the list of agents`. */
export function list<T>(called: string, reader: Reader<T>, least = 0): Reader<readonly T[]> {
  return {
    standIn: () => [],
    read: (at) => {
      if (!isSeq(at.node)) {
        report(at, 'config-wrong-type', `${called} is ${describeNode(at.node)} where a list belongs`)
        return []
      }
      if (at.node.items.length < least) report(at, 'config-wrong-value', `${called} is empty`)
      return at.node.items.map((item, index) => reader.read(spotOf(at.reading, [...at.path, `[${index}]`], item, at.offset)))
    },
  }
}

/** One thing or a list of them. */
export function oneOrMore<T>(called: string, reader: Reader<T>): Reader<readonly T[]> {
  const many = list(called, reader, 1)
  return { standIn: many.standIn, read: (at) => (isSeq(at.node) ? many.read(at) : [reader.read(at)]) }
}

/** Two ways to write the same: a bare scalar for the short one. */
export function scalarOr<T>(scalar: Reader<T>, whole: Reader<T>): Reader<T> {
  return { standIn: whole.standIn, read: (at) => (isScalar(at.node) ? scalar : whole).read(at) }
}

/** A reader of one thing made into a reader of what is meant by it. */
export function mapped<T, U>(reader: Reader<T>, meaning: (value: T, at: Spot) => U): Reader<U> {
  return { read: (at) => meaning(reader.read(at), at), standIn: (at) => meaning(reader.standIn(at), at) }
}

/** What stands there, for "is … where … belongs". */
export function describeNode(node: Node | null): string {
  if (node === null || (isScalar(node) && node.value === null)) return 'empty'
  if (isMap(node)) return 'a mapping'
  if (isSeq(node)) return 'a list'
  if (!isScalar(node)) return 'something else'
  return typeof node.value === 'string' ? `the text "${shortened(node.value)}"` : shortened(node.source ?? String(node.value))
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`
}
