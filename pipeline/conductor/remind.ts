// Tells people again, once a day, of groups that were taken back and run an old image still.

import { type LedgerEvent, releasesOf, remindersDue } from '../release/index.ts'
import { openSession, type SessionContext } from './session.ts'

/** Stands in the ledger, so that of several runners one tells of it; how many reminders were given. */
export async function remindOfUndone(context: SessionContext): Promise<number> {
  const session = await openSession(context)
  const dueIn = (events: readonly LedgerEvent[]) => remindersDue(releasesOf(events), context.clock.wallNow())
  let given = 0
  for (const { undo, groups } of dueIn(session.events())) {
    const isDue = (events: readonly LedgerEvent[]) => dueIn(events).some((one) => one.undo.id === undo.id)
    if (await session.append(undo.id, { type: 'reminder.given', groups }, isDue)) given++
  }
  return given
}
