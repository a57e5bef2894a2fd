// Waves: each lists its groups or chooses them by tag, and percentages come to all of them.

import type { WrittenConfig, WrittenWave } from '../written/drover-file.ts'
import type { WrittenLane } from '../written/lane.ts'
import { childOf, type Named, under } from '../yaml/mapping.ts'
import type { Placed } from '../yaml/reader.ts'
import { reportFollowing } from '../yaml/reading.ts'

export function checkWaves({ families, lanes }: WrittenConfig): void {
  for (const { value: family } of families) for (const stage of family.groups) checkStage(stage)
  for (const lane of [lanes.weekly, lanes.emergency]) checkPercentages(lane)
}

function checkStage({ name, value: waves }: Named<Placed<readonly WrittenWave[]>>): void {
  for (const wave of waves.value) checkWave(wave)
  if (waves.value.length === 0 || waves.value.some((wave) => wave.tag === undefined)) return
  const hint = 'They choose among the groups that other waves of the stage list.'
  reportFollowing(
    waves.at,
    'config-missing-key',
    `every wave of stage ${name} chooses its groups by tag, and none lists any`,
    hint,
  )
}

function checkWave({ at, tag }: WrittenWave): void {
  const groups = childOf(at, 'groups')
  const lists = groups.node !== at.node
  if (tag === undefined) {
    if (!lists)
      reportFollowing(
        under(at, 'groups'),
        'config-missing-key',
        'the wave has no `groups`',
        'List them, or choose them: `tag: { tier: canary }`.',
      )
    return
  }
  if (lists) reportFollowing(tag.at, 'config-conflict', 'the wave lists its groups and chooses them by tag', 'Do one of the two.')
  if (tag.value.length === 0) reportFollowing(tag.at, 'config-wrong-value', '`tag` is empty', 'Write { tier: canary }.')
}

function checkPercentages({ waves }: WrittenLane): void {
  for (const { value } of waves) {
    if (typeof value === 'string') continue
    const rises = value.value.every((one, index) => index === 0 || one > (value.value[index - 1] as number))
    if (value.value.length === 0 || (rises && value.value.at(-1) === 100)) continue
    const hint = 'Without 100% at the end the other groups would not be rolled: [10%, 50%, 100%]'
    reportFollowing(value.at, 'config-wrong-value', 'the percentages of the waves do not rise to 100%', hint)
  }
}
