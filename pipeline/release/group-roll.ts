// A group of a stage and the roll that moves it.

import type { Action } from './decision.ts'
import { keyOf } from './group-key.ts'
import type { GroupTarget, StagePolicy } from './policy.ts'
import type { Release, Roll } from './release.ts'

export function rollOf(release: Release, stage: StagePolicy, target: GroupTarget): Roll | undefined {
  return release.rolls.find(({ key }) => key.stage === stage.name && key.region === target.region && key.group === target.name)
}

export type RollAction = Extract<Action, { readonly kind: 'roll' }>

export function rollAction(stage: StagePolicy, target: GroupTarget, imageId: string): RollAction {
  return { kind: 'roll', key: keyOf(stage, target), target, stage, imageId }
}
