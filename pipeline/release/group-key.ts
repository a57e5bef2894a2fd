// A group's name is unique only within its stage and region, so all three make its key.

import type { CountedGroup, GroupKey } from './event.ts'
import type { GroupTarget, StagePolicy } from './policy.ts'

export function keyOf(stage: StagePolicy, target: GroupTarget): GroupKey {
  return { stage: stage.name, region: target.region, group: target.name }
}

export function sameGroup(a: GroupKey, b: GroupKey): boolean {
  return a.stage === b.stage && a.region === b.region && a.group === b.group
}

/** `eu-central-1/web in prod`: how people read it. */
export function describeGroup(key: GroupKey): string {
  return `${key.region}/${key.group} in ${key.stage}`
}

/** How many machines each has, by `describeGroup`. */
export function machinesByGroup(counted: readonly CountedGroup[]): ReadonlyMap<string, number> {
  return new Map(counted.map(({ group, machines }) => [describeGroup(group), machines]))
}
