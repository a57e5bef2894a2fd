// Whose image it is, and which group of the plan a machine is of: read off the cloud's own rows.

import { type CloudState, rowIn, type Tables } from '../../../pipeline/localcloud/index.ts'
import type { LedgerEvent } from '../../../pipeline/release/index.ts'
import { cluster, type Plan, type PlannedGroup } from '../plan/plan.ts'

/** The group that the machine is tagged with. */
export function groupOf({ groups }: Plan, { tags }: Pick<Tables['instances'], 'tags'>): PlannedGroup | undefined {
  const nodeGroup = tags['eks:nodegroup-name']
  const nodeClass = tags['karpenter.k8s.aws/ec2nodeclass']
  const owner = nodeGroup ?? nodeClass
  const wanted = owner === undefined ? tags['aws:autoscaling:groupName'] : `${cluster}/${owner}`
  return groups.find(({ name }) => name === wanted)
}

export function placeKeyOf({ account, region }: Pick<PlannedGroup, 'account' | 'region'>): string {
  return `${account}/${region}`
}

/** The Auto Scaling group behind it; nodes of Karpenter have none. */
export function autoScalingOf(state: CloudState, group: PlannedGroup): Tables['groups'] | undefined {
  const place = placeKeyOf(group)
  const name = group.kind === 'node-group' ? rowIn(state, place, 'nodeGroups', group.name)?.group : group.name
  return rowIn(state, place, 'groups', name ?? '')
}

/** What its next machine runs. */
export function imageOfGroup(state: CloudState, group: PlannedGroup): string | undefined {
  const place = placeKeyOf(group)
  if (group.kind === 'karpenter') return parameterIn(state, place, group.parameter ?? '')
  if (group.kind === 'node-group') return rowIn(state, place, 'nodeGroups', group.name)?.imageId
  const launch = autoScalingOf(state, group)?.launch
  return launch && imageOfSource(state, place, launch)
}

export function parameterIn(state: CloudState, place: string, name: string): string | undefined {
  return rowIn(state, place, 'parameters', name)?.versions.at(-1)?.value
}

/** The release that made the image; undefined for what was there before. */
export function releaseOfImage(state: CloudState, imageId: string): string | undefined {
  for (const place of Object.keys(state.places)) {
    const release = rowIn(state, place, 'images', imageId)?.tags['drover:release']
    if (release !== undefined) return release
  }
  return undefined
}

export function architectureOfImage(state: CloudState, imageId: string): string | undefined {
  for (const place of Object.keys(state.places)) {
    const image = rowIn(state, place, 'images', imageId)
    if (image !== undefined) return image.architecture
  }
  return undefined
}

/** Those of the plan, which bring an image; an undo brings none. */
export function openedOf(records: readonly LedgerEvent[]): readonly string[] {
  return records.flatMap(({ release, event }) => (event.type === 'release.opened' && !bringsNone(event.lane) ? [release] : []))
}

function bringsNone(lane: string): boolean {
  return lane === 'undo' || lane === 'renewal'
}

type Opening = Extract<LedgerEvent['event'], { readonly type: 'release.opened' }>

export function openingOf(records: readonly LedgerEvent[], release: string): Opening | undefined {
  const opening = records.find((record) => record.release === release && record.event.type === 'release.opened')?.event
  return opening?.type === 'release.opened' ? opening : undefined
}

/** The release whose images it rolls: its own, those of the one that an undo goes back to, or those that a renewal leaves. */
export function rolledBy(records: readonly LedgerEvent[], release: string): string {
  const { returnsTo, renews } = openingOf(records, release) ?? {}
  return returnsTo?.release ?? renews?.release ?? release
}

/** 0 for what was there before the first release, then in the order in which releases were opened. */
export function rankOf(state: CloudState, records: readonly LedgerEvent[], imageId: string | undefined): number {
  const release = imageId === undefined ? undefined : releaseOfImage(state, imageId)
  return release === undefined ? 0 : 1 + openedOf(records).indexOf(release)
}

/** The image that a launch source launches, of a parameter what this holds now. */
export function imageOfSource(state: CloudState, place: string, source: Tables['groups']['launch']): string | undefined {
  if ('configuration' in source) return rowIn(state, place, 'launchConfigurations', source.configuration)?.data.ImageId
  const written = rowIn(state, place, 'templateVersions', `${source.templateId} ${source.version}`)?.data.ImageId
  return written?.startsWith(alias) ? parameterIn(state, place, written.slice(alias.length)) : written
}

const alias = 'resolve:ssm:'

/** The last event about the group, and whose it is; that somebody still looks at it says nothing of where it goes. */
export function lastAbout(records: readonly LedgerEvent[], group: string): LedgerEvent | undefined {
  return records.findLast(
    ({ event }) =>
      'group' in event && event.type !== 'roll.watched' && event.type !== 'hook.finished' && event.group.group === group,
  )
}

/** The last roll that was begun of the group. */
export function lastIntent(records: readonly LedgerEvent[], group: string): Intent | undefined {
  const record = records.findLast(({ event }) => event.type === 'roll.intended' && event.group.group === group)
  return record?.event.type === 'roll.intended' ? { release: record.release, at: record.at, event: record.event } : undefined
}

export interface Intent {
  readonly release: string
  readonly at: string
  readonly event: Extract<LedgerEvent['event'], { readonly type: 'roll.intended' }>
}

/** Whether it is in the ledger that the group goes back: by an undo-roll that was begun, or by the roll of an undo. */
export function isUndone(records: readonly LedgerEvent[], group: string): boolean {
  const last = lastAbout(records, group)
  return last !== undefined && (last.event.type === 'undo.intended' || openingOf(records, last.release)?.lane === 'undo')
}

/** Its roll is under way, and that is where it came from: a roll that fails puts back what it has written. */
export function isTakenBack(records: readonly LedgerEvent[], group: string, imageId: string): boolean {
  const intent = lastIntent(records, group)
  const isUnderWay = lastAbout(records, group)?.event.type.match(/^roll\.(intended|started)$/) != null
  return isUnderWay && intent?.event.previous.imageId === imageId
}
