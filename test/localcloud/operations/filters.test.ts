// Filters: all names must hold, any value of each, with wildcards.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Fields, filtered, patternOf } from '../../../pipeline/localcloud/operations/filters.ts'

interface Row {
  readonly name: string
  readonly ports: readonly string[]
  readonly tags: Readonly<Record<string, string>>
}

const rows: readonly Row[] = [
  { name: 'debian-13-amd64', ports: ['22', '80'], tags: { team: 'a' } },
  { name: 'debian-13-arm64', ports: ['22'], tags: { team: 'b', owner: 'x' } },
  { name: 'ubuntu', ports: [], tags: {} },
]
const fields: Fields<Row> = { name: (row) => row.name, port: (row) => row.ports, count: (row) => row.ports.length }

test.each([
  [[{ Name: 'name', Values: ['debian-*'] }], [0, 1]],
  [[{ Name: 'name', Values: ['debian-13-a?m64'] }], [1]],
  [[{ Name: 'name', Values: ['ubuntu', '*amd64'] }], [0, 2]],
  [
    [
      { Name: 'name', Values: ['debian-*'] },
      { Name: 'port', Values: ['80'] },
    ],
    [0],
  ],
  [[{ Name: 'port', Values: ['*'] }], [0, 1]],
  [[{ Name: 'count', Values: ['1'] }], [1]],
  [[{ Name: 'tag:team', Values: ['a', 'b'] }], [0, 1]],
  [[{ Name: 'tag:team', Values: ['A'] }], []],
  [[{ Name: 'tag-key', Values: ['owner'] }], [1]],
  [[{ Name: 'name', Values: [] }], []],
  [undefined, [0, 1, 2]],
])('%j leaves rows %j', (filters, indexes) => {
  expect(filtered(rows, filters, fields)).toEqual(indexes.map((index) => rows[index]))
})

test('a name nobody knows is refused, not skipped', () => {
  expect(() => filtered(rows, [{ Name: 'colour', Values: ['blue'] }], fields)).toThrow("The filter 'colour' is invalid")
  expect(() => filtered(rows, [{ Name: 'constructor', Values: ['x'] }], fields)).toThrow("The filter 'constructor' is invalid")
})

test('text without wildcards matches itself and nothing else', () => {
  const plain = fc.string({ unit: fc.constantFrom(...'ab.+()[]{}^$|/-\\ ') })
  const escaped = (text: string) => text.replaceAll('\\', '\\\\')
  fc.assert(
    fc.property(plain, plain, (text, other) => {
      expect(patternOf(escaped(text)).test(text)).toBe(true)
      expect(patternOf(escaped(text)).test(other)).toBe(text === other)
    }),
  )
})

test('a backslash takes a wildcard literally', () => {
  expect([patternOf('a\\*').test('a*'), patternOf('a\\*').test('ab')]).toEqual([true, false])
})
