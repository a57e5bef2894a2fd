// Lanes: every stage's soak is said, zero only in so many words, and a roll stays within what an instance refresh can do.

import type { WrittenConfig } from '../written/drover-file.ts'
import type { WrittenLane } from '../written/lane.ts'
import { under } from '../yaml/mapping.ts'
import { reportFollowing } from '../yaml/reading.ts'

const dayMs = 86_400_000
/** Limits of an instance refresh. */
const longestCheckpointDelayMs = 2 * dayMs
const longestBakeTimeMs = 2 * dayMs
const longestRefreshMs = 14 * dayMs

export function checkLanes(written: WrittenConfig): void {
  const stages = written.stages.map(({ name }) => name)
  for (const laneName of ['weekly', 'emergency'] as const) {
    checkSoaks(laneName, written.lanes[laneName], stages)
    checkRoll(written.lanes[laneName])
  }
}

function checkSoaks(laneName: string, { soak }: WrittenLane, stages: readonly string[]): void {
  for (const stage of stages.filter((known) => !soak.stages.some(({ name }) => name === known))) {
    reportFollowing(
      under(soak.at, stage),
      'config-missing-key',
      `the ${laneName} lane does not say how long ${stage} soaks`,
      `Add \`${stage}: 1h\`.`,
    )
  }
  for (const { name, durationMs } of soak.stages.filter((entry) => entry.durationMs.value === 0 && !soak.zeroAccepted)) {
    const hint = 'Give it a time, or say that you mean it: `zeroSoak: accepted` beside it.'
    reportFollowing(durationMs.at, 'config-wrong-value', `the ${laneName} soak of ${name} is zero`, hint)
  }
}

function checkRoll({ roll }: WrittenLane): void {
  const { minHealthy, maxHealthy, checkpoints, checkpointDelay, bakeTime, deadline } = roll
  if (maxHealthy !== undefined && maxHealthy.value - minHealthy > 100) {
    const hint = `AWS allows at most 100% between the two: raise minHealthy to ${maxHealthy.value - 100}%.`
    reportFollowing(maxHealthy.at, 'config-conflict', `maxHealthy is more than 100% above minHealthy (${minHealthy}%)`, hint)
  }
  if (checkpoints.value.length > 0 && !(isAscending(checkpoints.value) && checkpoints.value.at(-1) === 100)) {
    const hint = 'Without 100% at the end the rest of the group would keep the old image: [20%, 50%, 100%]'
    reportFollowing(checkpoints.at, 'config-wrong-value', 'the checkpoints do not rise to 100%', hint)
  }
  if (checkpointDelay.value > 0 && checkpoints.value.length === 0) {
    const hint = 'Add `checkpoints: [20%, 100%]`.'
    reportFollowing(checkpointDelay.at, 'config-conflict', '`checkpointDelay` stands without `checkpoints`', hint)
  }
  if (checkpointDelay.value > longestCheckpointDelayMs) {
    reportFollowing(checkpointDelay.at, 'config-wrong-value', 'an instance refresh waits at a checkpoint for 2d at most')
  }
  if (bakeTime.value > longestBakeTimeMs) {
    reportFollowing(bakeTime.at, 'config-wrong-value', 'an instance refresh is watched for 2d at most after its last machine')
  }
  if (deadline.value > longestRefreshMs) {
    reportFollowing(deadline.at, 'config-wrong-value', 'an instance refresh runs for 14d at most')
  }
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > (values[index - 1] as number))
}
