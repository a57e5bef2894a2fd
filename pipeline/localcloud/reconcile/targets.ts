// Targets follow their groups: instances in service are registered, those that leave are not, and the ended are forgotten.

import type { Group, Member } from '../store/group.ts'
import { isLive } from '../store/instance.ts'
import type { Draft, PlaceKey } from '../store/state.ts'
import { newTarget, type Target, type TargetGroup, type TargetState } from '../store/target-group.ts'
import type { MachineCommand } from './command.ts'
import type { Due } from './due.ts'

export function advanceTargets(draft: Draft, place: PlaceKey, now: number): void {
  for (const targetGroup of draft.rows(place, 'targetGroups')) {
    const groups = draft.rows(place, 'groups').filter((group) => group.targetGroups?.includes(targetGroup.arn))
    const kept = targetGroup.targets.filter((target) => belongs(draft, place, target, groups))
    const added = groups.flatMap((group) => joining(group, kept).map((id) => newTarget(id, targetGroup.port, now, group.name)))
    if (added.length === 0 && kept.length === targetGroup.targets.length) continue
    draft.put(place, 'targetGroups', targetGroup.arn, { ...targetGroup, targets: [...kept, ...added] })
  }
}

function belongs(draft: Draft, place: PlaceKey, target: Target, groups: readonly Group[]): boolean {
  const instance = draft.get(place, 'instances', target.instanceId)
  if (instance === undefined || !isLive(instance)) return false
  if (target.group === undefined) return true
  const group = groups.find(({ name }) => name === target.group)
  return group?.members.some((member) => member.instanceId === target.instanceId && member.lifecycle === 'InService') ?? false
}

/** "AddToLoadBalancer: if you suspend it, instances are launched but not added to the load balancer" [doc: as-suspend-resume-processes]. */
function joining(group: Group, known: readonly Target[]): readonly string[] {
  if (group.suspended.includes('AddToLoadBalancer')) return []
  return group.members
    .filter(({ lifecycle, instanceId }) => lifecycle === 'InService' && !known.some((target) => target.instanceId === instanceId))
    .map(({ instanceId }) => instanceId)
}

/** What the target groups of a group say of a member, the worst of them; undefined when its health is not theirs to say. */
export function targetStateOf(draft: Draft, place: PlaceKey, group: Group, { instanceId }: Member): TargetState | undefined {
  if (!group.healthCheckType.split(',').includes('ELB') || !group.targetGroups?.length) return undefined
  const states = group.targetGroups.map(
    (arn) => targetIn(draft.get(place, 'targetGroups', arn), instanceId)?.state ?? ('initial' as const),
  )
  return states.find((state) => state === 'unhealthy') ?? states.find((state) => state === 'initial') ?? 'healthy'
}

function targetIn(targetGroup: TargetGroup | undefined, instanceId: string): Target | undefined {
  return targetGroup?.targets.find((target) => target.instanceId === instanceId)
}

/** Checks that are due. What is healthy may be left alone while the clock jumps to its next check; anything else is at work. */
export function targetChecks(draft: Draft, place: PlaceKey, now: number, due: Due): MachineCommand[] {
  return draft.rows(place, 'targetGroups').flatMap(({ arn, check, targets }) =>
    targets.flatMap((target): MachineCommand[] => {
      if (target.state === 'healthy') due.idleUntil(target.nextCheckAt)
      else due.workUntil(target.nextCheckAt)
      if (target.nextCheckAt > now) return []
      const port = check.port === 'traffic-port' ? target.port : check.port
      const question = { protocol: check.protocol, port, path: check.path, timeoutMs: check.timeoutSeconds * 1_000 }
      return [{ kind: 'check-target', place, instanceId: target.instanceId, targetGroup: arn, port: target.port, question }]
    }),
  )
}
