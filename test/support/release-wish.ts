// What somebody asks for who opens a release, the policy of its only family given.

import type { ReleaseWish } from '../../pipeline/conductor/index.ts'
import type { Policy } from '../../pipeline/release/index.ts'
import { aConfig } from './config.ts'
import { aBase, aConfigOrigin } from './factories.ts'

export function aWish(over: Partial<ReleaseWish> = {}): ReleaseWish {
  return {
    family: 'web',
    lane: 'weekly',
    reason: undefined,
    config: aConfig(),
    origin: aConfigOrigin,
    rehearsal: false,
    resolveBases: async () => [aBase],
    needKeys: async () => undefined,
    ...over,
  }
}

/** Every family has that policy in both lanes. */
export function aWishUnder(policy: Policy, config = aConfig()): ReleaseWish {
  const families = config.families.map((family) => ({ ...family, policies: { weekly: policy, emergency: policy } }))
  return aWish({ config: { ...config, families } })
}
