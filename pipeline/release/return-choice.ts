// Which release an undo goes back to when nobody names one: by what its groups run and what they ran before, from the ledger.

import { keyOf, sameGroup } from './group-key.ts'
import { hasTouched } from './group-roll.ts'
import { groupsOf } from './image.ts'
import type { StagePolicy } from './policy.ts'
import type { Release, Roll } from './release.ts'
import { imagesOf } from './revocation.ts'

/**
 * The newest release that a group of these stages runs, or may. One that its tests have taken back by themselves counts as well:
 * whoever asks for an undo in that hour means that one.
 * @param own of the family, in the order they were opened.
 */
export function newestRunning(own: readonly Release[], stages: readonly StagePolicy[]): Release | undefined {
  const running = keysOf(stages).flatMap((key) => {
    const rolls = own.flatMap((release) => {
      const roll = release.rolls.find((one) => sameGroup(one.key, key) && hasTouched(one))
      return roll ? [{ release, roll }] : []
    })
    return rolls.slice(-1).flatMap(({ release, roll }) => mayBe(own, release, roll))
  })
  return own.findLast((release) => running.includes(release))
}

/** What groups of these stages ran before that release came to them. An earlier release that was taken back is not among it. */
export function ranBefore(own: readonly Release[], { rolls }: Release, stages: readonly StagePolicy[]): readonly Release[] {
  const keys = keysOf(stages)
  return rolls
    .filter(({ key }) => keys.some((one) => sameGroup(one, key)))
    .flatMap((roll) => madeOf(own, roll, roll.previous?.imageId))
}

/** Every group that a stage moves. */
function keysOf(stages: readonly StagePolicy[]) {
  return stages.flatMap((stage) => groupsOf(stage).map((target) => keyOf(stage, target)))
}

/** An undo that has not come to its end may have left machines on what it came from. */
function mayBe(own: readonly Release[], release: Release, roll: Roll): readonly Release[] {
  const { returnsTo } = release
  if (returnsTo === undefined) return [release]
  const there = own.filter(({ id }) => id === returnsTo.release)
  return roll.step.state === 'finished' ? there : [...there, ...madeOf(own, roll, roll.previous?.imageId)]
}

function madeOf(own: readonly Release[], { key }: Roll, imageId: string | undefined): readonly Release[] {
  return own.filter((release) => imagesOf(release).some((image) => image.imageId === imageId && image.region === key.region))
}
