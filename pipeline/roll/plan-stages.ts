// What a release of a policy would meet, group by group, before there is one: looked at and judged, nothing written.

import type { Cloud, CloudAt, GroupState, MachineImage } from '../ports/index.ts'
import { type GroupKey, type GroupTarget, groupsOf, type Policy, placeOf, type StagePolicy } from '../release/index.ts'
import type { Refusal } from './check.ts'
import { isByHand } from './owner-checks.ts'
import { preflight } from './preflight.ts'
import { oldestLaunch } from './read-ages.ts'
import { readFacts, volumeKeyOf } from './read-facts.ts'
import { othersOf } from './read-room.ts'
import { type RollCost, rollCost } from './roll-cost.ts'
import { type TemplateOwner, templateOwner } from './template-owner.ts'

export interface GroupOutlook {
  readonly key: GroupKey
  readonly account: string
  readonly wave: string
  /** How old its machines may grow, and when the oldest was launched; absent where nothing limits it, or they could not be read. */
  readonly age?: { readonly maxAgeMs: number; readonly oldestLaunchAt: string | undefined }
  /** Undefined: the group names no template, or the image is gone. */
  readonly image: Pick<MachineImage, 'id' | 'name' | 'createdAt'> | undefined
  /** As written in the group: a number, `$Latest`…; undefined without a template. */
  readonly templateVersion: string | undefined
  readonly owner: TemplateOwner | undefined
  /** Tagged to be rolled only when a person says so. */
  readonly byHand: boolean
  /** Why its roll would be refused, whatever the image. */
  readonly refusals: readonly Refusal[]
  /** Undefined: there is no such group, or it could not be read. */
  readonly cost: RollCost | undefined
}

/** Every group of every stage, in the order they would be rolled. */
export async function planStages(cloud: Cloud, { stages }: Pick<Policy, 'stages'>): Promise<readonly GroupOutlook[]> {
  const outlooks: GroupOutlook[] = []
  for (const stage of stages) {
    // One after the other: a look may take its time, and the account's calls are its users' too.
    for (const target of groupsOf(stage)) outlooks.push(await lookAt(cloud, stage, target))
  }
  return outlooks
}

async function lookAt(cloud: Cloud, stage: StagePolicy, target: GroupTarget): Promise<GroupOutlook> {
  const key: GroupKey = { stage: stage.name, region: target.region, group: target.name }
  const wave = stage.waves.find(({ groups }) => groups.includes(target))
  const asked = { ...target, imageId: undefined, volumeKey: volumeKeyOf(stage, target) }
  const facts = await readFacts(cloud.at(placeOf(stage, key)), asked, othersOf(target, wave?.groups))
  const named = { key, account: stage.account, wave: wave?.name ?? '' }
  if (!facts.ok) {
    const refusal = { cause: facts.message, hint: 'Check the account, the role and its rights: nothing is known of the group.' }
    return {
      ...named,
      image: undefined,
      templateVersion: undefined,
      owner: undefined,
      byHand: false,
      refusals: [refusal],
      cost: undefined,
    }
  }
  const { group, previousImage } = facts.value
  const source = group?.launchSource
  return {
    ...named,
    ...(await ageOf(cloud.at(placeOf(stage, key)), group, target)),
    image: previousImage && { id: previousImage.id, name: previousImage.name, createdAt: previousImage.createdAt },
    templateVersion: source !== undefined && 'version' in source ? source.version : undefined,
    // Who owns a template that names a parameter has nothing to put back.
    owner: group && target.parameter === undefined ? templateOwner(group.tags) : undefined,
    byHand: group !== undefined && isByHand(group),
    refusals: preflight(facts.value, { stage, target }),
    cost: group && rollCost(group, target),
  }
}

async function ageOf(at: CloudAt, group: GroupState | undefined, { maxAgeMs }: GroupTarget): Promise<Pick<GroupOutlook, 'age'>> {
  if (group === undefined || maxAgeMs === undefined) return {}
  const oldest = await oldestLaunch(at, group)
  return oldest.ok ? { age: { maxAgeMs, oldestLaunchAt: oldest.value } } : {}
}
