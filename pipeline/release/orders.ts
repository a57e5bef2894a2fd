// What somebody has ordered and not taken back: it stands beside the releases, and binds every one of them.

import type { GroupKey, HoldScope, LedgerEvent, StandingOrder } from './event.ts'
import { describeGroup, sameGroup } from './group-key.ts'

export interface Hold {
  readonly scope: HoldScope
  readonly by: string
  readonly reason: string
  /** ISO 8601, wall time. */
  readonly since: string
}

export interface Revocation {
  readonly releaseId: string
  readonly by: string
  readonly reason: string
  /** ISO 8601, wall time. */
  readonly since: string
}

/** A group that somebody has ordered off its launch configuration and no runner has taken off it. */
export interface Migration {
  readonly group: GroupKey
  /** The launch configuration's name. */
  readonly from: string
  readonly by: string
  readonly reason: string
  /** ISO 8601, wall time. */
  readonly since: string
}

/** Those that stand, oldest first. */
export interface Orders {
  readonly holds: readonly Hold[]
  readonly revocations: readonly Revocation[]
  readonly migrations: readonly Migration[]
}

/** What orders go by where a record names its release: no release's ID, for it has no number. */
export const ordersSubject = 'orders'

const orderTypes = [
  'hold.placed',
  'hold.lifted',
  'release.revoked',
  'release.restored',
  'group.migration-ordered',
  'group.migrated',
] as const satisfies readonly StandingOrder['type'][]

export function isOrder(event: LedgerEvent['event']): event is StandingOrder {
  return orderTypes.some((type) => type === event.type)
}

export function ordersOf(events: readonly LedgerEvent[]): Orders {
  const given = events.flatMap(({ event, wallAt }) => (isOrder(event) ? [{ event, since: wallAt }] : []))
  return given.reduce(obey, { holds: [], revocations: [], migrations: [] })
}

function obey(orders: Orders, { event, since }: { readonly event: StandingOrder; readonly since: string }): Orders {
  const { by, reason } = event
  switch (event.type) {
    case 'hold.placed':
    case 'hold.lifted': {
      const { scope } = event
      const others = orders.holds.filter((hold) => !sameScope(hold.scope, scope))
      return { ...orders, holds: event.type === 'hold.placed' ? [...others, { scope, by, reason, since }] : others }
    }
    case 'release.revoked':
    case 'release.restored': {
      const { releaseId } = event
      const others = orders.revocations.filter((one) => one.releaseId !== releaseId)
      return { ...orders, revocations: event.type === 'release.revoked' ? [...others, { releaseId, by, reason, since }] : others }
    }
    case 'group.migration-ordered':
    case 'group.migrated': {
      const { group, from } = event
      const others = orders.migrations.filter((one) => !sameGroup(one.group, group))
      const isOpen = event.type === 'group.migration-ordered'
      return { ...orders, migrations: isOpen ? [...others, { group, from, by, reason, since }] : others }
    }
  }
}

/** What was ordered for that group and no runner has carried out. */
export function openMigration(events: readonly LedgerEvent[], key: GroupKey): Migration | undefined {
  return ordersOf(events).migrations.find(({ group }) => sameGroup(group, key))
}

export function sameScope(one: HoldScope, other: HoldScope): boolean {
  return one.family === other.family && one.stage === other.stage && one.group === other.group
}

/** The first hold on a family as a whole, on one of its stages, or on one of its groups; a narrower hold does not reach a wider question. */
export function holdOn({ holds }: Pick<Orders, 'holds'>, family: string, stage?: string, key?: GroupKey): Hold | undefined {
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
