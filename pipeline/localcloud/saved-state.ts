// Keeps the cloud's state on disk: a whole state, and a journal of the rows that changed since; no request is answered before its change is there.

import { OrderedMap } from 'immutable'
import { z } from 'zod'
import { parsedJson } from '../kernel/index.ts'
import type { Files, Journal } from '../ports/index.ts'
import { type CloudState, emptyState, rowIn, type Written } from './store/state.ts'

export interface SavedState {
  /** The state last saved, or an empty one with that seed. */
  load(seed: string): Promise<CloudState>
  /** Resolves when this state, or a later one, is written. */
  save(state: CloudState): Promise<void>
  /** Lets go of the files, when no save is under way; another save would be a whole state. */
  close(): Promise<void>
}

/** Without files the state lives and dies with the process. */
export const unsaved: SavedState = {
  load: async (seed) => emptyState(seed),
  save: async ({ written }) => forget(written),
  close: async () => undefined,
}

/** A journal is folded into a new whole state when it has grown beyond this, and beyond the state itself. */
const shortestJournal = 1_048_576

const wholeSchema = z.object({
  seed: z.string(),
  minted: z.number(),
  /** Which journal goes on from here; states of before there were journals have none. */
  journal: z.number().default(0),
  places: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))),
})

/** How many IDs were given out, and rows by place, table and ID; one without a fourth member was removed. */
const lineSchema = z.tuple([
  z.number(),
  z.array(z.tuple([z.string(), z.string(), z.string()]).or(z.tuple([z.string(), z.string(), z.string(), z.unknown()]))),
])

/**
 * `path` holds a whole state with the number of its journal, `path.N`. Both can be read by their owner only: they hold access keys.
 * Changes that come while a write is under way share the next one. The whole state is written durably. A line of the journal
 * outlives this process from the moment it is written, a power cut only when the kernel has stored it; what machines are then
 * without a row is swept at the next start.
 */
export function savedState(files: Files, path: string): SavedState {
  let latest: CloudState | undefined
  let asked = 0
  let written = 0
  let writing: Promise<void> | undefined
  /** Undefined when the next write must be a whole state: there is none yet, or a line may have been written by half. */
  let journal: { readonly wholeBytes: number; readonly bytes: number } | undefined
  let lastNumber = 0
  /** The journal of that number, held open. */
  let lines: Journal | undefined
  let saved: Written | undefined

  const close = async () => {
    const closing = lines
    lines = undefined
    journal = undefined
    await closing?.close()
  }

  const writeWhole = async (state: CloudState) => {
    const number = lastNumber + 1
    const { seed, minted, places } = state
    const text = `${JSON.stringify({ format: 2, seed, minted, journal: number, places })}\n`
    await files.write(`${path}.${number}`, '', 0o600)
    await files.write(path, text, 0o600)
    await files.remove(`${path}.${lastNumber}`)
    lastNumber = number
    await close()
    lines = await files.openJournal(`${path}.${number}`)
    journal = { wholeBytes: text.length, bytes: 0 }
  }

  const write = async () => {
    const turn = asked
    const state = latest
    if (state === undefined) return
    if (lines === undefined || journal === undefined || journal.bytes > Math.max(shortestJournal, journal.wholeBytes)) {
      journal = undefined
      await writeWhole(state)
    } else {
      const { wholeBytes, bytes } = journal
      const line = lineOf(state, saved)
      journal = undefined
      await lines.append(line)
      journal = { wholeBytes, bytes: bytes + line.length }
    }
    saved = state.written
    forget(saved)
    written = turn
  }

  return {
    async load(seed) {
      const text = await files.readText(path)
      if (text === undefined) return emptyState(seed)
      const whole = wholeSchema.parse(JSON.parse(text))
      lastNumber = whole.journal
      return replayed(whole, (await files.readText(`${path}.${whole.journal}`)) ?? '')
    },
    async save(state) {
      if (state !== latest) {
        latest = state
        asked++
      }
      const turn = asked
      while (written < turn) {
        writing ??= write().finally(() => {
          writing = undefined
        })
        await writing
      }
    },
    close,
  }
}

/** What was written before is in a file, or will never be. */
function forget(written: Written | undefined): void {
  if (written !== undefined) written.earlier = undefined
}

/** Rows in the order of their first write, so that new ones keep their order; each as it is now. */
function lineOf(state: CloudState, saved: Written | undefined): string {
  const writes: Written[] = []
  for (let one = state.written; one !== undefined && one !== saved; one = one.earlier) writes.push(one)
  const changes = new Map<string, readonly unknown[]>()
  for (const { place, table, id } of writes.reverse()) {
    const row = rowIn(state, place, table, id)
    const key = `${place} ${table} ${id}`
    if (!changes.has(key)) changes.set(key, row === undefined ? [place, table, id] : [place, table, id, row])
  }
  return `${JSON.stringify([state.minted, [...changes.values()]])}\n`
}

/** Up to the first line that is not whole: a process that ended while it wrote had not answered for it yet. */
function replayed(whole: z.infer<typeof wholeSchema>, journal: string): CloudState {
  let { minted } = whole
  const places = new Map(
    Object.entries(whole.places).map(([place, tables]) => {
      const ordered = Object.entries(tables).map(([name, rows]) => [name, OrderedMap(Object.entries(rows))] as const)
      return [place, new Map(ordered)] as const
    }),
  )
  for (const text of journal.split('\n').slice(0, -1)) {
    const line = lineSchema.safeParse(parsedJson(text))
    if (!line.success) break
    const [given, changes] = line.data
    minted = given
    for (const [place, name, id, ...row] of changes) {
      const tables = places.get(place) ?? new Map<string, OrderedMap<string, unknown>>()
      places.set(place, tables)
      const table = tables.get(name) ?? OrderedMap<string, unknown>()
      tables.set(name, row.length === 0 ? table.remove(id) : table.set(id, row[0]))
    }
  }
  const rows = Object.fromEntries([...places].map(([place, tables]) => [place, Object.fromEntries(tables)]))
  return { ...emptyState(whole.seed), minted, places: rows as CloudState['places'] }
}
