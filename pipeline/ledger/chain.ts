// The chain of records: each names the hash of the one before, so that none can be changed, moved or taken out unseen.

import type { LedgerEvent } from '../release/index.ts'
import { genesisHash, keyOf, openRecord } from './record.ts'

/** The first thing that is wrong, and where. */
export interface Breach {
  readonly kind: /** A record is not there although a later one is. */
    | 'missing'
    /** Not JSON, or not the shape of a record. */
    | 'unreadable'
    /** A record whose content isn't what its hash was made of. */
    | 'altered'
    /** A whole record under another one's name. */
    | 'misplaced'
    /** A whole record that doesn't follow the one before it. */
    | 'unchained'
    /** The record that is known to have been the last isn't there: the end was cut off, or the whole ledger replaced. */
    | 'truncated'
  readonly sequence: number
  /** The record's name in the store. */
  readonly key: string
  /** One sentence. */
  readonly message: string
}

export type Chain =
  | { readonly ok: true; readonly events: readonly LedgerEvent[] }
  /** `events`: what stands before the breach. */
  | { readonly ok: false; readonly breach: Breach; readonly events: readonly LedgerEvent[] }

export interface StoredRecord {
  readonly key: string
  readonly bytes: Uint8Array
}

/** Goes on from `verified`, whose last record the first of `stored` must follow. `stored` is sorted by key. */
export function followChain(verified: readonly LedgerEvent[], stored: readonly StoredRecord[]): Chain {
  const events = [...verified]
  for (const record of stored) {
    const breach = breachOf(record, events.length + 1, events.at(-1)?.hash ?? genesisHash)
    if ('kind' in breach) return { ok: false, breach, events }
    events.push(breach.event)
  }
  return { ok: true, events }
}

function breachOf(
  { key, bytes }: StoredRecord,
  sequence: number,
  previousHash: string,
): Breach | { readonly event: LedgerEvent } {
  const expected = keyOf(sequence)
  const breach = (kind: Breach['kind'], message: string): Breach => ({ kind, sequence, key: expected, message })
  if (key < expected) return breach('misplaced', `${key} comes before the first record`)
  if (key !== expected) return breach('missing', `${expected} is missing: the next record is ${key}`)
  const opened = openRecord(bytes)
  if (!opened.ok) return breach(opened.kind, `${key} was changed: ${opened.message}`)
  const { event } = opened
  if (event.sequence !== sequence) return breach('misplaced', `${key} holds record ${event.sequence}`)
  if (event.previousHash !== previousHash) {
    return breach(
      'unchained',
      `${key} follows a record with hash ${shortened(event.previousHash)}, but the one before it has ${shortened(previousHash)}`,
    )
  }
  return { event }
}

function shortened(hash: string): string {
  return hash.slice(0, 12)
}
