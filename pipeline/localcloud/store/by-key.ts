// The rows of a table by something they have in common, kept up as rows are written: who looks for the few need not pass the many.

import { Map as ImmutableMap, type OrderedMap, OrderedSet } from 'immutable'
import type { TableName, Tables } from './rows.ts'

/** What a table's rows are found by. The keys of a row depend on the row alone. */
export interface KeyedBy<K extends TableName> {
  readonly table: K
  readonly keysOf: (row: Tables[K]) => readonly string[]
}

/** The IDs of the rows that have a key, in the order in which they came to have it. */
export type ByKey = ImmutableMap<string, OrderedSet<string>>

type AnyKeyedBy = KeyedBy<TableName>
type AnyTable = OrderedMap<string, unknown>

/** A table never changes, so it is gone through once for each; the next table takes over what is known of the one before. */
const known = new WeakMap<AnyTable, ReadonlyMap<AnyKeyedBy, ByKey>>()

const nothing: ByKey = ImmutableMap()

export function byKey<K extends TableName>(table: OrderedMap<string, Tables[K]> | undefined, keyed: KeyedBy<K>): ByKey {
  if (table === undefined) return nothing
  const any = keyed as unknown as AnyKeyedBy
  const before = known.get(table)
  const there = before?.get(any)
  if (there !== undefined) return there
  const made = nothing.withMutations((ids) => {
    for (const [id, row] of table) for (const key of keyed.keysOf(row)) add(ids, key, id)
  })
  known.set(table, new Map([...(before ?? []), [any, made]]))
  return made
}

/** `after` is `before` with another row of that ID; undefined where there is none. */
export function carryKeys(before: AnyTable, after: AnyTable, id: string): void {
  const all = known.get(before)
  if (all === undefined) return
  const [old, next] = [before.get(id), after.get(id)] as [Tables[TableName] | undefined, Tables[TableName] | undefined]
  const carried = [...all].map(([keyed, ids]) => [keyed, replaced(ids, id, keysOf(keyed, old), keysOf(keyed, next))] as const)
  known.set(after, new Map(carried))
}

function keysOf(keyed: AnyKeyedBy, row: Tables[TableName] | undefined): readonly string[] {
  return row === undefined ? [] : keyed.keysOf(row)
}

function replaced(ids: ByKey, id: string, old: readonly string[], next: readonly string[]): ByKey {
  const left = old.filter((key) => !next.includes(key))
  const come = next.filter((key) => !old.includes(key))
  if (left.length === 0 && come.length === 0) return ids
  return ids.withMutations((changing) => {
    for (const key of left) remove(changing, key, id)
    for (const key of come) add(changing, key, id)
  })
}

function add(ids: ByKey, key: string, id: string): void {
  ids.set(key, (ids.get(key) ?? OrderedSet<string>()).add(id))
}

function remove(ids: ByKey, key: string, id: string): void {
  const others = ids.get(key)?.remove(id)
  if (others === undefined || others.isEmpty()) ids.delete(key)
  else ids.set(key, others)
}
