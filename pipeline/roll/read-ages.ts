// How old the machines of groups are, and what image the next one would run.

import type { Cloud, CloudAt, CloudOutcome, GroupState } from '../ports/index.ts'
import {
  type GroupAge,
  type GroupKey,
  type GroupTarget,
  groupsOf,
  keyOf,
  type Policy,
  placeOf,
  type StagePolicy,
  sameGroup,
} from '../release/index.ts'
import { groupNow } from './group-now.ts'
import { isLeaving } from './settled.ts'

export interface GroupAges {
  readonly ages: readonly GroupAge[]
  /** Groups that gave no answer, a sentence each. */
  readonly unread: readonly string[]
}

/** One group after the other: the accounts' calls are their users' too. */
export async function readAges(
  cloud: Cloud,
  { stages }: Pick<Policy, 'stages'>,
  wanted: readonly GroupKey[],
): Promise<GroupAges> {
  const ages: GroupAge[] = []
  const unread: string[] = []
  for (const stage of stages) {
    for (const target of groupsOf(stage)) {
      const key = keyOf(stage, target)
      if (!wanted.some((one) => sameGroup(one, key))) continue
      const age = await ageOf(cloud, stage, target)
      if (age.ok) ages.push(age.value)
      else unread.push(`${key.region}/${key.group} in ${key.stage}: ${age.message}`)
    }
  }
  return { ages, unread }
}

async function ageOf(cloud: Cloud, stage: StagePolicy, target: GroupTarget): Promise<CloudOutcome<GroupAge>> {
  const key = keyOf(stage, target)
  const at = cloud.at(placeOf(stage, key))
  const found = await groupNow(at, target)
  if (!found.ok) return found
  const group = found.value
  if (!group) return { ok: true, value: { key, imageId: undefined, oldestLaunchAt: undefined } }
  const oldest = await oldestLaunch(at, group)
  if (!oldest.ok) return oldest
  const source = group.launchSource
  if (!('templateId' in source)) return { ok: true, value: { key, imageId: undefined, oldestLaunchAt: oldest.value } }
  const template = await at.describeTemplateVersion(source.templateId, source.version)
  if (!template.ok) return template
  return { ok: true, value: { key, imageId: template.value.imageId, oldestLaunchAt: oldest.value } }
}

/** ISO 8601; undefined for a group without machines. Those that are leaving it are as good as replaced. */
export async function oldestLaunch(at: CloudAt, { instances }: GroupState): Promise<CloudOutcome<string | undefined>> {
  const ids = instances.filter((instance) => !isLeaving(instance)).map(({ id }) => id)
  const machines = await at.describeInstances({ ids })
  return machines.ok ? { ok: true, value: machines.value.map(({ launchedAt }) => launchedAt).toSorted()[0] } : machines
}
