// Checks of what a roll launches into: without room for what it and those rolled beside it add, launches fail, and it would have to be undone.

import { listed } from '../kernel/index.ts'
import type { Neighbour, PreflightFacts, Refusal, RollOrder } from './check.ts'
import type { GroupNow } from './group-now.ts'
import { growthOf } from './growth.ts'

export function vcpus(
  group: GroupNow,
  { vcpus: found, beside = [] }: PreflightFacts,
  { target }: RollOrder,
): Refusal | undefined {
  if (found === undefined) return undefined
  const growth = growthOf(group, target)
  const left = found.quota - found.inUse - found.perMachine * growth
  const others = beside.filter(({ perMachine }) => perMachine > 0)
  const theirs = others.reduce((sum, { machines: count, perMachine }) => sum + count * perMachine, 0)
  if (left >= theirs) return undefined
  const wanted = `${machines(growth)} more of ${found.perMachine} vCPUs each`
  const inUse = `${found.inUse} of the account's ${found.quota} vCPUs are in use`
  const quota = 'Ask for a higher quota (L-1216C47A, running on-demand standard instances)'
  if (left < 0) {
    return {
      cause: `the roll of ${group.name} wants ${wanted}, and ${inUse}`,
      hint: `${quota}, or lower maxHealthy of the lane.`,
    }
  }
  return {
    cause: `the roll of ${group.name} wants ${wanted}, ${rolledBeside(others)} ${theirs} vCPUs, and ${inUse}`,
    hint: `${quota}, lower maxHealthy of the lane, or ${apart}.`,
  }
}

/** Those count whose machines can go nowhere else: of one with other subnets besides it isn't known where it will launch. */
export function addresses(group: GroupNow, { subnets, beside = [] }: PreflightFacts, { target }: RollOrder): Refusal | undefined {
  if (subnets.length === 0) return undefined
  const growth = growthOf(group, target)
  const ids = subnets.map(({ id }) => id)
  const free = subnets.reduce((sum, { freeAddresses }) => sum + freeAddresses, 0)
  const others = beside.filter(({ subnetIds }) => subnetIds.length > 0 && subnetIds.every((id) => ids.includes(id)))
  const theirs = others.reduce((sum, { machines: count }) => sum + count, 0)
  if (free - growth >= theirs) return undefined
  const wanted = `${machines(growth)} more`
  const has = `its subnets (${ids.join(', ')}) have ${free} addresses free`
  const way = 'Free addresses, add a subnet to the group'
  if (free < growth) {
    return {
      cause: `the roll of ${group.name} wants ${wanted}, and ${has}`,
      hint: `${way}, or lower maxHealthy of the lane.`,
    }
  }
  return {
    cause: `the roll of ${group.name} wants ${wanted}, ${rolledBeside(others)} ${theirs}, and ${has}`,
    hint: `${way}, lower maxHealthy of the lane, or ${apart}.`,
  }
}

function rolledBeside(others: readonly Neighbour[]): string {
  return `what is rolled beside it (${listed(
    others.map(({ name }) => name),
    6,
  )}) wants`
}

const apart = 'give the groups waves of their own'

function machines(count: number): string {
  return count === 1 ? 'one machine' : `${count} machines`
}
