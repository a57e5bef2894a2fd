// How many machines a roll wants beside those a group has: it launches before it terminates.

import { type GroupTarget, mostUnavailable, type RollPolicy } from '../release/index.ts'
import type { GroupNow } from './group-now.ts'

/** Fewest machines that stay healthy and most that there may be, as AWS rounds them. */
export function boundsOf(desired: number, { minHealthyPercentage, maxHealthyPercentage }: RollPolicy) {
  return { fewest: Math.ceil((desired * minHealthyPercentage) / 100), most: Math.ceil((desired * maxHealthyPercentage) / 100) }
}

export function growthOf(
  group: GroupNow,
  { roll, nodeGroup, karpenter }: Pick<GroupTarget, 'roll' | 'nodeGroup' | 'karpenter'>,
): number {
  // How many machines come beside those there are is for Karpenter's own budgets.
  if (karpenter !== undefined) return 0
  const { desiredCapacity: desired, zones } = group
  if (nodeGroup === undefined) return Math.max(0, boundsOf(desired, roll).most - desired)
  // "Up to twice the number of Availability Zones", or the maximum unavailable if that is more [doc: eks/managed-node-update-behavior].
  return desired === 0 ? 0 : Math.max(2 * zones.length, mostUnavailable(nodeGroup.limit ?? group.nodeGroup?.limit, desired))
}
