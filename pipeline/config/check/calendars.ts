// Freezes end after they begin.

import type { WrittenConfig } from '../written/drover-file.ts'
import { reportFollowing } from '../yaml/reading.ts'

export function checkCalendars({ stages }: WrittenConfig): void {
  for (const { from, to } of stages.flatMap(({ value }) => value.freezes)) {
    if (from === '' || to.value === '' || to.value >= from) continue
    reportFollowing(to.at, 'config-conflict', `the freeze ends on ${to.value}, before it begins on ${from}`)
  }
}
