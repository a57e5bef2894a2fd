// Checks of what a roll launches into: without room for what it adds launches fail, and it would have to be undone.

import type { PreflightFacts, Refusal, RollOrder } from './check.ts'
import type { GroupNow } from './group-now.ts'
import { growthOf } from './growth.ts'

export function vcpus(group: GroupNow, { vcpus: found }: PreflightFacts, { target }: RollOrder): Refusal | undefined {
  const growth = growthOf(group, target)
  if (found === undefined || found.quota - found.inUse >= found.perMachine * growth) return undefined
  const wanted = `${machines(growth)} more of ${found.perMachine} vCPUs each`
  return {
    cause: `the roll of ${group.name} wants ${wanted}, and ${found.inUse} of the account's ${found.quota} vCPUs are in use`,
    hint: 'Ask for a higher quota (L-1216C47A, running on-demand standard instances), or lower maxHealthy of the lane.',
  }
}

export function addresses(group: GroupNow, { subnets }: PreflightFacts, { target }: RollOrder): Refusal | undefined {
  const growth = growthOf(group, target)
  const free = subnets.reduce((sum, { freeAddresses }) => sum + freeAddresses, 0)
  if (subnets.length === 0 || free >= growth) return undefined
  return {
    cause: `the roll of ${group.name} wants ${machines(growth)} more, and its subnets (${subnets.map(({ id }) => id).join(', ')}) have ${free} addresses free`,
    hint: 'Free addresses, add a subnet to the group, or lower maxHealthy of the lane.',
  }
}

function machines(count: number): string {
  return count === 1 ? 'one machine' : `${count} machines`
}
