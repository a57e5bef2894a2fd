// What somebody has ordered and not taken back: it stands beside the releases, and binds every one of them.

import type { GroupKey, HoldScope, LedgerEvent, StandingOrder } from './event.ts'
import { describeGroup } from './group-key.ts'

export interface Hold {
  readonly scope: HoldScope
  readonly by: string
  readonly reason: string
  /** ISO 8601, wall time. */
  readonly since: string
}

export interface Orders {
  /** Those that stand, oldest first. */
  readonly holds: readonly Hold[]
}

/** What orders go by where a record names its release: no release's ID, for it has no number. */
export const ordersSubject = 'orders'

export function isOrder(event: LedgerEvent['event']): event is StandingOrder {
  return event.type === 'hold.placed' || event.type === 'hold.lifted'
}

export function ordersOf(events: readonly LedgerEvent[]): Orders {
  let holds: readonly Hold[] = []
  for (const { event, wallAt } of events) {
    if (!isOrder(event)) continue
    holds = holds.filter((hold) => !sameScope(hold.scope, event.scope))
    const { scope, by, reason } = event
    if (event.type === 'hold.placed') holds = [...holds, { scope, by, reason, since: wallAt }]
  }
  return { holds }
}

export function sameScope(one: HoldScope, other: HoldScope): boolean {
  return one.family === other.family && one.stage === other.stage && one.group === other.group
}

/** The first hold on a family as a whole, on one of its stages, or on one of its groups; a narrower hold does not reach a wider question. */
export function holdOn({ holds }: Orders, family: string, stage?: string, key?: GroupKey): Hold | undefined {
  const group = key && `${key.region}/${key.group}`
  const reaches = (asked: string | undefined, held: string | undefined) => held === undefined || held === asked
  return holds.find(({ scope }) => reaches(family, scope.family) && reaches(stage, scope.stage) && reaches(group, scope.group))
}

export function describeScope({ family, stage, group }: HoldScope): string {
  const parts = [family && `family ${family}`, stage && `stage ${stage}`, group && `group ${group}`].filter(Boolean)
  return parts.length > 0 ? parts.join(', ') : 'everything'
}

/** One sentence for whoever waits for it. */
export function describeHold({ scope, by, reason }: Hold, key?: GroupKey): string {
  return `${by} holds ${key ? describeGroup(key) : describeScope(scope)}: ${reason}`
}
