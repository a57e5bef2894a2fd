// What a release has begun and not ended, and what it must take back: the work left when it stops.

import type { Action } from './decision.ts'
import type { Successor } from './facts.ts'
import { sameGroup } from './group-key.ts'
import { rollAction, rollOf, sharersOf } from './group-roll.ts'
import { bakedImages, builtAs, groupsOf } from './image.ts'
import { isBegun } from './intent.ts'
import type { Revocation } from './orders.ts'
import type { Release } from './release.ts'

/** The actions that carry on what was begun. */
export function stepsInFlight(
  release: Release,
  successor: Successor | undefined,
  revocation: Revocation | undefined,
): readonly Action[] {
  const undoing = groupsToUndo(release, revocation).filter((action) => isBegun(release, action))
  return [...beganBuilding(release), ...beganCopying(release), ...beganRolling(release, successor, revocation), ...undoing]
}

function beganBuilding(release: Release): readonly Action[] {
  const actions: Action[] = []
  if (release.bake.state === 'begun') actions.push({ kind: 'bake', bases: release.bases })
  if (release.verify.state === 'begun') actions.push({ kind: 'verify' })
  return actions
}

function beganCopying(release: Release): readonly Action[] {
  return release.copies.flatMap(({ region, architecture, step }): readonly Action[] => {
    const image = bakedImages(release).find((one) => one.architecture === architecture)
    return image && step.state === 'begun' ? [{ kind: 'copy', region, image }] : []
  })
}

/**
 * What a successor rolls itself is left to it at once: nobody waits for machines that it will replace again. A revoked release
 * goes back at once too; an undo to one is stopped where it is, for what it came from is no better, and so is a renewal.
 */
function beganRolling(release: Release, successor: Successor | undefined, revocation: Revocation | undefined): readonly Action[] {
  return release.policy.stages.flatMap((stage) =>
    groupsOf(stage).flatMap((target): readonly Action[] => {
      const roll = rollOf(release, stage, target)
      if (roll?.step.state !== 'begun' || !roll.imageId) return []
      const action = rollAction(stage, target, roll.imageId)
      const taken = successor?.groups.find(({ key }) => sameGroup(key, roll.key))
      const revoked = revocation && {
        release: `the revocation of ${revocation.releaseId}`,
        goesBack: builtAs(release) === undefined,
      }
      if (!taken || !successor) return [revoked ? { ...action, yieldTo: revoked } : action]
      const goesBack = taken.imageId !== undefined && taken.imageId === roll.previous?.imageId
      return [{ ...action, yieldTo: { release: successor.release, goesBack } }]
    }),
  )
}

/**
 * Groups of a stage that failed its tests, still on the image that failed them; every group of a release that is revoked; and those
 * whose parameter also serves a group that could not be rolled, for it holds the old image again. A failed undo is left to people;
 * a renewal came from the image it is on.
 */
export function groupsToUndo(release: Release, revocation: Revocation | undefined): readonly Action[] {
  if (release.renews) return []
  const failedStages = release.soaks.filter(({ tests }) => tests.some(({ ok }) => !ok)).map(({ stage }) => stage)
  const isOwn = builtAs(release) === undefined
  return release.policy.stages.flatMap((stage) =>
    groupsOf(stage).flatMap((target): readonly Action[] => {
      const isAsked = (revocation !== undefined && isOwn) || failedStages.includes(stage.name)
      const isDragged = isOwn && sharersOf(stage, target).some((other) => rollOf(release, stage, other)?.step.state === 'failed')
      if (!isAsked && !isDragged) return []
      const roll = rollOf(release, stage, target)
      if (roll?.step.state !== 'finished' || !roll.previous) return []
      if (roll.undo.state === 'finished' || roll.undo.state === 'failed') return []
      return [{ kind: 'undo-roll', key: roll.key, target, stage, previous: roll.previous }]
    }),
  )
}
