// What a decision about one release needs to know that its own events do not say.

import type { GroupKey, LedgerEvent } from './event.ts'
import { keyOf } from './group-key.ts'
import { groupsOf, imageFor } from './image.ts'
import { type Orders, ordersOf } from './orders.ts'
import type { Release } from './release.ts'
import { releasesOf } from './replay.ts'

export interface Facts extends Observer {
  /** Groups that other releases' rolls are under way on: two refreshes of one group cannot run side by side. */
  readonly heldGroups: readonly HeldGroup[]
  /** What people have ordered about releases in general. */
  readonly orders: Orders
  /** What has superseded the release, and the groups it will roll itself. */
  readonly successor: Successor | undefined
}

export interface Successor {
  readonly release: string
  /** `imageId`: what it will roll each group to; undefined before it is baked and copied. */
  readonly groups: readonly { readonly key: GroupKey; readonly imageId: string | undefined }[]
}

export interface Observer {
  /** Who is asking: as it would stand in the ledger. */
  readonly runner: string
  /** Wall time in milliseconds since the epoch. */
  readonly wallNow: number
}

export interface HeldGroup {
  readonly key: GroupKey
  readonly release: string
}

/** All that a ledger says. */
export interface History {
  /** In the order they were opened. */
  readonly releases: readonly Release[]
  readonly orders: Orders
}

export function historyOf(events: readonly LedgerEvent[]): History {
  return { releases: releasesOf(events), orders: ordersOf(events) }
}

/** The facts for deciding one of the ledger's releases. */
export function factsFor(releaseId: string, { releases, orders }: History, { runner, wallNow }: Observer): Facts {
  const others = releases.filter(({ id }) => id !== releaseId)
  const heldGroups = others.flatMap(({ id, rolls }) =>
    rolls.filter(({ step, undo }) => step.state === 'begun' || undo.state === 'begun').map(({ key }) => ({ key, release: id })),
  )
  return { runner, wallNow, heldGroups, orders, successor: successorOf(releaseId, releases) }
}

function successorOf(releaseId: string, releases: readonly Release[]): Successor | undefined {
  const ending = releases.find(({ id }) => id === releaseId)?.ending
  const successor = ending?.kind === 'superseded' ? releases.find(({ id }) => id === ending.by) : undefined
  if (!successor) return undefined
  const groups = successor.policy.stages.flatMap((stage) =>
    groupsOf(stage).map((target) => ({ key: keyOf(stage, target), imageId: imageFor(successor, target) })),
  )
  return { release: successor.id, groups }
}
