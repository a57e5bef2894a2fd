// An undo beside an emergency release: each group is left to the emergency only once that is about to roll it.

import { type Decision, wait, type Yielding } from './decision.ts'
import type { GroupKey } from './event.ts'
import { keyOf, sameGroup } from './group-key.ts'
import { type RollAction, rollAction, rollOf } from './group-roll.ts'
import { groupsOf, onlyGroups } from './image.ts'
import type { Release } from './release.ts'

/** A running undo looks this often whether the emergency has come to one of its groups. */
export const lookAgainMs = 15_000

/** @param moved by the emergency; what it would move now if the undo were not there is taken as well. */
export function groupsTaken(undo: Release, moved: readonly GroupKey[], its: Decision): readonly GroupKey[] {
  const about = its.kind === 'act' ? its.actions.flatMap((action) => (action.kind === 'roll' ? [action.key] : [])) : []
  const taken = [...moved, ...about]
  const keys = undo.policy.stages.flatMap((stage) => groupsOf(stage).map((target) => keyOf(stage, target)))
  return keys.filter((key) => taken.some((one) => sameGroup(one, key)))
}

/** The undo as if it had never been asked for those groups. */
export function withoutGroups(undo: Release, taken: readonly GroupKey[]): Release {
  const isTaken = (key: GroupKey) => taken.some((one) => sameGroup(one, key))
  const stages = undo.policy.stages.flatMap((stage) => onlyGroups(stage, (target) => !isTaken(keyOf(stage, target))))
  return { ...undo, policy: { ...undo.policy, stages }, rolls: undo.rolls.filter(({ key }) => !isTaken(key)) }
}

/** What the undo has begun on those groups is stopped where it is. */
export function yieldGroups(undo: Release, taken: readonly GroupKey[], { id }: Release): readonly RollAction[] {
  const yieldTo: Yielding = { release: id, goesBack: false }
  return undo.policy.stages.flatMap((stage) =>
    groupsOf(stage).flatMap((target): readonly RollAction[] => {
      const roll = rollOf(undo, stage, target)
      if (roll?.step.state !== 'begun' || !roll.imageId || !taken.some((key) => sameGroup(key, roll.key))) return []
      return [{ ...rollAction(stage, target, roll.imageId), yieldTo }]
    }),
  )
}

/** Once everything else is back: should the emergency come to nothing, its groups are taken back as well. */
export function awaitEmergency({ id, ending }: Release): Decision {
  if (!ending) return wait(undefined, `${id}, which rolls the groups that are left`)
  return { kind: 'act', actions: [{ kind: 'give-way', to: id }], until: undefined }
}
