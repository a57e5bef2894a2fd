// How long an instance refresh takes if nothing fails: batches, warm-ups and checkpoints. Pure.

import type { RollPolicy } from '../policy.ts'

/** From a launch to in service; machines differ, this one is measured nowhere but taken for a usual one [inferred]. */
export const usualLaunchMs = 90_000

export interface RefreshShape {
  readonly batches: number
  /** Checkpoints that are waited at: the last one is the end. */
  readonly stops: number
}

/** Percentages that round to a share each [doc: RefreshPreferences]; between two checkpoints begins at least one batch. */
export function refreshShape(machines: number, policy: RollPolicy): RefreshShape {
  if (machines === 0) return { batches: 0, stops: 0 }
  const part = (percentage: number) => Math.ceil((machines * percentage) / 100)
  const { minHealthyPercentage, maxHealthyPercentage, checkpointPercentages } = policy
  // Launched beside those there are, and terminated ahead of their replacement; never none at all.
  const atOnce = Math.max(
    1,
    Math.max(0, part(maxHealthyPercentage) - machines) + Math.max(0, machines - part(minHealthyPercentage)),
  )
  const ends = [...new Set([...checkpointPercentages.map(part), machines])].sort((one, other) => one - other)
  const shares = ends.map((end, index) => end - (ends[index - 1] ?? 0))
  return {
    batches: shares.reduce((sum, share) => sum + Math.ceil(share / atOnce), 0),
    stops: checkpointPercentages.filter((percentage) => percentage < 100).length,
  }
}

/** @param launchMs from a launch to in service. */
export function refreshMs(machines: number, policy: RollPolicy, launchMs: number): number {
  const { batches, stops } = refreshShape(machines, policy)
  return batches * (launchMs + policy.instanceWarmupMs) + stops * policy.checkpointDelayMs
}

/** The launch time that makes a refresh of so many machines last that long; undefined where nothing was replaced. */
export function launchMsOf(tookMs: number, machines: number, policy: RollPolicy): number | undefined {
  const { batches, stops } = refreshShape(machines, policy)
  if (batches === 0) return undefined
  return Math.max(0, (tookMs - stops * policy.checkpointDelayMs) / batches - policy.instanceWarmupMs)
}
