// A group of a stage and the roll that moves it.

import type { Action } from './decision.ts'
import { keyOf } from './group-key.ts'
import { groupsOf } from './image.ts'
import type { GroupTarget, StagePolicy } from './policy.ts'
import type { Release, Roll } from './release.ts'

export function rollOf(release: Release, stage: StagePolicy, target: GroupTarget): Roll | undefined {
  return release.rolls.find(({ key }) => key.stage === stage.name && key.region === target.region && key.group === target.name)
}

/** The other groups of the stage that the target's parameter serves; none for one that is rolled by template versions. */
export function sharersOf(stage: StagePolicy, { parameter, region, name }: GroupTarget): readonly GroupTarget[] {
  if (parameter === undefined) return []
  const serves = (other: GroupTarget) => other.parameter === parameter && other.region === region && other.name !== name
  return groupsOf(stage).filter(serves)
}

export type RollAction = Extract<Action, { readonly kind: 'roll' }>

export function rollAction(stage: StagePolicy, target: GroupTarget, imageId: string): RollAction {
  return { kind: 'roll', key: keyOf(stage, target), target, stage, imageId }
}

/** A roll that was refused has touched nothing, however it ended. */
export function hasTouched({ step, refusal }: Roll): boolean {
  return step.state !== 'waiting' && !refusal
}
