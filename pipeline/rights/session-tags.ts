// What a session that drover takes for a release says of itself, in CloudTrail and to policies (`aws:PrincipalTag/drover:release`).

import type { Tags } from '../ports/index.ts'
import type { Release } from '../release/index.ts'

export const sessionTagKeys = ['drover:release', 'drover:family', 'drover:lane'] as const

export function sessionTagsOf({ id, family, lane }: Pick<Release, 'id' | 'family' | 'lane'>): Tags {
  return { 'drover:release': id, 'drover:family': family, 'drover:lane': lane } satisfies Record<
    (typeof sessionTagKeys)[number],
    string
  >
}
