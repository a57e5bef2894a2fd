// An instance refresh to a version that moves: what it has replaced already is replaced again.

import { isActive } from '../store/group.ts'
import type { Refresh } from '../store/refresh.ts'
import { isLaunchedFrom, launchables, movingVersion } from '../store/source-target.ts'
import { put, type Step } from './refresh-step.ts'

/**
 * "Ensures that all instances use the desired configuration": where that is `$Latest` or `$Default` and another version becomes it, "any
 * instances that have already been replaced will be replaced again" [doc: asg-instance-refresh-skip-matching].
 */
export function keptUp(step: Step): Refresh {
  const { draft, place, group, refresh } = step
  const { target, rules, replacing, desiredConfiguration } = refresh
  if (refresh.status !== 'InProgress' || desiredConfiguration === undefined || movingVersion(target.source) === undefined)
    return refresh
  const wanted = launchables(draft, place, target.source)
  const outdated = group.members
    .filter((member) => isActive(member) && member.template !== undefined && !replacing.includes(member.instanceId))
    .filter((member) => !(rules.protectedInstances === 'Ignore' && member.isProtected))
    .filter((member) => !wanted.some((one) => isLaunchedFrom(member, one)))
  if (outdated.length === 0) return refresh
  const present = replacing.filter((id) => group.members.some(({ instanceId }) => instanceId === id))
  return put(step, { replacing: [...present, ...outdated.map(({ instanceId }) => instanceId)] })
}
