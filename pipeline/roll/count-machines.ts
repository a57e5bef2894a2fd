// How many machines each group of a policy has: what the time of its roll is worked out from.

import type { Cloud } from '../ports/index.ts'
import { type CountedGroup, groupsOf, keyOf, type Policy, placeOf, type StagePolicy } from '../release/index.ts'
import { groupNow, isPlain } from './group-now.ts'

/** Without those that could not be read: what is wrong with them is for the roll's own look to say. */
export async function countMachines(cloud: Cloud, { stages }: Pick<Policy, 'stages'>): Promise<readonly CountedGroup[]> {
  const counted = await Promise.all(stages.map((stage) => countStage(cloud, stage)))
  return counted.flat()
}

async function countStage(cloud: Cloud, stage: StagePolicy): Promise<readonly CountedGroup[]> {
  const managed = await Promise.all(
    groupsOf(stage).map(async (target): Promise<readonly CountedGroup[]> => {
      if (isPlain(target)) return []
      const key = keyOf(stage, target)
      const found = await groupNow(cloud.at(placeOf(stage, key)), target)
      return found.ok && found.value ? [{ group: key, machines: found.value.instances.length }] : []
    }),
  )
  const plain = groupsOf(stage).filter(isPlain)
  const keys = plain.map((target) => keyOf(stage, target))
  const byRegion = [...new Set(keys.map(({ region }) => region))].map((region) => keys.filter((key) => key.region === region))
  const counted = await Promise.all(
    byRegion.map(async (inRegion) => {
      const [first] = inRegion
      if (first === undefined) return []
      const found = await cloud.at(placeOf(stage, first)).describeGroups(inRegion.map(({ group }) => group))
      if (!found.ok) return []
      return inRegion.flatMap((group) => {
        const state = found.value.find(({ name }) => name === group.group)
        return state ? [{ group, machines: state.instances.length }] : []
      })
    }),
  )
  return [...counted, ...managed].flat()
}
