// Tells people again, once a day, of groups that were taken back and run an old image still.

import { type LedgerEvent, releasesOf, remindersDue } from '../release/index.ts'
import { openSession, type SessionContext } from './session.ts'

export interface RemindingOf {
  /** Of the families that there still are. */
  readonly families: readonly string[]
  /** Throws where the ledger has been cut off or altered: nothing is added to such a one. Asked only where there is something to tell. */
  readonly needWholeLedger: () => Promise<void>
}

/** Stands in the ledger, so that of several runners one tells of it; how many reminders were given. */
export async function remindOfUndone(context: SessionContext, { families, needWholeLedger }: RemindingOf): Promise<number> {
  const session = await openSession(context)
  const dueIn = (events: readonly LedgerEvent[]) =>
    remindersDue(releasesOf(events), context.clock.wallNow()).filter(({ undo }) => families.includes(undo.family))
  const due = dueIn(session.events())
  if (due.length > 0) await needWholeLedger()
  let given = 0
  for (const { undo, groups } of due) {
    const isDue = (events: readonly LedgerEvent[]) => dueIn(events).some((one) => one.undo.id === undo.id)
    if (await session.append(undo.id, { type: 'reminder.given', groups }, isDue)) given++
  }
  return given
}
