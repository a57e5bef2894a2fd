// How long the last drill of each family took and how long ago it was, in words.

import { formatDuration } from '../kernel/index.ts'
import type { LastDrill } from '../release/index.ts'

export interface FamilyDrill {
  readonly family: string
  /** Undefined: it has never been walked to its end. */
  readonly last?: LastDrill & { readonly agoMs: number }
  /** For how long there was none; undefined while that is not too long. */
  readonly overdueMs: number | undefined
}

const dayMs = 86_400_000

export function describeDrill({ family, last, overdueMs }: FamilyDrill, everyMs: number): readonly string[] {
  const walked = last
    ? [`drill of ${family}: ${formatDuration(last.tookMs)} to ${last.stage}, ${daysOf(last.agoMs)} ago (${last.release})`]
    : []
  if (overdueMs === undefined) return walked
  const since = `no drill of ${family} for ${daysOf(overdueMs)}, where there should be one every ${formatDuration(everyMs)}`
  return [...walked, `WARNING: ${since}: drover drill ${family}`]
}

function daysOf(durationMs: number): string {
  const days = Math.floor(durationMs / dayMs)
  return days === 1 ? '1 day' : `${days} days`
}
