// What a roll takes, in units: how long, and how many machines run beside those there are.

import type { GroupState } from '../ports/index.ts'
import type { RollPolicy } from '../release/index.ts'
import { boundsOf, growthOf } from './growth.ts'

export interface RollCost {
  readonly machines: number
  /** Machines at most beside those of the group. */
  readonly extraMachines: number
  /** How long the roll takes if nothing fails: batches, warm-ups and checkpoints. */
  readonly durationMs: number
  /** The extra machines over that time: at most what is paid for more than before. */
  readonly extraMachineHours: number
}

/** From a launch to in service; machines differ, this one is measured nowhere but taken for a usual one [inferred]. */
const launchMs = 90_000

export function rollCost(group: GroupState, policy: RollPolicy): RollCost {
  const machines = group.instances.length
  const { fewest } = boundsOf(group.desiredCapacity, policy)
  const extraMachines = Math.min(machines, growthOf(group, policy))
  const atOnce = Math.max(1, extraMachines + Math.max(0, group.desiredCapacity - fewest))
  const batches = Math.ceil(machines / atOnce)
  // The last checkpoint is the end: nothing is waited for there.
  const stops = policy.checkpointPercentages.filter((percentage) => percentage < 100).length
  const durationMs = batches * (launchMs + policy.instanceWarmupMs) + (machines > 0 ? stops * policy.checkpointDelayMs : 0)
  return { machines, extraMachines, durationMs, extraMachineHours: (extraMachines * durationMs) / 3_600_000 }
}
