// Runners: where build machines have public addresses, who reaches them must be said.

import type { WrittenConfig } from '../written/drover-file.ts'
import { under } from '../yaml/mapping.ts'
import { reportFollowing } from '../yaml/reading.ts'

export function checkRunners({ images }: WrittenConfig): void {
  if (images.reach === 'public' && images.runners === undefined) {
    const hint = 'Name the addresses the runner comes from: `runners: [203.0.113.7/32]`.'
    reportFollowing(
      under(images.at, 'runners'),
      'config-missing-key',
      '`images` reaches build machines on public addresses but names no `runners`',
      hint,
    )
  }
}
