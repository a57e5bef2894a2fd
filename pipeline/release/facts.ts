// What a decision about one release needs to know that its own events do not say.

import type { GroupKey } from './event.ts'
import type { Release } from './release.ts'

export interface Facts extends Observer {
  /** Groups that other releases' rolls are under way on: two refreshes of one group cannot run side by side. */
  readonly heldGroups: readonly HeldGroup[]
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

/** The facts for deciding one of the ledger's releases. */
export function factsFor(releaseId: string, releases: readonly Release[], { runner, wallNow }: Observer): Facts {
  const others = releases.filter(({ id }) => id !== releaseId)
  const heldGroups = others.flatMap(({ id, rolls }) =>
    rolls.filter(({ step, undo }) => step.state === 'begun' || undo.state === 'begun').map(({ key }) => ({ key, release: id })),
  )
  return { runner, wallNow, heldGroups }
}
