// Healthy capacity never below policy because of us: while a refresh runs, no healthy machine is taken out that the policy wants kept.

import { type CloudState, type Member, rowIn, rowsIn, type Tables } from '../../../pipeline/localcloud/index.ts'
import type { UnavailableLimit } from '../../../pipeline/ports/index.ts'
import type { Plan, PlannedGroup } from '../plan/plan.ts'
import { type CreateChecker, changesOf } from './checker.ts'
import { groupOf } from './lineage.ts'

export const healthyCapacity: CreateChecker = (plan) => {
  const least = leastByGroup(plan)
  return {
    onStep: (step) =>
      changesOf(step, 'groups').flatMap(({ before, after, place }) => {
        if (before === undefined || after === undefined || before.members === after.members) return []
        const group = groupOf(plan, { tags: tagsOf(after) })
        if (group === undefined || ![step.before, step.state].some((state) => isMoving(state, place, group, after.name)))
          return []
        const taken = before.members.filter((member) => isServing(member) && isTaken(step.state, place, member, after.members))
        const left = after.members.filter(isServing).length
        const wanted = least.get(group.name) ?? 0
        if (taken.length === 0 || left >= wanted) return []
        const ids = taken.map(({ instanceId }) => instanceId).join(', ')
        return [
          `${group.name} has ${left} healthy machines, fewer than ${wanted}, since the ${group.kind === 'node-group' ? 'update' : 'refresh'} took ${ids}`,
        ]
      }),
  }
}

/** Machines of each group that must stay healthy, by the plan: rounded up, as AWS says it does; of a node group all but its limit. */
function leastByGroup({ groups, policies }: Plan): ReadonlyMap<string, number> {
  const targets = policies.weekly.stages.flatMap(({ waves }) => waves.flatMap((wave) => wave.groups))
  return new Map(
    groups.map(({ name, machines }) => {
      const target = targets.find((one) => one.name === name)
      if (target?.nodeGroup !== undefined) return [name, machines - awayAtOnce(target.nodeGroup.limit)]
      const minimum = target?.roll.minHealthyPercentage ?? 100
      return [name, Math.ceil((machines * minimum) / 100)]
    }),
  )
}

/** Every node group of a plan is made with a limit of one. */
function awayAtOnce(limit: UnavailableLimit | undefined): number {
  return limit !== undefined && 'maxUnavailable' in limit ? limit.maxUnavailable : 1
}

function tagsOf({ name, tags }: Tables['groups']): Readonly<Record<string, string>> {
  return { ...Object.fromEntries(tags.map(({ key, value }) => [key, value])), 'aws:autoscaling:groupName': name }
}

function isMoving(state: CloudState, place: string, group: PlannedGroup, name: string): boolean {
  if (group.kind === 'node-group') return rowIn(state, place, 'nodeGroups', group.name)?.status === 'UPDATING'
  return isRefreshing(state, place, name)
}

function isRefreshing(state: CloudState, place: string, group: string): boolean {
  const active = ['Pending', 'InProgress', 'Baking', 'Cancelling', 'RollbackInProgress']
  return rowsIn(state, place, 'refreshes').some((refresh) => refresh.group === group && active.includes(refresh.status))
}

function isServing({ lifecycle, isHealthy }: Member): boolean {
  return lifecycle === 'InService' && isHealthy
}

/** By the refresh: a machine that fell ill or ended by itself goes because of its own. */
function isTaken(state: CloudState, place: string, { instanceId }: Member, members: readonly Member[]): boolean {
  const now = members.find((member) => member.instanceId === instanceId)
  if (now !== undefined && (now.lifecycle === 'InService' || !now.isHealthy)) return false
  const instance = rowIn(state, place, 'instances', instanceId)
  const endedByItself = instance === undefined || instance.state === 'stopped' || instance.machine === 'gone'
  return !endedByItself && instance.isImpaired !== true
}
