// Which machines of a release's groups still run another image than the release's, and which groups would launch one: what it was to fix is
// open there.

import type { Cloud, CloudAt, CloudOutcome } from '../ports/index.ts'
import {
  type ExposedMachine,
  type GroupKey,
  type GroupTarget,
  groupsOf,
  imageFor,
  type Performer,
  placeOf,
  type Release,
  type RevertedGroup,
  type StagePolicy,
} from '../release/index.ts'
import { groupNow, machineTags } from './group-now.ts'

const gone = ['terminated', 'shutting-down']

/** Asks every group of every stage; a group that could not be asked is named, and counts as exposed. */
export function createFleetCheck({ cloud }: { readonly cloud: Cloud }): Performer<'check-fleet'> {
  return async ({ release, action, log }) => {
    const exposed: ExposedMachine[] = []
    const reverted: RevertedGroup[] = []
    const unasked: string[] = []
    for (const stage of action.stages) {
      for (const target of groupsOf(stage)) {
        const asked = await lookAt(cloud, release, stage, target, action.templatesOnly === true)
        if ('cause' in asked) unasked.push(asked.cause)
        else {
          exposed.push(...asked.machines)
          reverted.push(...asked.reverted)
        }
      }
    }
    for (const { group, instance, imageId } of exposed) log(`${group.region}/${group.group}: ${instance} still runs ${imageId}`)
    for (const { group, imageId, version } of reverted) {
      const where = `${group.region}/${group.group}`
      log(
        `${where}: somebody put version ${version} of its template back, which launches ${imageId}: let Terraform leave it alone`,
      )
    }
    return [{ type: 'fleet.checked', exposed, unasked, ...(reverted.length === 0 ? {} : { reverted }) }]
  }
}

interface Look {
  readonly machines: readonly ExposedMachine[]
  readonly reverted: readonly RevertedGroup[]
}

async function lookAt(
  cloud: Cloud,
  release: Release,
  stage: StagePolicy,
  target: GroupTarget,
  templatesOnly: boolean,
): Promise<Look | { readonly cause: string }> {
  const group: GroupKey = { stage: stage.name, region: target.region, group: target.name }
  const at = cloud.at(placeOf(stage, group))
  const imageId = imageFor(release, target)
  const refused = ({ message }: { readonly message: string }) => ({
    cause: `${target.region}/${target.name} in ${stage.name}: ${message}`,
  })
  const found = templatesOnly ? ({ ok: true, value: [] } as const) : await at.describeInstances({ tags: machineTags(target) })
  if (!found.ok) return refused(found)
  const next = await nextImage(at, target)
  if (!next.ok) return refused(next)
  const others = found.value.filter((machine) => !gone.includes(machine.state) && machine.imageId !== imageId)
  return {
    machines: others.map((machine) => ({ group, instance: machine.id, imageId: machine.imageId })),
    reverted: next.value.filter((launched) => launched.imageId !== imageId).map((launched) => ({ group, ...launched })),
  }
}

/** What the group would launch; nothing where its template names no image of its own, or an alias. */
async function nextImage(at: CloudAt, target: GroupTarget): Promise<CloudOutcome<readonly Omit<RevertedGroup, 'group'>[]>> {
  const group = await groupNow(at, target)
  if (!group.ok) return group
  const source = group.value?.launchSource
  if (source === undefined || !('templateId' in source)) return { ok: true, value: [] }
  const template = await at.describeTemplateVersion(source.templateId, source.version)
  if (!template.ok) return template
  const { imageId } = template.value
  return { ok: true, value: imageId?.startsWith('ami-') ? [{ imageId, version: source.version }] : [] }
}
