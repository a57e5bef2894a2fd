// The ledger over a store: read whole and proven, appended to behind a head that the caller has seen.

import { ProblemError } from '../kernel/index.ts'
import type { LedgerStore } from '../ports/index.ts'
import type { LedgerEvent } from '../release/index.ts'
import { type Breach, type Chain, followChain, type StoredRecord } from './chain.ts'
import { breachOfHeads, type KnownHead } from './known-head.ts'
import { genesisHash, isKey, keyOf, sealRecord } from './record.ts'

/** What a caller says of an event; its place in the chain is the ledger's to say. */
export type LedgerEntry = Omit<LedgerEvent, 'sequence' | 'previousHash' | 'hash'>

export type LedgerVerdict =
  | { readonly ok: true; readonly records: number; readonly head: LedgerEvent | undefined }
  /** `records`: how many before the breach are whole. */
  | { readonly ok: false; readonly records: number; readonly breach: Breach }

export interface Ledger {
  readonly location: string
  /**
   * Every event, proven and in order. Throws a ProblemError when the chain is broken, or ends before a head that is known from
   * elsewhere: nothing may be decided on it.
   */
  read(knownHeads?: readonly KnownHead[]): Promise<readonly LedgerEvent[]>
  /**
   * Appends behind `head` (undefined: an empty ledger). Undefined when another runner was first: whatever the caller decided,
   * it decided on a ledger that is no longer the whole one, and must read and decide again.
   */
  append(head: LedgerEvent | undefined, entry: LedgerEntry): Promise<LedgerEvent | undefined>
  /** Reads everything anew and says what is wrong; never throws for what the records hold. */
  verify(knownHeads?: readonly KnownHead[]): Promise<LedgerVerdict>
}

export function createLedger(store: LedgerStore): Ledger {
  /** What this process has proven already needn't be fetched again. */
  let proven: readonly LedgerEvent[] = []
  return {
    location: store.location,
    read: async (knownHeads = []) => {
      const chain = await readChain(store, proven)
      const breach = chain.ok ? breachOfHeads(chain.events, knownHeads) : chain.breach
      if (breach) throw broken(store, breach)
      proven = chain.events
      return proven
    },
    append: async (head, entry) => {
      const sequence = (head?.sequence ?? 0) + 1
      const { event, bytes } = sealRecord({ sequence, ...entry, previousHash: head?.hash ?? genesisHash })
      return (await store.putIfAbsent(keyOf(sequence), bytes)) === 'written' ? event : undefined
    },
    verify: async (knownHeads = []) => verdictOn(await readChain(store, []), knownHeads),
  }
}

/** Fetched this many at a time. */
const batchSize = 16

async function readChain(store: LedgerStore, proven: readonly LedgerEvent[]): Promise<Chain> {
  const keys = (await store.list()).filter(isKey)
  const known = proven.map(({ sequence }) => keyOf(sequence))
  const gone = known.find((key, index) => keys[index] !== key)
  // Not even what was proven is there as it was: prove it all again, and so find the breach.
  if (gone !== undefined) return readChain(store, [])
  let chain: Chain = { ok: true, events: proven }
  const fresh = keys.slice(known.length)
  for (let start = 0; start < fresh.length && chain.ok; start += batchSize) {
    chain = followChain(chain.events, await fetchRecords(store, fresh.slice(start, start + batchSize)))
  }
  return chain
}

/** A record that was listed but is gone again is left out: the next one shows the gap. */
async function fetchRecords(store: LedgerStore, keys: readonly string[]): Promise<readonly StoredRecord[]> {
  const fetched = await Promise.all(keys.map(async (key) => ({ key, bytes: await store.get(key) })))
  return fetched.flatMap(({ key, bytes }) => (bytes === undefined ? [] : [{ key, bytes }]))
}

function verdictOn(chain: Chain, knownHeads: readonly KnownHead[]): LedgerVerdict {
  const records = chain.events.length
  const breach = chain.ok ? breachOfHeads(chain.events, knownHeads) : chain.breach
  return breach ? { ok: false, records, breach } : { ok: true, records, head: chain.events.at(-1) }
}

function broken(store: LedgerStore, breach: Breach): ProblemError {
  return new ProblemError({
    code: 'ledger-broken',
    message: `the ledger in ${store.location} is broken at record ${breach.sequence}: ${breach.message}`,
    hint: 'Find out who changed it (drover ledger verify), and put the record back from a copy; drover decides nothing until then.',
  })
}
