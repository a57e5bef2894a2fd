// Whether a group has come to rest: saved as it should be, at capacity, and nothing else in service.

import type { GroupInstance, GroupState, TemplateVersion } from '../ports/index.ts'
import type { Move, MoveObservation } from './move.ts'

type Seen = Pick<MoveObservation, 'group' | 'byParameter' | 'images'>

/** One end of a move: a template version, the image that a parameter holds, or both for a node group, whose machines show only the image. */
type Ground =
  | { readonly template: TemplateVersion; readonly imageId?: string }
  | { readonly template?: undefined; readonly imageId: string }

export function targetOf({ target, parameter, nodeGroup }: Move): Ground {
  if (nodeGroup !== undefined) return { template: target, imageId: nodeGroup.target }
  return parameter === undefined ? { template: target } : { imageId: parameter.target }
}

export function previousOf({ previous, parameter, nodeGroup }: Move): Ground {
  if (nodeGroup !== undefined) return { template: previous, imageId: nodeGroup.previous }
  return parameter === undefined ? { template: previous } : { imageId: parameter.previous }
}

/** What is still missing, in a few words; undefined when the group has settled there. */
export function unsettled(seen: Seen, ground: Ground): string | undefined {
  const { group } = seen
  const wanted = ground.template === undefined ? ground.imageId : `version ${ground.template.version}`
  const unsaved = whatIsSaved(seen, ground)
  if (unsaved !== undefined) return `${unsaved}, not with ${wanted}`
  const others = group.instances.filter((instance) => !isLeaving(instance) && !runs(seen, instance, ground))
  if (others.length > 0) return `${others.length} of its instances not on ${wanted} (${others.map(({ id }) => id).join(', ')})`
  const capacity = capacityInService(group)
  return capacity < group.desiredCapacity ? `${capacity} of ${group.desiredCapacity} in service` : undefined
}

/** What new machines would be launched from instead; undefined when it is what they should be. */
function whatIsSaved({ group, byParameter }: Seen, ground: Ground): string | undefined {
  if (ground.template === undefined) {
    return byParameter?.value === ground.imageId ? undefined : `the parameter stands at ${byParameter?.value ?? 'nothing'}`
  }
  const { template } = ground
  const saved = 'version' in group.launchSource ? group.launchSource : undefined
  if (saved?.templateId === template.templateId && saved.version === String(template.version)) return undefined
  return `the group is saved with ${saved === undefined ? 'no template' : `version ${saved.version}`}`
}

/** Instances in service there. */
export function countOn(seen: Seen, ground: Ground): number {
  return seen.group.instances.filter((instance) => isInService(instance) && runs(seen, instance, ground)).length
}

/** Capacity units in service and healthy. */
export function capacityInService(group: GroupState): number {
  return group.instances
    .filter((instance) => isInService(instance) && instance.healthy)
    .reduce((sum, { weight }) => sum + weight, 0)
}

function runs({ images }: Seen, { id, template }: GroupInstance, ground: Ground): boolean {
  if (ground.template === undefined || ground.imageId !== undefined) return images?.get(id) === ground.imageId
  return template?.templateId === ground.template.templateId && template.version === ground.template.version
}

function isInService({ lifecycle }: GroupInstance): boolean {
  return lifecycle === 'InService'
}

/** On its way out, or waiting outside the group in its warm pool. */
export function isLeaving({ lifecycle }: GroupInstance): boolean {
  return /^(Terminat|Detach|Warmed:)/.test(lifecycle)
}
