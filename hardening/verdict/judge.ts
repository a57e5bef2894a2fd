// The gate: whether a scan of a fresh machine lets an image pass, with every reason when it does not. Pure.

import { listed } from '../../pipeline/kernel/index.ts'
import { type Content, shortId } from '../content/content.ts'
import type { Profile } from '../profile/profile.ts'
import { expirySentence, hasExpired } from '../profile/waiver-terms.ts'
import type { ControlResult, Scan } from '../results/scan.ts'
import { gatingProfileId } from '../tailoring/render-tailoring.ts'
import { type Counts, countStatuses, type Score, scoreAfterWaivers, scoreOf } from './counts.ts'
import { regressions, rulesThatMustPass, staleDisagreements } from './gate-policy.ts'
import { type JudgedRule, judgeRules } from './judge-rules.ts'
import type { Standing } from './standing.ts'

export interface JudgeRequest {
  readonly profile: Profile
  readonly content: Content
  /** The plain scan of a fresh, booted machine of the finished image. */
  readonly scan: Scan
  /** The plain scan of a machine with the image's own kernel, for what `scan` could not judge because it is of a container. */
  readonly realBoot?: Scan
  /** Refuses while a rule that a container cannot judge has no answer from a real boot either. */
  readonly demandRealBoot?: boolean
  readonly controls: readonly ControlResult[]
  /** Fewest percent of applicable rules that must be met. */
  readonly minimumScorePercent: number
  /** The release of the family that is in production now; undefined when there is none, or it is not known. */
  readonly inProduction?: Standing
  readonly nowMs: number
}

export interface Verdict {
  readonly outcome: 'pass' | 'refuse'
  /** One sentence each; empty when it passes. */
  readonly reasons: readonly string[]
  /** Sentences that refuse nothing: waivers that run out soon or are no longer needed. */
  readonly warnings: readonly string[]
  readonly counts: Counts
  /** As measured. */
  readonly score: Score
  readonly scoreAfterWaivers: Score
  readonly rules: readonly JudgedRule[]
  readonly controls: readonly ControlResult[]
}

/** Stands among the reasons of every verdict on a fast scan. */
export const fastScanDoubt = 'Only a plain scan may gate, and this one was made the fast way.'

export function judge(request: JudgeRequest): Verdict {
  const rules = judgeRules(request.profile, request.content, request.scan, request.nowMs, request.realBoot)
  const counts = countStatuses(rules.map((rule) => rule.status))
  const score = scoreOf(counts)
  const regressed = regressions(request.inProduction, rules)
  const reasons = [
    ...doubtsAbout(request.scan, request.content, 'The scan'),
    ...(request.realBoot ? doubtsAbout(request.realBoot, request.content, 'The scan of the real boot') : []),
    ...(request.demandRealBoot ? judgedNowhere(rules) : []),
    ...tooLowAScore(score, request.minimumScorePercent),
    ...tooFewAsked(counts, request.profile.gate.notApplicableAtMostPercent),
    ...expiries(request, true),
    ...rules.filter((rule) => rule.status === 'error' || rule.status === 'unknown').map(noAnswer),
    ...rulesThatMustPass(request.profile, rules),
    ...(request.profile.gate.regressions === 'refuse' ? regressed : []),
    ...unmetControls(request),
  ]
  return {
    outcome: reasons.length === 0 ? 'pass' : 'refuse',
    reasons,
    warnings: [
      ...(request.profile.gate.regressions === 'report' ? regressed : []),
      ...expiries(request, false),
      ...rules.flatMap(needlessEntry),
      ...staleDisagreements(request.profile, request.content),
    ],
    counts,
    score,
    scoreAfterWaivers: scoreAfterWaivers(counts),
    rules,
    controls: request.controls,
  }
}

function doubtsAbout(scan: Scan, content: Content, name: string): readonly string[] {
  const doubts: string[] = []
  if (scan.facts.method !== 'plain') doubts.push(fastScanDoubt)
  if (scan.facts.contentSha256 !== content.sha256) {
    doubts.push(`${name} used content ${scan.facts.contentSha256.slice(0, 12)}, not the pinned ${content.sha256.slice(0, 12)}.`)
  }
  if (scan.results.profile !== gatingProfileId) {
    doubts.push(`${name} evaluated the profile ${scan.results.profile || '(none)'}, not ${gatingProfileId}.`)
  }
  return doubts
}

function judgedNowhere(rules: readonly JudgedRule[]): readonly string[] {
  const open = rules.filter(({ status }) => status === 'not-judged').map(({ id }) => shortId(id))
  if (open.length === 0) return []
  return [
    `A real boot is demanded, and ${open.length === 1 ? 'one rule was' : `${open.length} rules were`} not judged on any: ${listed(open, 3)}.`,
  ]
}

function tooLowAScore(score: Score, minimumPercent: number): readonly string[] {
  // Compared as a fraction, so that no rounding can lift an image over the bar.
  if (score.applicable > 0 && score.met * 100 >= minimumPercent * score.applicable) return []
  return [
    `${score.met} of ${score.applicable} applicable rules are met (${score.percent.toFixed(1)} %), fewer than ${minimumPercent} %.`,
  ]
}

/** A score says nothing of the rules that were never judged. */
function tooFewAsked(counts: Counts, atMostPercent: number): readonly string[] {
  const demanded = Object.values(counts).reduce((sum, count) => sum + count, 0) - counts.deselected - counts.informational
  if (counts.notApplicable * 100 <= atMostPercent * demanded) return []
  return [`${counts.notApplicable} of ${demanded} demanded rules do not apply to this machine, more than ${atMostPercent} %.`]
}

function noAnswer(rule: JudgedRule): string {
  return `The scanner has no answer for ${shortId(rule.id)}: ${rule.reason || rule.result || 'no result'}`.replace(/[^.]$/, '$&.')
}

function unmetControls({ profile, controls }: JudgeRequest): readonly string[] {
  const results = new Map(controls.map((result) => [result.control, result]))
  return profile.controls.flatMap((id) => {
    const result = results.get(id)
    if (result === undefined) return [`The control ${id} was not checked.`]
    return result.met ? [] : [`The control ${id} is not met: ${result.message || 'it gave no reason'}.`]
  })
}

/** Of waivers that have expired, or of those that will within the time of warning. */
function expiries({ profile, nowMs }: JudgeRequest, isExpired: boolean): readonly string[] {
  return profile.waivers
    .filter((waiver) => hasExpired(waiver, nowMs) === isExpired)
    .flatMap((waiver) => expirySentence(shortId(waiver.rule), waiver, nowMs))
}

function needlessEntry({ id, status, waiver, disagreement }: JudgedRule): readonly string[] {
  if (status !== 'passed' && status !== 'fixed') return []
  return [
    ...(waiver === undefined ? [] : [`The waiver of ${shortId(id)} is not needed: the rule is met.`]),
    ...(disagreement === undefined ? [] : [`The register's entry on ${shortId(id)} is not needed: the rule is met.`]),
  ]
}
