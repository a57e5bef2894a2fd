// A person's order that nothing new begins somewhere, and its end.

import { badArgument } from '../kernel/index.ts'
import {
  describeScope,
  type Hold,
  type HoldScope,
  type LedgerEvent,
  ordersOf,
  ordersSubject,
  sameScope,
} from '../release/index.ts'
import { openSession, type SessionContext } from './session.ts'

export interface HoldOrder {
  readonly scope: HoldScope
  readonly by: string
  readonly reason: string
}

/** Throws a ProblemError when that scope is held already. */
export function placeHold(context: SessionContext, order: HoldOrder): Promise<LedgerEvent> {
  return give(context, { type: 'hold.placed', ...order }, (held) => {
    if (held)
      throw badArgument(
        `${held.by} holds ${describeScope(order.scope)} already: ${held.reason}`,
        'drover status lists every hold',
      )
  })
}

/** Throws a ProblemError when there is no hold of just that scope. */
export function liftHold(context: SessionContext, order: HoldOrder): Promise<LedgerEvent> {
  return give(context, { type: 'hold.lifted', ...order }, (held, standing) => {
    if (held) return
    const hint = standing.length > 0 ? `there is one on ${standing.join(', and one on ')}` : 'there is none at all'
    throw badArgument(`there is no hold on ${describeScope(order.scope)}`, hint)
  })
}

async function give(
  context: SessionContext,
  event: HoldOrder & { readonly type: 'hold.placed' | 'hold.lifted' },
  refuse: (held: Hold | undefined, standing: readonly string[]) => void,
): Promise<LedgerEvent> {
  if (!event.reason.trim()) throw badArgument('an order needs a reason', 'say why with --reason: it stands in the ledger')
  const session = await openSession(context)
  const mayGive = (events: readonly LedgerEvent[]) => {
    const { holds } = ordersOf(events)
    const held = holds.find((hold) => sameScope(hold.scope, event.scope))
    refuse(
      held,
      holds.map(({ scope }) => describeScope(scope)),
    )
    return true
  }
  return (await session.append(ordersSubject, event, mayGive)) as LedgerEvent
}
