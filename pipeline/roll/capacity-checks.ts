// Checks of what a roll launches into: without room for what it and those rolled beside it add, launches fail, and it would have to be undone.

import { listed } from '../kernel/index.ts'
import type { Neighbour, PreflightFacts, Refusal, RollOrder } from './check.ts'
import type { GroupNow } from './group-now.ts'
import { growthOf } from './growth.ts'

export function vcpus(group: GroupNow, { vcpus: found, beside = [] }: PreflightFacts, order: RollOrder): Refusal | undefined {
  if (found === undefined) return undefined
  const growth = growthOf(group, order.target)
  const free = found.quota - found.inUse
  const left = free - found.perMachine * growth
  const others = rivals(order, beside, free, ({ machines: count, perMachine }) => count * perMachine)
  if (left >= others.take) return undefined
  const wanted = `${machines(growth)} more of ${found.perMachine} vCPUs each`
  const inUse = `${found.inUse} of the account's ${found.quota} vCPUs are in use`
  const quota = 'Ask for a higher quota (L-1216C47A, running on-demand standard instances)'
  if (left < 0) return lacking(order, `the roll of ${group.name} wants ${wanted}, and ${inUse}`, [quota, lowerMaximum])
  const cause = `the roll of ${group.name} wants ${wanted}, ${rolledBeside(others.names)} ${others.take} vCPUs, and ${inUse}`
  return lacking(order, cause, [quota, lowerMaximum, apart])
}

/** Those count whose machines can go nowhere else: of one with other subnets besides it isn't known where it will launch. */
export function addresses(group: GroupNow, { subnets, beside = [] }: PreflightFacts, order: RollOrder): Refusal | undefined {
  if (subnets.length === 0) return undefined
  const growth = growthOf(group, order.target)
  const ids = subnets.map(({ id }) => id)
  const free = subnets.reduce((sum, { freeAddresses }) => sum + freeAddresses, 0)
  const inThem = beside.filter(({ subnetIds }) => subnetIds.length > 0 && subnetIds.every((id) => ids.includes(id)))
  const others = rivals(order, inThem, free, ({ machines: count }) => count)
  if (free - growth >= others.take) return undefined
  const wanted = `${machines(growth)} more`
  const has = `its subnets (${ids.join(', ')}) have ${free} addresses free`
  const way = 'Free addresses, add a subnet to the group'
  if (free < growth) return lacking(order, `the roll of ${group.name} wants ${wanted}, and ${has}`, [way, lowerMaximum])
  const cause = `the roll of ${group.name} wants ${wanted}, ${rolledBeside(others.names)} ${others.take}, and ${has}`
  return lacking(order, cause, [way, lowerMaximum, apart])
}

/** An undo rolls by no configuration of anybody's choosing: the first way out is all there is. */
function lacking({ undoes }: RollOrder, cause: string, waysOut: readonly string[]): Refusal {
  const ways = undoes ? waysOut.slice(0, 1) : waysOut
  const hint = [...ways.slice(0, -1), ways.length > 1 ? `or ${ways.at(-1)}` : ways[0]].join(', ')
  return { cause, hint: `${hint}.`, lacksRoom: true }
}

const lowerMaximum = 'lower maxHealthy of the lane'
const apart = 'give the groups waves of their own'

/**
 * What those rolled side by side with it take of what is free: all of them together, for a wave goes whole or not at all. Of an undo
 * those take theirs that come first and for which there is room, so that as many go as can.
 */
function rivals(
  { undoes }: RollOrder,
  beside: readonly Neighbour[],
  free: number,
  wantOf: (neighbour: Neighbour) => number,
): { readonly take: number; readonly names: readonly string[] } {
  const taking: Neighbour[] = []
  let take = 0
  for (const neighbour of beside) {
    const want = wantOf(neighbour)
    const goes = !undoes || neighbour.isUnderWay || take + want <= free
    if (want === 0 || !goes) continue
    taking.push(neighbour)
    take += want
  }
  return { take, names: taking.map(({ name }) => name) }
}

function rolledBeside(names: readonly string[]): string {
  return `what is rolled beside it (${listed(names, 6)}) wants`
}

function machines(count: number): string {
  return count === 1 ? 'one machine' : `${count} machines`
}
