import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import { createLedger } from '../../pipeline/ledger/index.ts'
import { openRecord } from '../../pipeline/ledger/record.ts'
import type { recordSchema, Stored } from '../../pipeline/ledger/record-schema.ts'
import type { LedgerEvent } from '../../pipeline/release/index.ts'
import { anEntry, anyEvents, appendAll, createMemoryStore, someEvents } from './support.ts'

/** A ledger of these events, and the store under it. */
async function aLedgerOf(events: readonly LedgerEvent['event'][]) {
  const store = createMemoryStore()
  const records = await appendAll(createLedger(store), events)
  const known = (hash: string) => ({ hash, source: 'the test' })
  return { store, records, verify: (head?: string) => createLedger(store).verify(head ? [known(head)] : []) }
}

describe('append and read', () => {
  it('gives back what was appended, chained from nothing on', async () => {
    const { store, records, verify } = await aLedgerOf(someEvents)
    expect(await createLedger(store).read()).toEqual(records)
    expect(records.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6])
    expect(records[0]?.previousHash).toBe('0'.repeat(64))
    expect(records.slice(1).map(({ previousHash }) => previousHash)).toEqual(records.slice(0, -1).map(({ hash }) => hash))
    expect(await verify()).toEqual({ ok: true, records: 6, head: records[5] })
  })

  it('starts empty', async () => {
    const ledger = createLedger(createMemoryStore())
    expect(await ledger.read()).toEqual([])
    expect(await ledger.verify()).toEqual({ ok: true, records: 0, head: undefined })
  })

  it('refuses an append behind a head that is no longer the last', async () => {
    const { store, records } = await aLedgerOf(someEvents.slice(0, 2))
    const ledger = createLedger(store)
    expect(await ledger.append(records[0], anEntry())).toBeUndefined()
    expect(await ledger.append(undefined, anEntry())).toBeUndefined()
    expect(await ledger.append(records[1], anEntry())).toMatchObject({ sequence: 3 })
  })

  it('sees what others append, and proves again what it had proven when that changes', async () => {
    const { store, records } = await aLedgerOf(someEvents.slice(0, 2))
    const reader = createLedger(store)
    expect(await reader.read()).toHaveLength(2)
    const [, last] = records
    await createLedger(store).append(last, anEntry())
    expect(await reader.read()).toHaveLength(3)
    store.objects.delete('000000001.json')
    await expect(reader.read()).rejects.toThrow('000000001.json is missing: the next record is 000000002.json')
  })

  it('is readable by people: one member a line, what matters first', async () => {
    const { store } = await aLedgerOf([{ type: 'approval.denied', stage: 'prod', by: 'ada', reason: 'too late' }])
    const text = new TextDecoder().decode(store.objects.get('000000001.json'))
    expect(text.split('\n').slice(0, 12)).toEqual([
      '{',
      '  "sequence": 1,',
      '  "at": "2026-11-16T03:17:00.000Z",',
      '  "wallAt": "2026-11-16T03:17:00.000Z",',
      '  "runner": "ada@acme",',
      '  "release": "web-2026.47.1",',
      '  "event": {',
      '    "type": "approval.denied",',
      '    "by": "ada",',
      '    "reason": "too late",',
      '    "stage": "prod"',
      '  },',
    ])
  })

  it('asserts that it writes only what it can read', async () => {
    const event = { type: 'bake.intended', token: 7 } as unknown as LedgerEvent['event']
    await expect(createLedger(createMemoryStore()).append(undefined, anEntry(event))).rejects.toThrow('event.token')
  })

  it('knows every event that the release room knows', () => {
    expectTypeOf<Stored<LedgerEvent>>().toExtend<Stored<z.output<typeof recordSchema>>>()
  })
})

describe('verify finds', () => {
  it('any single byte that was changed, and says which record', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyEvents,
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (events, which, where, difference) => {
          const { store, verify } = await aLedgerOf(events)
          const key = [...store.objects.keys()].sort()[which % events.length] as string
          const bytes = Uint8Array.from(store.objects.get(key) as Uint8Array)
          bytes[where % bytes.length] = (bytes[where % bytes.length] as number) ^ difference
          store.objects.set(key, bytes)
          const found = await verify()
          expect(found).toMatchObject({ ok: false, records: which % events.length, breach: { key } })
        },
      ),
      { numRuns: 300 },
    )
  })

  it('any byte that was taken out or put in', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvents, fc.nat(), fc.nat(), fc.option(fc.nat(255)), async (events, which, where, added) => {
        const { store, verify } = await aLedgerOf(events)
        const key = [...store.objects.keys()].sort()[which % events.length] as string
        const bytes = [...(store.objects.get(key) as Uint8Array)]
        if (added === null) bytes.splice(where % bytes.length, 1)
        else bytes.splice(where % (bytes.length + 1), 0, added)
        store.objects.set(key, Uint8Array.from(bytes))
        expect(await verify()).toMatchObject({ ok: false, breach: { key } })
      }),
      { numRuns: 300 },
    )
  })

  it('any two records that changed places', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvents, fc.nat(), fc.nat(), async (events, a, b) => {
        const { store, verify } = await aLedgerOf(events)
        const keys = [...store.objects.keys()].sort()
        const [one, other] = [keys[a % keys.length] as string, keys[b % keys.length] as string]
        fc.pre(one !== other)
        const [first, second] = [store.objects.get(one) as Uint8Array, store.objects.get(other) as Uint8Array]
        store.objects.set(one, second).set(other, first)
        expect(await verify()).toMatchObject({ ok: false, breach: { kind: 'misplaced', key: [one, other].sort()[0] } })
      }),
    )
  })

  it('any record that was deleted, the last one with the help of its hash', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvents, fc.nat(), async (events, which) => {
        const { store, records, verify } = await aLedgerOf(events)
        const gone = records[which % records.length] as LedgerEvent
        store.objects.delete(`00000000${gone.sequence}.json`)
        const kind = gone.sequence === records.length ? 'truncated' : 'missing'
        expect(await verify(records.at(-1)?.hash)).toMatchObject({ ok: false, breach: { kind, sequence: gone.sequence } })
      }),
    )
  })

  it('a forged chain, whole in itself, by the hash of the head that was known', async () => {
    const { records } = await aLedgerOf(someEvents)
    const forged = await aLedgerOf(someEvents.toReversed())
    expect(await forged.verify()).toMatchObject({ ok: true })
    expect(await forged.verify(records.at(-1)?.hash)).toMatchObject({ ok: false, breach: { kind: 'truncated' } })
  })

  it('a record re-sealed behind another past', async () => {
    const { store, verify } = await aLedgerOf(someEvents)
    const other = await aLedgerOf(someEvents.toReversed())
    store.objects.set('000000003.json', other.store.objects.get('000000003.json') as Uint8Array)
    expect(await verify()).toMatchObject({ ok: false, records: 2, breach: { kind: 'unchained', key: '000000003.json' } })
  })

  it('nothing wrong with a head that others have moved on from', async () => {
    const { records, verify } = await aLedgerOf(someEvents)
    expect(await verify(records[1]?.hash)).toMatchObject({ ok: true, records: 6 })
  })

  it.each([
    ['nothing', '', 'unreadable'],
    ['half a record', '{"sequence": 1,', 'unreadable'],
    ['something else', '[]', 'unreadable'],
    ['a number', '1e999', 'unreadable'],
    ['a deep nest', '['.repeat(100_000), 'unreadable'],
    ['a prototype', '{"__proto__": {"sequence": 1}}', 'unreadable'],
  ])('%s in place of a record', async (_what, text, kind) => {
    const { store, verify } = await aLedgerOf(someEvents)
    store.objects.set('000000002.json', new TextEncoder().encode(text))
    expect(await verify()).toMatchObject({ ok: false, records: 1, breach: { kind, key: '000000002.json' } })
  })

  it('a record before the first, and minds nothing else that lies there', async () => {
    const { store, verify } = await aLedgerOf(someEvents)
    store.objects.set('README', new Uint8Array())
    store.objects.set('000000002.json.bak', new Uint8Array())
    expect(await verify()).toMatchObject({ ok: true })
    store.objects.set('000000000.json', new Uint8Array())
    expect(await verify()).toMatchObject({ ok: false, breach: { kind: 'misplaced' } })
  })
})

it('opens any bytes without throwing', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => new TextEncoder().encode(text)),
      ),
      (bytes) => {
        expect(openRecord(bytes).ok).toBe(false)
      },
    ),
  )
})
