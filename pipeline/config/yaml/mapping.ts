// Mappings: which keys there may be, and what stands under each.

import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml'
import { nearest } from '../../kernel/index.ts'
import { describeNode, type Placed, placed, type Reader } from './reader.ts'
import { report, type Spot, spotOf } from './reading.ts'

/** A key of a mapping: how its value is read, and what holds when it isn't there. */
export interface Field<T> {
  readonly reader: Reader<T>
  absent(keyAt: Spot, called: string, key: string): T
  /** What is read where the whole mapping is wrong. */
  standIn(keyAt: Spot): T
}

type Fields = Readonly<Record<string, Field<unknown>>>

/** The values by key, with the mapping's own spot under `at`. */
export type Mapped<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never } & {
  readonly at: Spot
}

export function required<T>(reader: Reader<T>, hint?: string): Field<T> {
  return {
    reader,
    standIn: reader.standIn,
    absent: (keyAt, called, key) => {
      report(keyAt, 'config-missing-key', `${called} has no \`${key}\``, hint)
      return reader.standIn(keyAt)
    },
  }
}

export function optional<T>(reader: Reader<T>): Field<T | undefined> {
  return { reader, absent: () => undefined, standIn: () => undefined }
}

export function withDefault<T>(reader: Reader<T>, value: T): Field<T> {
  return { reader, absent: () => value, standIn: () => value }
}

/** A default for a value whose spot is kept. */
export function placedDefault<T>(reader: Reader<T>, value: T): Field<Placed<T>> {
  const absent = (at: Spot) => ({ at, value })
  return { reader: placed(reader), absent, standIn: absent }
}

/** A mapping that may be left out altogether: every key of it has a default. */
export function allDefaults<T>(reader: Reader<T>): Field<T> {
  return { reader, absent: reader.standIn, standIn: reader.standIn }
}

/** `called` names the mapping in messages, with its article: `the base filter`. */
export function mapping<F extends Fields>(called: string, fields: F): Reader<Mapped<F>> {
  const standIn = (at: Spot) => {
    const values = Object.entries(fields).map(([key, field]) => [key, field.standIn(under(at, key))])
    return { ...Object.fromEntries(values), at } as Mapped<F>
  }
  return {
    standIn,
    read: (at) => {
      const entries = entriesOf(at, called)
      if (entries === undefined) return standIn(at)
      for (const { key, keyAt } of entries)
        if (!Object.hasOwn(fields, key)) reportUnknown(keyAt, called, key, Object.keys(fields))
      const found = new Map(entries.map((entry) => [entry.key, entry.value]))
      const values = Object.entries(fields).map(([key, field]) => {
        const value = found.get(key)
        return [key, value ? field.reader.read(value) : field.absent(under(at, key), called, key)]
      })
      return { ...Object.fromEntries(values), at } as Mapped<F>
    },
  }
}

/** A mapping whose keys the user makes up. */
export interface Named<T> {
  readonly name: string
  /** The key's spot. */
  readonly at: Spot
  readonly value: T
}

export function record<T>(
  called: string,
  reader: Reader<T>,
  checkName: (at: Spot, name: string) => void = () => {},
): Reader<readonly Named<T>[]> {
  return {
    standIn: () => [],
    read: (at) =>
      (entriesOf(at, called) ?? []).map(({ key, keyAt, value }) => {
        checkName(keyAt, key)
        return { name: key, at: keyAt, value: reader.read(value) }
      }),
  }
}

/** The spot of a key's value, or of the mapping itself where the key isn't written. */
export function childOf(mapping: Spot, key: string): Spot {
  const found = isMap(mapping.node) ? entriesOf(mapping, '')?.find((entry) => entry.key === key) : undefined
  return found?.value ?? under(mapping, key)
}

/** Where a key would be: at the mapping itself. */
export function under(mapping: Spot, key: string): Spot {
  return { ...mapping, path: [...mapping.path, key] }
}

interface Entry {
  readonly key: string
  readonly keyAt: Spot
  readonly value: Spot
}

function entriesOf(at: Spot, called: string): readonly Entry[] | undefined {
  if (!isMap(at.node)) {
    report(at, 'config-wrong-type', `${called} is ${describeNode(at.node)} where a mapping belongs`)
    return undefined
  }
  const entries = new Map<string, Entry>()
  collect(at, at.node, entries, new Set())
  return [...entries.values()]
}

/** A mapping's own keys come before merged ones, and the first merged mapping before the next. */
function collect(at: Spot, map: YAMLMap, entries: Map<string, Entry>, seen: Set<unknown>): void {
  if (seen.has(map)) return
  seen.add(map)
  const merged: unknown[] = []
  for (const { key: keyNode, value } of map.items) {
    const key = isScalar(keyNode) ? String(keyNode.source ?? keyNode.value) : undefined
    const keyAt = spotOf(at.reading, [...at.path, key ?? '?'], keyNode, at.offset)
    if (key === undefined) report(keyAt, 'config-syntax', 'a key must be a single word or a text in quotes')
    else if (key === '<<') merged.push(value)
    else if (!entries.has(key)) entries.set(key, { key, keyAt, value: spotOf(at.reading, keyAt.path, value, keyAt.offset) })
  }
  for (const source of merged) merge(spotOf(at.reading, at.path, source, at.offset), entries, seen)
}

function merge(source: Spot, entries: Map<string, Entry>, seen: Set<unknown>): void {
  if (isMap(source.node)) collect(source, source.node, entries, seen)
  else if (isSeq(source.node) && !seen.has(source.node)) {
    seen.add(source.node)
    for (const item of source.node.items) merge(spotOf(source.reading, source.path, item, source.offset), entries, seen)
  } else if (!isSeq(source.node)) report(source, 'config-wrong-type', '`<<` merges mappings only')
}

function reportUnknown(keyAt: Spot, called: string, key: string, known: readonly string[]): void {
  const suggestion = nearest(key, known)
  const hint = suggestion ? `Did you mean \`${suggestion}\`?` : `Its keys are ${known.join(', ')}.`
  report(keyAt, 'config-unknown-key', `${called} has no key \`${key}\``, hint)
}
