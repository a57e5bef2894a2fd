// Rules that came out otherwise on the booted machine than at the end of the bake: what first boot undid, or brought about.

import { type Status, statusFacts } from '../verdict/status.ts'
import type { Report } from './report.ts'

export interface BootDifference {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly atBake: Status
  readonly booted: Status
  /** Met at the bake and not on the machine. */
  readonly undone: boolean
}

/** Statuses that are no answer: a build machine's scan is a fast one, and says nothing of some rules. */
const noAnswer: readonly Status[] = ['not-judged', 'error', 'unknown', 'not-checked']

/** What was undone first. Rules that either scan had no answer for are no difference. */
export function bootDifferences({ rules }: Report): readonly BootDifference[] {
  const differences = rules.flatMap(({ id, name, title, after, status }) => {
    if (after === undefined || after === status || noAnswer.includes(after) || noAnswer.includes(status)) return []
    const undone = statusFacts[after].met && statusFacts[status].scored && !statusFacts[status].met
    return [{ id, name, title, atBake: after, booted: status, undone }]
  })
  return differences.toSorted((a, b) => Number(b.undone) - Number(a.undone))
}
