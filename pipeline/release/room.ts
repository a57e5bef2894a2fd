// When a group of an undo that had no room for its roll is looked at again. Pure.

import { describeGroup, sameGroup } from './group-key.ts'
import type { RollAction } from './group-roll.ts'
import type { Release, Roll } from './release.ts'
import { soonest, triedAgainAt } from './trying.ts'

export function awaitsRoom(roll: Roll | undefined): boolean {
  return roll?.room !== undefined && roll.step.state === 'waiting'
}

/**
 * They wait in the order given, and room comes free where another of the undo's groups in the region ends: the first is tried after
 * one end, the second after two, so that a hundred that wait are not all looked at for each. What others free is found by a pause
 * that grows.
 */
export function withoutRoom(release: Release, actions: readonly RollAction[], now: number) {
  const waiting = actions.flatMap((action) => {
    const roll = release.rolls.find(({ key }) => sameGroup(key, action.key))
    return roll?.room !== undefined && awaitsRoom(roll) ? [{ action, room: roll.room }] : []
  })
  const still = waiting.filter(({ action: { key }, room: { failing } }, index) => {
    const before = waiting.slice(0, index).filter((other) => other.action.key.region === key.region)
    const ended = release.rolls.filter(
      (roll) => roll.key.stage === key.stage && roll.key.region === key.region && (endOf(roll) ?? 0) > failing.lastAt,
    )
    return now < triedAgainAt(failing) && ended.length <= before.length
  })
  return {
    /** Why it is not tried now; undefined for one that may be. */
    whyNot: (action: RollAction): string | undefined => {
      const found = still.find((one) => one.action === action)
      return found && `room for ${describeGroup(action.key)}: ${found.room.cause}`
    },
    /** When the first of them is tried whatever ends. */
    again: soonest(...still.map(({ room }) => triedAgainAt(room.failing))),
  }
}

function endOf({ step }: Roll): number | undefined {
  return step.state === 'finished' || step.state === 'failed' ? step.ended.at : undefined
}
