// The real ledger over files in memory, which several runners can share and a test can make crash.

import { createFileStore, createLedger, type Ledger, type LedgerEntry } from '../../pipeline/ledger/index.ts'
import type { LedgerEvent, ReleaseEvent } from '../../pipeline/release/index.ts'
import { recordsOf } from './factories.ts'
import { createMemoryFiles } from './memory-files.ts'

export interface MemoryLedger extends Ledger {
  /** Every record so far. */
  readonly records: readonly LedgerEvent[]
  /** Called around every append; a throw from it is the runner's death before or after the write. */
  onAppend: (moment: 'before' | 'after', entry: LedgerEntry) => void
}

export function createMemoryLedger(): MemoryLedger {
  const inner = createLedger(createFileStore(createMemoryFiles(), '/ledger'))
  const records: LedgerEvent[] = []
  const ledger: MemoryLedger = {
    ...inner,
    records,
    onAppend: () => undefined,
    append: async (head, entry) => {
      ledger.onAppend('before', entry)
      const record = await inner.append(head, entry)
      if (!record) return undefined
      records.push(record)
      ledger.onAppend('after', entry)
      return record
    },
  }
  return ledger
}

/** The event as the next record, at a moment in milliseconds since the epoch. */
export async function appendEvent(ledger: MemoryLedger, release: string, event: ReleaseEvent, at: number): Promise<void> {
  const [record] = recordsOf([event], { release, startAt: at })
  const { sequence: _, previousHash: __, hash: ___, ...draft } = record as LedgerEvent
  await ledger.append(ledger.records.at(-1), draft)
}

/** A ledger that holds these records' events; their places in the chain are made anew. */
export async function ledgerOf(records: readonly LedgerEvent[]): Promise<MemoryLedger> {
  const ledger = createMemoryLedger()
  for (const { at, wallAt, runner, release, event } of records) {
    await ledger.append(ledger.records.at(-1), { at, wallAt, runner, release, event })
  }
  return ledger
}
