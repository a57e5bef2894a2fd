// How many rules have each status, and the score that follows.

import { type Status, statuses, statusFacts } from './status.ts'

/** Every demanded or deselected rule is in exactly one of these. */
export interface Counts {
  readonly passed: number
  readonly fixed: number
  readonly failed: number
  readonly error: number
  readonly unknown: number
  readonly waived: number
  readonly disputed: number
  readonly notJudged: number
  readonly notApplicable: number
  readonly notChecked: number
  readonly deselected: number
  readonly informational: number
}

export interface Score {
  /** Rules met: passed or fixed. */
  readonly met: number
  /** Rules the score is out of: met, failed, error, unknown, waived and disputed. */
  readonly applicable: number
  /** Percent with one decimal, cut off and never rounded up; 0 when nothing was applicable. */
  readonly percent: number
}

const member = {
  passed: 'passed',
  fixed: 'fixed',
  failed: 'failed',
  error: 'error',
  unknown: 'unknown',
  waived: 'waived',
  disputed: 'disputed',
  'not-judged': 'notJudged',
  'not-applicable': 'notApplicable',
  'not-checked': 'notChecked',
  deselected: 'deselected',
  informational: 'informational',
} as const satisfies Record<Status, keyof Counts>

const none: Counts = {
  passed: 0,
  fixed: 0,
  failed: 0,
  error: 0,
  unknown: 0,
  waived: 0,
  disputed: 0,
  notJudged: 0,
  notApplicable: 0,
  notChecked: 0,
  deselected: 0,
  informational: 0,
}

export function countStatuses(statuses: Iterable<Status>): Counts {
  const counts: Record<keyof Counts, number> = { ...none }
  for (const status of statuses) counts[member[status]] += 1
  return counts
}

/** Of several scans together; all zero for none. */
export function sumOfCounts(scans: readonly Counts[]): Counts {
  const sum: Record<keyof Counts, number> = { ...none }
  for (const name of Object.values(member)) for (const one of scans) sum[name] += one[name]
  return sum
}

/** The count of one status. */
export function countOf(counts: Counts, status: Status): number {
  return counts[member[status]]
}

/** As measured: what is waived or disputed counts as not met. */
export function scoreOf(counts: Counts): Score {
  return score(sumOf(counts, 'met'), sumOf(counts, 'scored'))
}

/** Of what is left to meet once waived and disputed rules are set aside. */
export function scoreAfterWaivers(counts: Counts): Score {
  return score(sumOf(counts, 'met'), sumOf(counts, 'scored') - counts.waived - counts.disputed)
}

function sumOf(counts: Counts, kind: 'met' | 'scored'): number {
  return statuses.filter((status) => statusFacts[status][kind]).reduce((total, status) => total + countOf(counts, status), 0)
}

function score(met: number, applicable: number): Score {
  return { met, applicable, percent: applicable === 0 ? 0 : Math.floor((met * 1000) / applicable) / 10 }
}
