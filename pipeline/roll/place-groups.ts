// Which wave each group of a policy is in, where waves choose theirs by tag: as the groups are tagged now.

import { ProblemError } from '../kernel/index.ts'
import type { Cloud, CloudOutcome, Tags } from '../ports/index.ts'
import {
  type GroupKey,
  groupsOf,
  isUnplaced,
  keyOf,
  type Performer,
  type Policy,
  placeByTag,
  placedWavesOf,
  placeOf,
  type StagePolicy,
} from '../release/index.ts'
import { groupNow } from './group-now.ts'

/** A group that isn't there has no tags: that it isn't is for its roll to say. */
export async function placeGroups(cloud: Cloud, policy: Policy): Promise<CloudOutcome<Policy>> {
  const stages: StagePolicy[] = []
  for (const stage of policy.stages) {
    if (!isUnplaced(stage)) stages.push(stage)
    else {
      const tags = await readTags(cloud, stage)
      if (!tags.ok) return tags
      stages.push(placeByTag(stage, ({ region, name }) => tags.value.get(`${region}/${name}`) ?? {}))
    }
  }
  return { ok: true, value: { ...policy, stages } }
}

/** Throws a ProblemError: groups whose order is not known are not rolled. */
export async function placedIn(cloud: Cloud, policy: Policy): Promise<Policy> {
  const placed = await placeGroups(cloud, policy)
  if (placed.ok) return placed.value
  const hint = 'Check the account, the role and its rights: which wave each group is in depends on their tags.'
  throw new ProblemError({ code: 'refused', message: `the tags of groups could not be read: ${placed.message}`, hint })
}

/** Whoever opens a release need not be let into the stage's account: the groups are looked at when it begins. */
export function createPlacing({ cloud }: { readonly cloud: Cloud }): Performer<'place-groups'> {
  return async ({ release, action: { stage } }) => {
    const placed = await placeGroups(cloud, { ...release.policy, stages: [stage] })
    if (!placed.ok) return [{ type: 'placing.failed', stage: stage.name, cause: placed.message }]
    return [{ type: 'stage.placed', stage: stage.name, waves: placed.value.stages.flatMap(placedWavesOf) }]
  }
}

async function readTags(cloud: Cloud, stage: StagePolicy): Promise<CloudOutcome<ReadonlyMap<string, Tags>>> {
  const found = new Map<string, Tags>()
  const keys: GroupKey[] = []
  for (const target of groupsOf(stage)) {
    // What tags Karpenter's nodes have is no group's: they stay in the wave that lists them.
    if (target.karpenter !== undefined) continue
    const key = keyOf(stage, target)
    if (target.nodeGroup === undefined) {
      keys.push(key)
      continue
    }
    const group = await groupNow(cloud.at(placeOf(stage, key)), target)
    if (!group.ok) return group
    if (group.value !== undefined) found.set(`${key.region}/${key.group}`, group.value.tags)
  }
  for (const region of new Set(keys.map((key) => key.region))) {
    const own = keys.filter((key) => key.region === region)
    const [first] = own
    if (first === undefined) continue
    const groups = await cloud.at(placeOf(stage, first)).describeGroups(own.map(({ group }) => group))
    if (!groups.ok) return groups
    for (const { name, tags } of groups.value) found.set(`${region}/${name}`, tags)
  }
  return { ok: true, value: found }
}
