// Healthy capacity never below policy because of us: while a refresh runs, no healthy machine is taken out that the policy wants kept.

import { type CloudState, type Member, rowIn, rowsIn } from '../../../pipeline/localcloud/index.ts'
import type { Plan } from '../plan/plan.ts'
import { type CreateChecker, changesOf } from './checker.ts'

export const healthyCapacity: CreateChecker = (plan) => {
  const least = leastByGroup(plan)
  return {
    onStep: (step) =>
      changesOf(step, 'groups').flatMap(({ before, after, place }) => {
        if (before === undefined || after === undefined || before.members === after.members) return []
        if (!isRefreshing(step.before, place, after.name) && !isRefreshing(step.state, place, after.name)) return []
        const taken = before.members.filter((member) => isServing(member) && isTaken(step.state, place, member, after.members))
        const left = after.members.filter(isServing).length
        const wanted = least.get(after.name) ?? 0
        if (taken.length === 0 || left >= wanted) return []
        const ids = taken.map(({ instanceId }) => instanceId).join(', ')
        return [`${after.name} has ${left} healthy machines, fewer than ${wanted}, since the refresh took ${ids}`]
      }),
  }
}

/** Machines of each group that must stay healthy, by the plan: rounded up, as AWS says it does. */
function leastByGroup({ groups, policies }: Plan): ReadonlyMap<string, number> {
  const targets = policies.weekly.stages.flatMap(({ waves }) => waves.flatMap((wave) => wave.groups))
  return new Map(
    groups.map(({ name, machines }) => {
      const minimum = targets.find((target) => target.name === name)?.roll.minHealthyPercentage ?? 100
      return [name, Math.ceil((machines * minimum) / 100)]
    }),
  )
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
