// Retention: an image is deprecated before it is disabled, and disabled before it is deregistered.

import type { WrittenConfig } from '../written/drover-file.ts'
import { reportFollowing } from '../yaml/reading.ts'

export function checkRetention({ retention }: WrittenConfig): void {
  const { deprecateAfter, disableAfter, deregisterAfter } = retention
  const hint = 'Each step comes after the one before, or with it: deprecateAfter, disableAfter, deregisterAfter.'
  if (disableAfter.value < deprecateAfter.value)
    reportFollowing(disableAfter.at, 'config-conflict', 'an image would be disabled before it is deprecated', hint)
  if (deregisterAfter.value < disableAfter.value)
    reportFollowing(deregisterAfter.at, 'config-conflict', 'an image would be deregistered before it is disabled', hint)
}
