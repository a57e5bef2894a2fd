// The token of an intent: the same whoever computes it and whenever, another for each new attempt.

import { digestOf } from '../kernel/index.ts'
import type { Action } from './decision.ts'
import { copyOf } from './image.ts'
import type { Release } from './release.ts'
import { stepOfAction } from './step-name.ts'

/** 32 hexadecimal characters. */
export function tokenOf(release: Release, action: Action): string {
  return digestOf({ seed: release.seed, step: stepOfAction(action), failures: failuresOf(release, action) }).slice(0, 32)
}

// AWS answers a repeated client token with the failed copy it already has: another attempt needs another token.
function failuresOf(release: Release, action: Action): number {
  if (action.kind !== 'copy') return 0
  const { region, image } = action
  return copyOf(release, region, image.architecture)?.failures ?? 0
}
