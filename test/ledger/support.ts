// Entries and chains for the tests of the ledger room.

import fc from 'fast-check'
import type { Ledger, LedgerEntry } from '../../pipeline/ledger/index.ts'
import type { LedgerStore } from '../../pipeline/ports/index.ts'
import type { LedgerEvent } from '../../pipeline/release/index.ts'

export function anEntry(event: LedgerEvent['event'] = { type: 'bake.intended', token: 't1' }): LedgerEntry {
  const at = '2026-11-16T03:17:00.000Z'
  return { at, wallAt: at, runner: 'ada@acme', release: 'web-2026.47.1', event }
}

/** A store in memory; what it holds is the test's to change. */
export interface MemoryStore extends LedgerStore {
  readonly objects: Map<string, Uint8Array>
}

export function createMemoryStore(objects = new Map<string, Uint8Array>()): MemoryStore {
  return {
    location: 'memory',
    objects,
    putIfAbsent: async (key, bytes) => {
      if (objects.has(key)) return 'exists'
      objects.set(key, bytes)
      return 'written'
    },
    get: async (key) => objects.get(key),
    list: async () => [...objects.keys()].sort(),
  }
}

export async function appendAll(ledger: Ledger, events: readonly LedgerEvent['event'][]): Promise<readonly LedgerEvent[]> {
  const appended: LedgerEvent[] = []
  for (const event of events) {
    const record = await ledger.append(appended.at(-1), anEntry(event))
    if (record === undefined) throw new Error('somebody else was there')
    appended.push(record)
  }
  return appended
}

export const someEvents: readonly LedgerEvent['event'][] = [
  { type: 'bake.intended', token: 't1' },
  { type: 'bake.failed', cause: 'grün – "quoted"\n\u2028' },
  { type: 'verify.finished', verdict: 'refuse', reasons: ['one', 'two'], counts: noCounts(), evidence: [] },
  {
    type: 'roll.intended',
    group: { stage: 'prod', region: 'eu-west-1', group: 'web' },
    imageId: 'ami-1',
    previous: { templateId: 'lt-1', version: 7, imageId: undefined },
    token: 't2',
  },
  {
    type: 'fleet.checked',
    exposed: [{ group: { stage: 'prod', region: 'eu-west-1', group: 'web' }, instance: 'i-1', imageId: 'ami-0' }],
    unasked: ['eu-west-1/batch in prod: denied'],
    reverted: [{ group: { stage: 'prod', region: 'eu-west-1', group: 'web' }, imageId: 'ami-0', version: '1' }],
  },
  { type: 'release.finished', openToProductionMs: 86_400_000, openToProductionWallMs: 300_000 },
]

export const anyEvents = fc.array(fc.constantFrom(...someEvents), { minLength: 2, maxLength: 6 })

function noCounts() {
  const names = [
    'passed',
    'fixed',
    'failed',
    'error',
    'unknown',
    'waived',
    'disputed',
    'notJudged',
    'notApplicable',
    'notChecked',
  ] as const
  const zero = Object.fromEntries(names.map((name) => [name, 0])) as Record<(typeof names)[number], number>
  return { ...zero, deselected: 0, informational: 0 }
}
