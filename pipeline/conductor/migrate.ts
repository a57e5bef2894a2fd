// A person's order that a group leaves its launch configuration: on record before anything is done, and what came of it after.

import { badArgument } from '../kernel/index.ts'
import type { CloudOutcome, TemplateVersion } from '../ports/index.ts'
import { type LedgerEvent, type Migration, openMigration, ordersSubject } from '../release/index.ts'
import { openSession, type SessionContext } from './session.ts'

export type MigrationWish = Omit<Migration, 'since'>

/**
 * Orders, acts and records. An order that a runner was stopped in is gone on with as it was given, whoever asks again; `act` is then
 * called a second time. A failure leaves the order open.
 */
export async function carryOutMigration(
  context: SessionContext,
  wish: MigrationWish,
  act: () => Promise<CloudOutcome<TemplateVersion>>,
): Promise<CloudOutcome<LedgerEvent | undefined>> {
  const session = await openSession(context)
  const { group } = wish
  const isFree = (events: readonly LedgerEvent[]) => openMigration(events, group) === undefined
  if (isFree(session.events()) && !wish.reason.trim())
    throw badArgument('an order needs a reason', 'say why with --reason: it stands in the ledger')
  await session.append(ordersSubject, { type: 'group.migration-ordered', ...wish }, isFree)
  const outcome = await act()
  if (!outcome.ok) return outcome
  await session.refresh()
  // Another runner that went on with the same order may have been first to say that it is done.
  const order = openMigration(session.events(), group)
  if (order === undefined) return { ok: true, value: undefined }
  const { since: _, ...given } = order
  const done = { ...given, type: 'group.migrated', template: outcome.value } as const
  const record = await session.append(ordersSubject, done, (events) => openMigration(events, group) !== undefined)
  return { ok: true, value: record }
}
