// What a roll takes, in units: how long, and how many machines run beside those there are.

import { type GroupTarget, rollMs, usualLaunchMs } from '../release/index.ts'
import type { GroupNow } from './group-now.ts'
import { growthOf } from './growth.ts'

export interface RollCost {
  readonly machines: number
  /** Machines at most beside those of the group. */
  readonly extraMachines: number
  /** How long the roll takes if nothing fails: batches, warm-ups and checkpoints. */
  readonly durationMs: number
  /** The extra machines over that time: at most what is paid for more than before. */
  readonly extraMachineHours: number
}

export function rollCost(group: GroupNow, target: Pick<GroupTarget, 'roll' | 'nodeGroup' | 'karpenter'>): RollCost {
  const machines = group.instances.length
  const extraMachines = Math.min(machines, growthOf(group, target))
  const durationMs = rollMs(machines, target, usualLaunchMs)
  return { machines, extraMachines, durationMs, extraMachineHours: (extraMachines * durationMs) / 3_600_000 }
}
