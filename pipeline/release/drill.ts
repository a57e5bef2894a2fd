// When a family's emergency lane was last walked in a drill, and whether that is too long ago. Pure.

import type { Release } from './release.ts'

export interface LastDrill {
  readonly release: string
  /** The stage it went to. */
  readonly stage: string
  /** Milliseconds since the epoch, on the clock that soaks are measured by. */
  readonly endedAt: number
  /** From its opening to the last roll. */
  readonly tookMs: number
}

/** One that came to its end: a lane that was not walked to its end is not known to work. */
export function lastDrillOf(releases: readonly Release[], family: string): LastDrill | undefined {
  const last = releases.findLast((one) => one.drill && one.family === family && one.ending?.kind === 'finished')
  if (last?.ending?.kind !== 'finished') return undefined
  const { openToProductionMs, moment } = last.ending
  return { release: last.id, stage: last.policy.stages[0]?.name ?? '', endedAt: moment.at, tookMs: openToProductionMs }
}

/** How long nobody has walked it, once that is longer than it may be; a family without a drill counts from its first release. */
export function drillOverdueMs(releases: readonly Release[], family: string, everyMs: number, now: number): number | undefined {
  const since = lastDrillOf(releases, family)?.endedAt ?? releases.find((one) => one.family === family)?.openedAt.at
  return since !== undefined && now - since > everyMs ? now - since : undefined
}
