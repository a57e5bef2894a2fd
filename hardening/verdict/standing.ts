// Which rules had which status in a verdict: the few kilobytes of it that the ledger keeps, for what comes after.

import { shortId } from '../content/content.ts'
import type { JudgedRule } from './judge-rules.ts'
import { type Status, statuses } from './status.ts'

/** A verdict's rules, by short name and in alphabetical order, under the status they had. Statuses without rules are left out. */
export type StandingRules = { readonly [S in Status]?: readonly string[] }

export interface Standing {
  /** Which release: `web-2026.47.1`. */
  readonly release: string
  readonly rules: StandingRules
}

export function standingOf(rules: readonly JudgedRule[]): StandingRules {
  const named = statuses.map((status) => [status, namesOf(rules, status)] as const)
  return Object.fromEntries(named.filter(([, names]) => names.length > 0))
}

/** Whether it was met then; undefined when it was not demanded, or nothing was known. */
export function wasMet(standing: Standing, rule: string): boolean {
  return [...(standing.rules.passed ?? []), ...(standing.rules.fixed ?? [])].includes(shortId(rule))
}

function namesOf(rules: readonly JudgedRule[], status: Status): readonly string[] {
  return rules
    .filter((rule) => rule.status === status)
    .map(({ id }) => shortId(id))
    .sort()
}
