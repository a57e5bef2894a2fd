// The whole cloud as one immutable value, and the draft through which a request or a tick makes the next one.

import { createHash } from 'node:crypto'
import { OrderedMap } from 'immutable'
import { type CloudSettings, firstSettings, settingsKey } from './account.ts'
import { type ByKey, byKey, carryKeys, type KeyedBy } from './by-key.ts'
import type { Table, TableName, Tables } from './rows.ts'

/** An account's share of a region. Things without a region (accounts, keys, layers) live in `everywhere`. */
export type PlaceKey = string

export const everywhere: PlaceKey = 'everywhere'

export function placeKey(account: string, region: string): PlaceKey {
  return `${account}/${region}`
}

export function placeOf(key: PlaceKey): { readonly account: string; readonly region: string } {
  const [account = '', region = ''] = key.split('/')
  return { account, region }
}

/** Tables a place has rows in. */
export type PlaceTables = { readonly [K in TableName]?: Table<K> }

export interface CloudState {
  /** What IDs are derived from, with `minted`: two clouds never give out the same ones. */
  readonly seed: string
  readonly minted: number
  readonly places: Readonly<Record<PlaceKey, PlaceTables>>
  /** The last row that was written; undefined when none was since the state was made, read from disk or saved. */
  readonly written: Written | undefined
}

/** A row that was written, and the one written before it. Whoever has saved a state cuts the chain there. */
export interface Written {
  readonly place: PlaceKey
  readonly table: TableName
  readonly id: string
  earlier: Written | undefined
}

export function emptyState(seed: string): CloudState {
  return { seed, minted: 0, places: {}, written: undefined }
}

export function rowsIn<K extends TableName>({ places }: CloudState, place: PlaceKey, name: K): readonly Tables[K][] {
  const table: Table<K> | undefined = places[place]?.[name]
  if (table === undefined) return []
  const known = listed.get(table)
  if (known !== undefined) return known as readonly Tables[K][]
  const rows = [...table.values()]
  listed.set(table, rows)
  return rows
}

export function rowIn<K extends TableName>({ places }: CloudState, place: PlaceKey, name: K, id: string): Tables[K] | undefined {
  const table: Table<K> | undefined = places[place]?.[name]
  return table?.get(id)
}

/** What an operator has set; the first settings until something was. */
export function settingsIn(state: CloudState): CloudSettings {
  return rowIn(state, everywhere, 'settings', settingsKey) ?? firstSettings
}

/** A table never changes, so its rows are listed once. */
const listed = new WeakMap<object, readonly unknown[]>()

/** And those found by a key once too, by the list of their IDs: a step asks for the same more than once. */
const found = new WeakMap<object, Map<unknown, readonly unknown[]>>()

/** Reads see its own writes; the state it began from is never touched, so a refused request leaves nothing behind. */
export class Draft {
  #state: CloudState

  constructor(state: CloudState) {
    this.#state = state
  }

  get state(): CloudState {
    return this.#state
  }

  rows<K extends TableName>(place: PlaceKey, name: K): readonly Tables[K][] {
    return rowsIn(this.#state, place, name)
  }

  get<K extends TableName>(place: PlaceKey, name: K, id: string): Tables[K] | undefined {
    return rowIn(this.#state, place, name, id)
  }

  /** The rows that have that key. */
  found<K extends TableName>(place: PlaceKey, keyed: KeyedBy<K>, key: string): readonly Tables[K][] {
    const table: Table<K> | undefined = this.#state.places[place]?.[keyed.table]
    const ids = byKey(table, keyed).get(key)
    if (table === undefined || ids === undefined) return []
    const known = found.get(table) ?? new Map<unknown, readonly unknown[]>()
    found.set(table, known)
    const rows = (known.get(ids) as readonly Tables[K][] | undefined) ?? [...ids].flatMap((id) => table.get(id) ?? [])
    known.set(ids, rows)
    return rows
  }

  /** The IDs of rows by all the keys they have. */
  byKey<K extends TableName>(place: PlaceKey, keyed: KeyedBy<K>): ByKey {
    return byKey<K>(this.#state.places[place]?.[keyed.table], keyed)
  }

  get settings(): CloudSettings {
    return settingsIn(this.#state)
  }

  put<K extends TableName>(place: PlaceKey, name: K, id: string, row: Tables[K]): void {
    const table: Table<K> = this.#state.places[place]?.[name] ?? OrderedMap()
    this.#replace(place, name, id, table.set(id, row))
  }

  remove(place: PlaceKey, name: TableName, id: string): void {
    const table = this.#state.places[place]?.[name]
    if (table?.has(id)) this.#replace(place, name, id, (table as OrderedMap<string, unknown>).remove(id))
  }

  /** The row with some members changed; nothing happens when there is no such row. */
  change<K extends TableName>(place: PlaceKey, name: K, id: string, changes: Partial<Tables[K]>): void {
    const row = this.get(place, name, id)
    if (row !== undefined) this.put(place, name, id, { ...row, ...changes })
  }

  places(): readonly PlaceKey[] {
    return Object.keys(this.#state.places)
  }

  /** Runs on a draft of its own and takes its outcome over; when it throws, nothing of it stays. */
  attempt<T>(run: (inner: Draft) => T): T {
    const inner = new Draft(this.#state)
    const value = run(inner)
    this.#state = inner.#state
    return value
  }

  /** A new ID in EC2's form: the prefix, a dash and 17 hexadecimal digits. */
  mint(prefix: string): string {
    return `${prefix}-${this.mintHex(17)}`
  }

  mintUuid(): string {
    const hex = this.mintHex(32)
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
  }

  mintHex(length: number): string {
    const minted = this.#state.minted + 1
    this.#state = { ...this.#state, minted }
    return createHash('sha256').update(`${this.#state.seed}:${minted}`).digest('hex').slice(0, length)
  }

  #replace(place: PlaceKey, table: TableName, id: string, rows: OrderedMap<string, unknown>): void {
    const { places, written } = this.#state
    const before = places[place]?.[table]
    if (before !== undefined) carryKeys(before, rows, id)
    this.#state = {
      ...this.#state,
      places: { ...places, [place]: { ...places[place], [table]: rows } },
      written: { place, table, id, earlier: written },
    }
  }
}
