// Groups that an undo has taken back and no release has moved since, and when people are to be told of them again. Pure.

import type { GroupKey } from './event.ts'
import { keyOf, sameGroup } from './group-key.ts'
import { hasTouched } from './group-roll.ts'
import { groupsOf } from './image.ts'
import type { Release } from './release.ts'

interface UndoneGroups {
  /** An undo that has ended. */
  readonly undo: Release
  /** They run what it took them to, by the ledger. */
  readonly groups: readonly GroupKey[]
}

/** As long as that is an older image than the newest that came to any group: a drill's end and a way forward leave nothing behind. */
function undoneGroups(releases: readonly Release[]): readonly UndoneGroups[] {
  return releases.flatMap((undo): readonly UndoneGroups[] => {
    if (!undo.ending || !isBehind(undo, releases)) return []
    const later = releases.slice(releases.indexOf(undo) + 1)
    // A renewal leaves a group on the image it runs.
    const isMoved = (key: GroupKey) =>
      later.some(({ lane, rolls }) => lane !== 'renewal' && rolls.some((roll) => sameGroup(roll.key, key) && hasTouched(roll)))
    const groups = undo.rolls.filter(({ step }) => step.state === 'finished').map(({ key }) => key)
    const left = groups.filter((key) => !isMoved(key) && isListed(key, undo.family, releases))
    return left.length > 0 ? [{ undo, groups: left }] : []
  })
}

/** What drover.yaml no longer names no release will ever move: the family's newest promotion says what it names. */
function isListed(key: GroupKey, family: string, releases: readonly Release[]): boolean {
  const newest = releases.findLast((one) => one.family === family && isPromotion(one))
  return newest?.policy.stages.some((stage) => groupsOf(stage).some((target) => sameGroup(keyOf(stage, target), key))) ?? false
}

function isPromotion({ lane, drill }: Release): boolean {
  return (lane === 'weekly' || lane === 'emergency') && !drill
}

function isBehind({ returnsTo, family }: Release, releases: readonly Release[]): boolean {
  if (returnsTo === undefined) return false
  const target = releases.findIndex(({ id }) => id === returnsTo.release)
  return releases.slice(target + 1).some((one) => one.family === family && isPromotion(one) && one.rolls.some(hasTouched))
}

const remindEveryMs = 86_400_000

/** Once a day of wall time after it has ended. */
export function remindersDue(releases: readonly Release[], wallNow: number): readonly UndoneGroups[] {
  return undoneGroups(releases).filter(({ undo: { ending, remindedAt } }) => {
    const told = remindedAt ?? ending?.moment
    return told !== undefined && wallNow - told.wallAt >= remindEveryMs
  })
}
