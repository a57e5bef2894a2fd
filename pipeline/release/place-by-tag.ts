// Groups go from the wave that lists them to the one that chooses them by their tags. Pure.

import type { GroupTarget, StagePolicy, WavePolicy } from './policy.ts'

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

function hasAll(tags: GroupTags, wanted: GroupTags): boolean {
  return Object.entries(wanted).every(([key, value]) => tags[key] === value)
}
