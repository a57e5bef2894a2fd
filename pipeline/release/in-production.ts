// What the release in production met: read off the ledger's own records, so that any runner knows it.

import type { Architecture } from '../ports/index.ts'
import type { RuleStanding } from './event.ts'
import type { Release } from './release.ts'

/** A drill ends where others only begin, and a renewal brings nothing that was not there. */
export function reachedProduction({ ending, drill, lane }: Pick<Release, 'ending' | 'drill' | 'lane'>): boolean {
  return ending?.kind === 'finished' && !drill && lane !== 'renewal'
}

/** It has passed its verification, and none of its images was taken out of use. */
export function mayBeLaunched({ verify, retired = [] }: Pick<Release, 'verify' | 'retired'>): boolean {
  const isGone = retired.some(({ step }) => step === 'disabled' || step === 'deregistered')
  return !isGone && verify.state === 'finished' && verify.result.verdict === 'pass'
}

/** Of the family's newest release that reached production; undefined when there is none, or its record does not say. */
export function standingInProduction(
  releases: readonly Release[],
  family: string,
  architecture: Architecture,
): { readonly release: string; readonly rules: RuleStanding['rules'] } | undefined {
  const newest = releases.filter((release) => release.family === family && reachedProduction(release)).at(-1)
  if (newest?.verify.state !== 'finished') return undefined
  const standing = newest.verify.result.standings?.find((one) => one.architecture === architecture)
  return standing && { release: newest.id, rules: standing.rules }
}
