// Which release every image of the ledger is of, and how far it came.

import { builtAs, type History, imageIn, type Release, reachedProduction, revocationOf } from '../release/index.ts'

export interface KnownImage {
  readonly release: string
  readonly standing: 'revoked' | 'outside' | 'on its way' | 'promoted'
  /** Whole days from this release's opening to that of the family's newest promoted one; undefined for one not promoted. */
  readonly daysBehind: number | undefined
}

/** By `region image`. */
export type KnownImages = ReadonlyMap<string, KnownImage>

export function knownImages({ releases, orders }: History): KnownImages {
  const known = new Map<string, KnownImage>()
  for (const release of releases) {
    // The images of an undo are those of the release it goes back to, and so are a renewal's those of the one it leaves.
    if (release.bake.state !== 'finished' || builtAs(release) !== undefined) continue
    const standing = revocationOf(orders, release) ? 'revoked' : standingOf(release)
    const newest = releases.findLast((other) => other.family === release.family && standingOf(other) === 'promoted')
    const daysBehind =
      (standing === 'promoted' || standing === 'revoked') && newest
        ? Math.floor((newest.openedAt.wallAt - release.openedAt.wallAt) / 86_400_000)
        : undefined
    for (const image of release.bake.result.images) {
      for (const region of new Set([image.region, ...release.copies.map((copy) => copy.region)])) {
        const id = imageIn(release, region, image)
        if (id !== undefined) known.set(`${region} ${id}`, { release: release.id, standing, daysBehind })
      }
    }
  }
  return known
}

function standingOf(release: Release): KnownImage['standing'] {
  const { ending, verify } = release
  if (reachedProduction(release)) return 'promoted'
  const passed = verify.state === 'finished' && verify.result.verdict === 'pass'
  return ending === undefined && passed ? 'on its way' : 'outside'
}
