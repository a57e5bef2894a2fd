// How long the sign of life of a roll's runner counts. Nobody is locked out by it: a roll without a live runner goes on in AWS.

import type { RollWatch } from './release.ts'

/** How often the runner of a roll says that it is there. */
export const leaseRenewMs = 5 * 60_000

/** Not seen for so long, it is taken for dead. */
export const leaseMs = 15 * 60_000

/** Whether its runner has not been seen for too long. @param wallNow wall time in milliseconds since the epoch */
export function isUnwatched({ seenWallAt }: RollWatch, wallNow: number): boolean {
  return wallNow - seenWallAt >= leaseMs
}
