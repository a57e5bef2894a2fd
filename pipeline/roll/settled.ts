// Whether a group has come to rest on a template version: saved, at capacity, and nothing else in service.

import type { GroupInstance, GroupState, TemplateVersion } from '../ports/index.ts'

/** What is still missing, in a few words; undefined when the group has settled on the version. */
export function unsettled(group: GroupState, target: TemplateVersion): string | undefined {
  const wanted = `version ${target.version}`
  const saved = 'version' in group.launchSource ? group.launchSource : undefined
  if (saved?.templateId !== target.templateId || saved.version !== String(target.version)) {
    return `the group is saved with ${saved === undefined ? 'no template' : `version ${saved.version}`}, not with ${wanted}`
  }
  const others = group.instances.filter((instance) => !isLeaving(instance) && !runs(instance, target))
  if (others.length > 0) return `${others.length} of its instances not on ${wanted} (${others.map(({ id }) => id).join(', ')})`
  const capacity = capacityInService(group)
  return capacity < group.desiredCapacity ? `${capacity} of ${group.desiredCapacity} in service` : undefined
}

/** Instances in service on the version. */
export function countOn(group: GroupState, target: TemplateVersion): number {
  return group.instances.filter((instance) => isInService(instance) && runs(instance, target)).length
}

/** Capacity units in service and healthy. */
export function capacityInService(group: GroupState): number {
  return group.instances
    .filter((instance) => isInService(instance) && instance.healthy)
    .reduce((sum, { weight }) => sum + weight, 0)
}

function runs(instance: GroupInstance, target: TemplateVersion): boolean {
  return instance.template?.templateId === target.templateId && instance.template.version === target.version
}

function isInService({ lifecycle }: GroupInstance): boolean {
  return lifecycle === 'InService'
}

/** On its way out, or waiting outside the group in its warm pool. */
function isLeaving({ lifecycle }: GroupInstance): boolean {
  return /^(Terminat|Detach|Warmed:)/.test(lifecycle)
}
