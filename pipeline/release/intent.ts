// The event that stands in the ledger before an action touches the world.

import type { Action } from './decision.ts'
import type { ReleaseEvent } from './event.ts'
import { sameGroup } from './group-key.ts'
import { copyOf } from './image.ts'
import type { Release } from './release.ts'

/** Undefined for actions that may simply be repeated, and for a roll, whose performer records `roll.intended` itself. */
export function intentOf(action: Action, token: string): ReleaseEvent | undefined {
  switch (action.kind) {
    case 'bake':
      return { type: 'bake.intended', token }
    case 'verify':
      return { type: 'verify.intended', token }
    case 'copy':
      return { type: 'copy.intended', region: action.region, architecture: action.image.architecture, token }
    case 'undo-roll':
      return { type: 'undo.intended', group: action.key, token }
    default:
      return undefined
  }
}

/** True when the ledger holds the action's intent and no outcome of it. */
export function isBegun(release: Release, action: Action): boolean {
  switch (action.kind) {
    case 'bake':
      return release.bake.state === 'begun'
    case 'verify':
      return release.verify.state === 'begun'
    case 'copy': {
      const { region, image } = action
      return copyOf(release, region, image.architecture)?.step.state === 'begun'
    }
    case 'roll':
      return release.rolls.some(({ key, step }) => sameGroup(key, action.key) && step.state === 'begun')
    case 'undo-roll':
      return release.rolls.some(({ key, undo }) => sameGroup(key, action.key) && undo.state === 'begun')
    default:
      return false
  }
}
