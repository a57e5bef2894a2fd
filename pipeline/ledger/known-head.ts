// The newest record as it was known somewhere else: a chain alone doesn't show that its end was cut off.

import type { LedgerEvent } from '../release/index.ts'
import type { Breach } from './chain.ts'
import { keyOf } from './record.ts'

export interface KnownHead {
  /** Undefined when only the hash is known: then it can't be said how many records are missing. */
  readonly sequence?: number
  readonly hash: string
  /** Who knows it, for messages: `ami-1 (web-2026.47.1)`. */
  readonly source: string
}

const shape = /^(?:([1-9]\d{0,8}):)?([0-9a-f]{64})$/

/** `42:3f9c…`: short enough for a tag, whole enough to prove the end of a ledger. */
export function formatHead({ sequence, hash }: Pick<LedgerEvent, 'sequence' | 'hash'>): string {
  return `${sequence}:${hash}`
}

/** What `formatHead` wrote, or a hash alone; undefined for anything else. */
export function parseHead(text: string, source: string): KnownHead | undefined {
  const [, sequence, hash] = shape.exec(text.trim()) ?? []
  if (hash === undefined) return undefined
  return sequence === undefined ? { hash, source } : { sequence: Number(sequence), hash, source }
}

/** What is wrong by the heads, the one with the most records first; undefined when the ledger holds them all. */
export function breachOfHeads(events: readonly LedgerEvent[], heads: readonly KnownHead[]): Breach | undefined {
  const newestFirst = heads.toSorted((a, b) => (b.sequence ?? 0) - (a.sequence ?? 0))
  for (const head of newestFirst) {
    const breach = breachOfHead(events, head)
    if (breach) return breach
  }
  return undefined
}

function breachOfHead(events: readonly LedgerEvent[], { sequence, hash, source }: KnownHead): Breach | undefined {
  const records = events.length
  const truncated = (at: number, message: string): Breach => ({ kind: 'truncated', sequence: at, key: keyOf(at), message })
  const short = hash.slice(0, 12)
  if (sequence === undefined) {
    if (events.some((event) => event.hash === hash)) return undefined
    const message = `no record has the hash ${short}, which was the last one's by ${source}: the end was cut off or the ledger replaced`
    return truncated(records + 1, message)
  }
  if (sequence > records) {
    const missing = sequence === records + 1 ? keyOf(sequence) : `${keyOf(records + 1)} to ${keyOf(sequence)}`
    return truncated(
      records + 1,
      `the end was cut off: ${missing} are missing, for ${source} knows record ${sequence} (${short})`,
    )
  }
  if (events[sequence - 1]?.hash === hash) return undefined
  return truncated(
    sequence,
    `${keyOf(sequence)} is not the record ${short} that ${source} knows: the ledger was replaced from there on`,
  )
}
