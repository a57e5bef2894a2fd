// How many machines a roll wants beside those a group has: it launches before it terminates.

import type { GroupState } from '../ports/index.ts'
import type { RollPolicy } from '../release/index.ts'

/** Fewest machines that stay healthy and most that there may be, as AWS rounds them. */
export function boundsOf(desired: number, { minHealthyPercentage, maxHealthyPercentage }: RollPolicy) {
  return { fewest: Math.ceil((desired * minHealthyPercentage) / 100), most: Math.ceil((desired * maxHealthyPercentage) / 100) }
}

export function growthOf({ desiredCapacity }: GroupState, policy: RollPolicy): number {
  return Math.max(0, boundsOf(desiredCapacity, policy).most - desiredCapacity)
}
