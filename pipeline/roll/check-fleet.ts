// Which machines of a release's groups still run another image than the release's: what it was to fix is open on them.

import type { Cloud } from '../ports/index.ts'
import {
  type ExposedMachine,
  type GroupKey,
  type GroupTarget,
  groupsOf,
  imageIn,
  type Performer,
  type Release,
  type StagePolicy,
  sourceImageOf,
} from '../release/index.ts'
import { placeOf } from './place.ts'

/** Auto Scaling tags the machines of a group with its name, those in standby too; a detached one has it no more. */
const groupTag = 'aws:autoscaling:groupName'
const gone = ['terminated', 'shutting-down']

/** Asks every group of every stage; a group that could not be asked is named, and counts as exposed. */
export function createFleetCheck({ cloud }: { readonly cloud: Cloud }): Performer<'check-fleet'> {
  return async ({ release, action, log }) => {
    const exposed: ExposedMachine[] = []
    const unasked: string[] = []
    for (const stage of action.stages) {
      for (const target of groupsOf(stage)) {
        const asked = await exposedIn(cloud, release, stage, target)
        if ('cause' in asked) unasked.push(asked.cause)
        else exposed.push(...asked.machines)
      }
    }
    for (const { group, instance, imageId } of exposed) log(`${group.region}/${group.group}: ${instance} still runs ${imageId}`)
    return [{ type: 'fleet.checked', exposed, unasked }]
  }
}

async function exposedIn(
  cloud: Cloud,
  release: Release,
  stage: StagePolicy,
  target: GroupTarget,
): Promise<{ readonly machines: readonly ExposedMachine[] } | { readonly cause: string }> {
  const group: GroupKey = { stage: stage.name, region: target.region, group: target.name }
  const found = await cloud.at(placeOf(stage, group)).describeInstances({ tags: { [groupTag]: target.name } })
  if (!found.ok) return { cause: `${target.region}/${target.name} in ${stage.name}: ${found.message}` }
  const imageId = imageIn(release, target.region, sourceImageOf(release, target))
  const others = found.value.filter((machine) => !gone.includes(machine.state) && machine.imageId !== imageId)
  return { machines: others.map((machine) => ({ group, instance: machine.id, imageId: machine.imageId })) }
}
