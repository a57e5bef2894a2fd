// One of the ledger's releases by its ID, as a person wrote it.

import { ProblemError } from '../kernel/index.ts'
import type { Release } from '../release/index.ts'

/** Throws a ProblemError that names the newest when there is none of that ID. */
export function needRelease(releases: readonly Release[], releaseId: string): Release {
  const release = releases.find(({ id }) => id === releaseId)
  if (release) return release
  const newest = releases.slice(-5).map(({ id }) => id)
  const hint = newest.length > 0 ? `the newest are ${newest.join(', ')}` : 'the ledger is empty'
  throw new ProblemError({ code: 'not-found', message: `there is no release ${releaseId} in the ledger`, hint })
}
