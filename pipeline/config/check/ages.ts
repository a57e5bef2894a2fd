// How old machines may grow: no less than a roll and the wait for its window can keep up with.

import type { WrittenConfig } from '../written/drover-file.ts'
import { reportFollowing } from '../yaml/reading.ts'

/** What AWS itself takes as the least for a group's own limit [doc: asg-max-instance-lifetime]. */
const leastMs = 86_400_000

export function checkAges(written: WrittenConfig): void {
  const groups = written.families.flatMap(({ value: { groups } }) =>
    groups.flatMap(({ value: waves }) => waves.value.flatMap((wave) => wave.groups)),
  )
  const limits = [...written.families.map(({ value }) => value.maxAge), ...groups.map(({ maxAge }) => maxAge)]
  for (const maxAge of limits) {
    if (maxAge === undefined || maxAge.value >= leastMs) continue
    const hint = 'Machines younger than that would be replaced all day long.'
    reportFollowing(maxAge.at, 'config-wrong-value', 'machines may grow to an age of 1d at least', hint)
  }
}
