// What a release was baked into, as one that bakes nothing carries it on.

import { assert } from '../kernel/index.ts'
import type { BuiltRelease } from './event.ts'
import type { Release } from './release.ts'

/** Only of one that was verified. */
export function builtRelease({ id, bake, verify, copies }: Release): BuiltRelease {
  assert(bake.state === 'finished' && verify.state === 'finished', `${id} was never verified`)
  const { counts, standings } = verify.result
  return {
    release: id,
    images: bake.result.images,
    copies: copies.flatMap(({ region, architecture, step }) =>
      step.state === 'finished' ? [{ region, architecture, imageId: step.result.imageId }] : [],
    ),
    before: bake.result.before,
    after: bake.result.after,
    counts,
    ...(standings && { standings }),
  }
}
