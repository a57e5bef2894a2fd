// Whose image it is, and which group of the plan a machine is of: read off the cloud's own rows.

import { type CloudState, rowIn, type Tables } from '../../../pipeline/localcloud/index.ts'
import type { LedgerEvent } from '../../../pipeline/release/index.ts'
import type { Plan, PlannedGroup } from '../plan/plan.ts'

/** The group that the machine is tagged with. */
export function groupOf({ groups }: Plan, { tags }: Pick<Tables['instances'], 'tags'>): PlannedGroup | undefined {
  return groups.find(({ name }) => name === tags['aws:autoscaling:groupName'])
}

/** The release that made the image; undefined for what was there before. */
export function releaseOfImage(state: CloudState, imageId: string): string | undefined {
  for (const place of Object.keys(state.places)) {
    const release = rowIn(state, place, 'images', imageId)?.tags['drover:release']
    if (release !== undefined) return release
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

/** The release whose images it rolls: its own, or those of the one that an undo goes back to. */
export function rolledBy(records: readonly LedgerEvent[], release: string): string {
  const opening = records.find((record) => record.release === release && record.event.type === 'release.opened')?.event
  return opening?.type === 'release.opened' ? (opening.returnsTo?.release ?? release) : release
}

/** 0 for what was there before the first release, then in the order in which releases were opened. */
export function rankOf(state: CloudState, records: readonly LedgerEvent[], imageId: string | undefined): number {
  const release = imageId === undefined ? undefined : releaseOfImage(state, imageId)
  return release === undefined ? 0 : 1 + openedOf(records).indexOf(release)
}

/** The image that a launch source launches. */
export function imageOfSource(state: CloudState, place: string, source: Tables['groups']['launch']): string | undefined {
  if ('configuration' in source) return rowIn(state, place, 'launchConfigurations', source.configuration)?.data.ImageId
  return rowIn(state, place, 'templateVersions', `${source.templateId} ${source.version}`)?.data.ImageId
}
