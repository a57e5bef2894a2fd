// Gives every rule of a profile exactly one status, with the reason where there is one. Pure.

import { type Content, shortId } from '../content/content.ts'
import type { Disagreement, Profile, Waiver } from '../profile/profile.ts'
import { hasExpired } from '../profile/waiver-terms.ts'
import type { RuleResult, Scan } from '../results/scan.ts'
import { containerLimits } from './container-limits.ts'
import { plainStatus, type ScanResult, type Status } from './status.ts'

export interface JudgedRule {
  /** Full XCCDF ID. */
  readonly id: string
  readonly status: Status
  /** What the scanner wrote; undefined when its results don't name the rule. */
  readonly result: ScanResult | undefined
  /** Why it is waived, deselected or not judged; the scanner's remark otherwise; may be empty. */
  readonly reason: string
  readonly waiver?: Waiver
  /** The register's entry, when it holds for the content that was scanned with. */
  readonly disagreement?: Disagreement
  /** Where the answer comes from, when the scanned machine was a container and could give none. */
  readonly judgedOn?: 'real boot'
}

/** Rules that must be met or answered for, by full ID, in the content's order. */
export function demandedRules(profile: Profile, content: Content): readonly string[] {
  const base = content.profiles.get(profile.base)?.selected ?? new Set<string>()
  const deselected = new Set(profile.deselected.map((choice) => choice.rule))
  const added = new Set(profile.selected.map((choice) => choice.rule))
  return [...content.rules.keys()].filter((rule) => (base.has(rule) && !deselected.has(rule)) || added.has(rule))
}

/**
 * Every demanded and every deselected rule, in the content's order. What a container cannot answer is taken from the scan of a real
 * boot of the same image, where there is one and it names the rule; from nowhere else.
 */
export function judgeRules(
  profile: Profile,
  content: Content,
  scan: Scan,
  nowMs: number,
  realBoot?: Scan,
): readonly JudgedRule[] {
  const results = new Map(scan.results.rules.map((result) => [result.rule, result]))
  const answers = answersOf(realBoot)
  const knowing = knownAbout(profile, content)
  const limits = limitsOf(profile, scan)
  const demanded = demandedRules(profile, content).map((id): JudgedRule => {
    const limit = limits.get(shortId(id))
    const answer = limit === undefined ? undefined : answers.get(id)
    if (answer === undefined || realBoot === undefined) return judgeRule(id, results.get(id), knowing(id), limit, scan, nowMs)
    return { ...judgeRule(id, answer, knowing(id), undefined, realBoot, nowMs), judgedOn: 'real boot' }
  })
  const deselected = profile.deselected.map((choice): JudgedRule => {
    return { id: choice.rule, status: 'deselected', result: results.get(choice.rule)?.result, reason: choice.reason }
  })
  return [...demanded, ...deselected]
}

interface KnownAbout {
  readonly waiver?: Waiver
  readonly disagreement?: Disagreement
}

/** Waiver and disagreement of a rule. What was checked with other content says nothing about this one. */
function knownAbout(profile: Profile, content: Content): (rule: string) => KnownAbout {
  const waivers = new Map(profile.waivers.map((waiver) => [waiver.rule, waiver]))
  const held = profile.disagreements.filter(({ contentVersion }) => contentVersion === content.version)
  const disagreements = new Map(held.map((disagreement) => [disagreement.rule, disagreement]))
  return (rule) => {
    const [waiver, disagreement] = [waivers.get(rule), disagreements.get(rule)]
    return { ...(waiver && { waiver }), ...(disagreement && { disagreement }) }
  }
}

function judgeRule(
  id: string,
  found: RuleResult | undefined,
  known: KnownAbout,
  limit: string | undefined,
  scan: Scan,
  nowMs: number,
): JudgedRule {
  const result = found?.result
  const remark = found === undefined ? 'The results do not name this rule.' : found.messages.join(' ')
  // A limit of the machine goes first: such a result says nothing about the image, good or bad.
  if (limit !== undefined) return { id, status: 'not-judged', result, reason: limit }
  if (scan.facts.method === 'fast' && (result === 'error' || result === 'unknown')) {
    return { id, status: 'not-judged', result, reason: 'A fast scan hides the system bus that this rule asks.' }
  }
  // The results must name a rule that is demanded; "notselected" means that another profile was scanned.
  const status: Status = result === undefined || result === 'notselected' ? 'unknown' : plainStatus[result]
  const isOpen = status === 'failed' || status === 'error' || status === 'unknown'
  const { waiver, disagreement } = known
  if (isOpen && waiver !== undefined && !hasExpired(waiver, nowMs))
    return { id, status: 'waived', result, reason: waiver.reason, ...known }
  if (isOpen && disagreement !== undefined) return { id, status: 'disputed', result, reason: disagreement.reason, ...known }
  return { id, status, result, reason: remark, ...known }
}

/** What that scan was asked: a container's answers would have the limits that it is to make up for. */
function answersOf(realBoot: Scan | undefined): ReadonlyMap<string, RuleResult> {
  if (realBoot?.facts.environment !== 'virtual-machine') return new Map()
  return new Map(realBoot.results.rules.filter(({ result }) => result !== 'notselected').map((result) => [result.rule, result]))
}

function limitsOf(profile: Profile, scan: Scan): ReadonlyMap<string, string> {
  if (scan.facts.environment !== 'container') return new Map()
  const ours = profile.notJudged.map((choice) => [shortId(choice.rule), choice.reason] as const)
  return new Map([...Object.entries(containerLimits), ...ours])
}
