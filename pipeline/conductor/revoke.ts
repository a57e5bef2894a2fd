// A person's order that a release is bad, and that it is good after all.

import { badArgument } from '../kernel/index.ts'
import {
  builtAs,
  describeRevocation,
  historyOf,
  type LedgerEvent,
  ordersSubject,
  type Release,
  type Revocation,
} from '../release/index.ts'
import { needRelease } from './need-release.ts'
import { openSession, type SessionContext } from './session.ts'

export interface RevokeOrder {
  readonly releaseId: string
  readonly by: string
  readonly reason: string
}

/** Undefined when it is revoked already: what is left to do of it may be done. Throws a ProblemError for what can't be revoked. */
export async function revokeRelease(context: SessionContext, order: RevokeOrder): Promise<LedgerEvent | undefined> {
  const session = await openSession(context)
  needRevocable(session.events(), order.releaseId)
  if (standing(session.events(), order.releaseId) === undefined) needReason(order)
  const mayGive = (events: readonly LedgerEvent[]) => standing(events, order.releaseId) === undefined
  return session.append(ordersSubject, { type: 'release.revoked', ...order }, mayGive)
}

/** Throws a ProblemError when it is not revoked. Undefined when `prepare` says that it can't be taken back yet. */
export async function restoreRelease(
  context: SessionContext,
  order: RevokeOrder,
  prepare: (release: Release) => Promise<boolean> = async () => true,
): Promise<LedgerEvent | undefined> {
  const session = await openSession(context)
  const release = needRevocable(session.events(), order.releaseId)
  needReason(order)
  const isRevoked = (events: readonly LedgerEvent[]) => standing(events, order.releaseId) !== undefined
  if (isRevoked(session.events()) && !(await prepare(release))) return undefined
  await session.refresh()
  const record = await session.append(ordersSubject, { type: 'release.restored', ...order }, isRevoked)
  if (record) return record
  const others = historyOf(session.events()).orders.revocations.map(describeRevocation)
  throw badArgument(`${order.releaseId} is not revoked`, others.length > 0 ? others.join('; ') : 'no release is')
}

function standing(events: readonly LedgerEvent[], releaseId: string): Revocation | undefined {
  return historyOf(events).orders.revocations.find((one) => one.releaseId === releaseId)
}

function needRevocable(events: readonly LedgerEvent[], releaseId: string): Release {
  const release = needRelease(historyOf(events).releases, releaseId)
  const from = builtAs(release)
  if (from !== undefined)
    throw badArgument(`${releaseId} is ${nameOf(release)} and has no image of its own`, `drover revoke ${from}`)
  return release
}

function nameOf({ lane }: Release): string {
  return lane === 'renewal' ? 'a renewal' : 'an undo'
}

function needReason({ reason }: RevokeOrder): void {
  if (!reason.trim()) throw badArgument('an order needs a reason', 'say why with --reason: it stands in the ledger')
}
