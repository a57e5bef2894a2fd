// One record of the ledger as bytes: readable JSON in exactly one form, so that not even white space can change unseen.

import { assert, canonicalJson, digestOf, type Json, parsedJson } from '../kernel/index.ts'
import type { LedgerEvent } from '../release/index.ts'
import { explainRecord } from './record-schema.ts'

/** What stands before the first record. */
export const genesisHash = '0'.repeat(64)

const keyShape = /^\d{9}\.json$/

/** The name a record is kept under: `000000042.json`, so that names sort as sequences do. */
export function keyOf(sequence: number): string {
  assert(Number.isInteger(sequence) && sequence >= 0 && sequence < 1_000_000_000, `sequence ${sequence} has at most nine digits`)
  return `${String(sequence).padStart(9, '0')}.json`
}

/** False for whatever else lies in the folder. */
export function isKey(name: string): boolean {
  return keyShape.test(name)
}

export function sealRecord(record: Omit<LedgerEvent, 'hash'>): { readonly event: LedgerEvent; readonly bytes: Uint8Array } {
  // Through JSON and back: what is hashed, written and handed on is the very same, without undefined members.
  const plain = JSON.parse(canonicalJson(record as unknown as Json)) as Omit<LedgerEvent, 'hash'>
  const event = { ...plain, hash: digestOf(plain as unknown as Json) }
  const complaint = explainRecord(event)
  assert(complaint === undefined, `only records that can be read again are written: ${complaint}`)
  return { event, bytes: new TextEncoder().encode(formatRecord(event)) }
}

export type OpenedRecord =
  | { readonly ok: true; readonly event: LedgerEvent }
  | { readonly ok: false; readonly kind: 'unreadable' | 'altered'; readonly message: string }

/** Never throws, whatever the bytes are. */
export function openRecord(bytes: Uint8Array): OpenedRecord {
  const text = decode(bytes)
  const value = text === undefined ? undefined : parsedJson(text)
  if (text === undefined || value === undefined) return { ok: false, kind: 'unreadable', message: 'it is not JSON in UTF-8' }
  const complaint = explainRecord(value)
  if (complaint !== undefined) return { ok: false, kind: 'unreadable', message: `it is not a record: ${complaint}` }
  const event = value as LedgerEvent
  const { hash, ...rest } = event
  if (hash !== digestOf(rest as unknown as Json))
    return { ok: false, kind: 'altered', message: 'its content does not have its hash' }
  if (text !== formatRecord(event)) return { ok: false, kind: 'altered', message: 'it is not written as drover writes it' }
  return { ok: true, event }
}

/** What a person wants to know first stands first; below that the keys are sorted. */
function formatRecord({ sequence, at, wallAt, runner, release, event, previousHash, hash }: LedgerEvent): string {
  const sorted = JSON.parse(canonicalJson(event as unknown as Json)) as LedgerEvent['event']
  const { type, ...rest } = sorted
  const record = { sequence, at, wallAt, runner, release, event: { type, ...rest }, previousHash, hash }
  return `${JSON.stringify(record, null, 2)}\n`
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
