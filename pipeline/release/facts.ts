// What a decision about one release needs to know that its own events do not say.

import type { GroupKey, LedgerEvent } from './event.ts'
import { keyOf } from './group-key.ts'
import { hasTouched } from './group-roll.ts'
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
  /** Of an undo that is open: the emergency release that was opened after it and has not come to nothing. */
  readonly emergency?: Emergency
}

/** One that walks beside an undo, and what it is decided by, as if the undo were not at any group. */
export interface Emergency {
  readonly release: Release
  readonly facts: Facts
  /** Groups that it has moved, or one before it that the undo had no time to give way to. */
  readonly moved: readonly GroupKey[]
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
export function factsFor(releaseId: string, history: History, observer: Observer): Facts {
  const facts = plainFacts(releaseId, history, observer)
  const emergencies = emergenciesBeside(releaseId, history)
  const emergency = emergencies.at(-1)
  if (emergency === undefined) return facts
  const moved = emergencies.flatMap(({ rolls }) => rolls.filter(hasTouched).map(({ key }) => key))
  const { heldGroups, ...rest } = plainFacts(emergency.id, history, observer)
  const beside = { ...rest, heldGroups: heldGroups.filter(({ release }) => release !== releaseId) }
  return { ...facts, emergency: { release: emergency, facts: beside, moved } }
}

/** Those that could still take the undo's groups, or have, in the order they were opened. */
export function emergenciesBeside(undoId: string, { releases }: Pick<History, 'releases'>): readonly Release[] {
  const at = releases.findIndex(({ id }) => id === undoId)
  const undo = releases[at]
  if (undo?.lane !== 'undo' || undo.ending) return []
  return releases
    .slice(at + 1)
    .filter(
      ({ family, lane, drill, ending }) =>
        family === undo.family && lane === 'emergency' && !drill && (!ending || ending.kind === 'finished'),
    )
}

function plainFacts(releaseId: string, { releases, orders }: History, { runner, wallNow }: Observer): Facts {
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
