// Groups go from the wave that lists them to the one that chooses them by their tags. Pure.

import type { PlacedWave } from './event.ts'
import type { GroupTarget, Policy, StagePolicy, WavePolicy } from './policy.ts'

export type GroupTags = Readonly<Record<string, string>>

/** A group that two waves choose is in the first of them; a wave that is left without a group is left out. */
export function placeByTag(stage: StagePolicy, tagsOf: (target: GroupTarget) => GroupTags): StagePolicy {
  const choosing = stage.waves.filter(({ tags }) => tags !== undefined)
  if (choosing.length === 0) return stage
  const chosenBy = (target: GroupTarget) => choosing.find(({ tags = {} }) => hasAll(tagsOf(target), tags))
  const listed = stage.waves.flatMap(({ groups }) => groups)
  const waves = stage.waves.map((wave): WavePolicy => {
    const own =
      wave.tags === undefined
        ? wave.groups.filter((target) => !chosenBy(target))
        : listed.filter((target) => chosenBy(target) === wave)
    return { name: wave.name, groups: own }
  })
  return { ...stage, waves: waves.filter(({ groups }) => groups.length > 0) }
}

/** Whether groups of the stage are still to go to the waves that choose them. */
export function isUnplaced({ waves }: StagePolicy): boolean {
  return waves.some(({ tags }) => tags !== undefined)
}

export function placedWavesOf({ waves }: StagePolicy): readonly PlacedWave[] {
  return waves.map(({ name, groups }) => ({
    name,
    groups: groups.map((target) => ({ region: target.region, name: target.name })),
  }))
}

/** The policy with the waves of one stage as they were found. */
export function withPlaced(policy: Policy, placed: { readonly stage: string; readonly waves: readonly PlacedWave[] }): Policy {
  const stages = policy.stages.map((stage) => {
    if (stage.name !== placed.stage) return stage
    const listed = stage.waves.flatMap(({ groups }) => groups)
    const waves = placed.waves.map(({ name, groups }) => ({
      name,
      groups: groups.flatMap((one) => listed.filter((target) => target.region === one.region && target.name === one.name)),
    }))
    return { ...stage, waves }
  })
  return { ...policy, stages }
}

function hasAll(tags: GroupTags, wanted: GroupTags): boolean {
  return Object.entries(wanted).every(([key, value]) => tags[key] === value)
}
