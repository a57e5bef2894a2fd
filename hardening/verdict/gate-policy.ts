// What the gate demands besides the score: rules that must be met, nothing lost since production, a register that still holds. Pure.

import { type Content, shortId } from '../content/content.ts'
import type { Profile } from '../profile/profile.ts'
import type { JudgedRule } from './judge-rules.ts'
import { type Standing, wasMet } from './standing.ts'
import { type Status, statusFacts } from './status.ts'

/** Being knowingly not met is still not being met; a rule that this machine can't answer is not held against it. */
export function rulesThatMustPass({ gate }: Profile, rules: readonly JudgedRule[]): readonly string[] {
  const found = new Map(rules.map((rule) => [rule.id, rule.status]))
  return gate.mustPass.flatMap((id) => {
    const status = found.get(id) ?? 'unknown'
    return mayStand(status) ? [] : [`${shortId(id)} must be met, and is ${statusFacts[status].label}.`]
  })
}

/** Rules that were met by the release in production and are open now; a waiver or the register answers for one. */
export function regressions(inProduction: Standing | undefined, rules: readonly JudgedRule[]): readonly string[] {
  if (inProduction === undefined) return []
  return rules
    .filter(({ id, status }) => open.includes(status) && wasMet(inProduction, id))
    .map(({ id }) => `${shortId(id)} is met by ${inProduction.release}, which is in production, and is not met any more.`)
}

/** Entries that were checked with other content: they hold no more until somebody checks again. */
export function staleDisagreements({ disagreements }: Profile, content: Content): readonly string[] {
  return disagreements
    .filter(({ contentVersion }) => contentVersion !== content.version)
    .map(
      ({ rule, contentVersion, owner }) =>
        `The register's entry on ${shortId(rule)} was checked with content ${contentVersion}, this is ${content.version}: ${owner} has to check again.`,
    )
}

const open: readonly Status[] = ['failed', 'error', 'unknown']

function mayStand(status: Status): boolean {
  return statusFacts[status].met || status === 'not-judged' || status === 'not-applicable'
}
