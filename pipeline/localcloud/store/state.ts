// The whole cloud as one immutable value, and the draft through which a request or a tick makes the next one.

import { createHash } from 'node:crypto'
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
export type PlaceRows = { readonly [K in TableName]?: Table<K> }

export interface CloudState {
  /** Version of this shape, for states written by an older program. */
  readonly format: 1
  /** What IDs are derived from, with `minted`: two clouds never give out the same ones. */
  readonly seed: string
  readonly minted: number
  readonly places: Readonly<Record<PlaceKey, PlaceRows>>
}

export function emptyState(seed: string): CloudState {
  return { format: 1, seed, minted: 0, places: {} }
}

/** Reads see its own writes; the state it began from is never touched, so a refused request leaves nothing behind. */
export class Draft {
  #state: CloudState
  /** Copies this draft made and may therefore still write to. */
  readonly #own = new Set<object>()

  constructor(state: CloudState) {
    this.#state = state
  }

  get state(): CloudState {
    return this.#state
  }

  table<K extends TableName>(place: PlaceKey, name: K): Table<K> {
    return (this.#state.places[place]?.[name] ?? noRows) as Table<K>
  }

  rows<K extends TableName>(place: PlaceKey, name: K): readonly Tables[K][] {
    return Object.values(this.table(place, name))
  }

  get<K extends TableName>(place: PlaceKey, name: K, id: string): Tables[K] | undefined {
    const table = this.table(place, name)
    return Object.hasOwn(table, id) ? table[id] : undefined
  }

  put<K extends TableName>(place: PlaceKey, name: K, id: string, row: Tables[K]): void {
    this.#writable(place, name)[id] = row
  }

  remove(place: PlaceKey, name: TableName, id: string): void {
    delete this.#writable(place, name)[id]
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
    this.#own.clear()
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

  #writable(place: PlaceKey, name: TableName): Record<string, unknown> {
    const places = this.#owned(this.#state.places, (copy) => {
      this.#state = { ...this.#state, places: copy }
    })
    const rows = this.#owned(places[place] ?? {}, (copy) => {
      places[place] = copy
    })
    return this.#owned((rows as Record<string, Record<string, unknown>>)[name] ?? {}, (copy) => {
      ;(rows as Record<string, Record<string, unknown>>)[name] = copy
    })
  }

  #owned<T extends object>(value: T, replace: (copy: T) => void): { -readonly [K in keyof T]: T[K] } {
    if (this.#own.has(value)) return value
    const copy = { ...value }
    this.#own.add(copy)
    replace(copy)
    return copy
  }
}

const noRows = Object.freeze({})
