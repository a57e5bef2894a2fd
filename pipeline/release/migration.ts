// Taking a group off its launch configuration, as the ledger knows it: ordered, and not yet done.

import type { GroupKey, LedgerEvent, StandingOrder } from './event.ts'
import { sameGroup } from './group-key.ts'
import { isOrder } from './orders.ts'

export type MigrationOrder = Extract<StandingOrder, { readonly type: 'group.migration-ordered' }>

/** The order that somebody gave and no runner has carried out; undefined when there is none. */
export function openMigration(events: readonly LedgerEvent[], key: GroupKey): MigrationOrder | undefined {
  const last = events
    .flatMap(({ event }) => (isOrder(event) && 'group' in event && sameGroup(event.group, key) ? [event] : []))
    .at(-1)
  return last?.type === 'group.migration-ordered' ? last : undefined
}
