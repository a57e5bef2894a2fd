// One runner's hold on the ledger: what it has read, and appends that are put in line and checked again after a lost race.

import { assert } from '../kernel/index.ts'
import { messageOf } from '../notify/index.ts'
import type { LedgerEvent } from '../release/index.ts'
import type { ConductorContext } from './context.ts'
import { isWitnessed, witness } from './witness.ts'

export interface LedgerSession {
  /** The ledger as this runner last saw it. */
  events(): readonly LedgerEvent[]
  refresh(): Promise<void>
  /**
   * Appends the event if `holds` says so of the events it would stand behind; asked again each time another runner was first.
   * Undefined when it no longer held.
   */
  append(release: string, event: LedgerEvent['event'], holds: Holds): Promise<LedgerEvent | undefined>
}

export type Holds = (events: readonly LedgerEvent[]) => boolean

/** Other runners append a few events a minute; losing this many races in a row is no race. */
const raceLimit = 1_000

export type SessionContext = Pick<
  ConductorContext,
  'ledger' | 'clock' | 'runner' | 'signal' | 'onProgress' | 'notifier' | 'evidenceDirectoryOf' | 'witnessHead'
>

export async function openSession(context: SessionContext): Promise<LedgerSession> {
  const { ledger, clock, runner, onProgress } = context
  let events = await ledger.read()
  let line: Promise<unknown> = Promise.resolve()

  /** Reads and appends of one runner follow one another, so that it never races with itself. */
  const inLine = <Value>(task: () => Promise<Value>): Promise<Value> => {
    const turn = line.then(task, task)
    line = turn.catch(() => undefined)
    return turn
  }

  const refresh = async () => {
    events = await ledger.read()
  }

  const append = async (release: string, event: LedgerEvent['event'], holds: Holds) => {
    for (let race = 0; race < raceLimit; race++) {
      if (!holds(events)) return undefined
      const at = new Date(clock.now()).toISOString()
      const wallAt = new Date(clock.wallNow()).toISOString()
      const record = await ledger.append(events.at(-1), { at, wallAt, runner, release, event })
      if (record) {
        events = [...events, record]
        onProgress({ kind: 'recorded', record })
        tellOf(record, events, context)
        return record
      }
      await refresh()
    }
    assert(false, `${raceLimit} appends in a row were lost to other runners`)
  }

  return {
    events: () => events,
    refresh: () => inLine(refresh),
    append: async (release, event, holds) => {
      const record = await inLine(() => append(release, event, holds))
      if (record && isWitnessed(event)) await witness(context, events, record)
      return record
    },
  }
}

/** Whoever has written a record tells of it, so that two runners tell of it once. */
function tellOf(record: LedgerEvent, events: readonly LedgerEvent[], context: SessionContext): void {
  const own = events.filter(({ release }) => release === record.release)
  const places = { ledger: context.ledger.location, evidence: context.evidenceDirectoryOf(record.release) }
  const message = messageOf(own, places)
  if (message) context.notifier.send(message)
}
