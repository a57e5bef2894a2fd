// What carries an action out must look like: the rooms that act (bake, verify, promote, roll) implement it, the conductor calls it.

import type { Clock } from '../ports/index.ts'
import type { Action } from './decision.ts'
import type { ReleaseEvent } from './event.ts'
import type { Release } from './release.ts'

export interface PerformerRequest<Kind extends Action['kind'] = Action['kind']> {
  /** The release as it was when the action was decided; it never changes under a performer. */
  readonly release: Release
  readonly action: Extract<Action, { readonly kind: Kind }>
  /** 32 hexadecimal characters: the same for every attempt at the same intent, so it serves as AWS client token, tag and name. */
  readonly token: string
  /** True when an earlier runner recorded the intent and left no outcome: look for what it left before acting. */
  readonly resumed: boolean
  /** Who performs it, as it stands in the ledger. */
  readonly runner: string
  readonly clock: Clock
  /** Aborted when the user interrupts: clean up what must not stay, then throw the signal's reason. */
  readonly signal: AbortSignal
  /** One line for the person watching; shown as it comes. */
  log(line: string): void
  /**
   * Appends an event between intent and outcome (a started refresh, a started copy) before the performer goes on.
   * Throws `StepTaken` when another runner has meanwhile moved the same step: let it pass through.
   */
  record(event: ReleaseEvent): Promise<void>
  /** Folder of this release's evidence; paths in events are relative to it. */
  readonly evidenceDirectory: string
}

/**
 * Returns the outcome's events, in order. Expected failures are events (`bake.failed`…); only our bugs and `record` throw.
 * The conductor has recorded the intent of a bake, a verification, a copy or an undo before it calls; a roll records its
 * own `roll.intended`, because only its preflight knows what the group ran before.
 */
export type Performer<Kind extends Action['kind'] = Action['kind']> = (
  request: PerformerRequest<Kind>,
) => Promise<readonly ReleaseEvent[]>

/** One performer for every kind of action: forgetting a kind is a type error. */
export type Performers = { readonly [Kind in Action['kind']]: Performer<Kind> }

/** Another runner has moved the step on: what this one holds is stale, so it lets go and decides again. */
export class StepTaken extends Error {
  override readonly name = 'StepTaken'
}
