// What the ledger itself says that an image is still needed for. Pure.

import { describeGroup, groupsRunning, type History, imagesOf } from '../release/index.ts'
import type { Use } from './read-uses.ts'

/** Groups that run it or may be taken back to it. */
export function ledgerUses({ releases }: History): readonly Use[] {
  const running = releases.flatMap((release) =>
    groupsRunning(releases, release.id).flatMap((key) =>
      imagesOf(release)
        .filter(({ region }) => region === key.region)
        .map(({ region, imageId }) => ({ region, imageId, why: `runs on ${describeGroup(key)}, by the ledger` })),
    ),
  )
  const previous = releases.flatMap(({ id, rolls, ending }) =>
    rolls
      .filter(({ step, undo }) => !ending || step.state === 'begun' || undo.state === 'begun')
      .flatMap(({ key, previous: before }) =>
        before?.imageId === undefined
          ? []
          : [{ region: key.region, imageId: before.imageId, why: `${id} may take ${describeGroup(key)} back to it` }],
      ),
  )
  return [...running, ...previous]
}
