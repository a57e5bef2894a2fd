// What a hardening report says, as one value: every renderer prints the same facts.

import { type Content, type Severity, shortId } from '../content/content.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Disagreement, Profile } from '../profile/profile.ts'
import { daysLeft } from '../profile/waiver-terms.ts'
import { type DatedRelease, newerRelease } from '../results/read-dated-release.ts'
import type { Remediation } from '../results/read-remediation.ts'
import type { ControlResult, Scan, ScanFacts } from '../results/scan.ts'
import { type Counts, countStatuses, type Score, scoreAfterWaivers, scoreOf } from '../verdict/counts.ts'
import type { Verdict } from '../verdict/judge.ts'
import { judgeRules } from '../verdict/judge-rules.ts'
import { type Status, statusFacts } from '../verdict/status.ts'
import type { FixProof, JudgedVulnerability } from '../vulnerabilities/vulnerability.ts'

export interface ReportSubject {
  readonly organisation: string
  readonly family: string
  readonly release: string
  readonly images: readonly { readonly architecture: string; readonly imageId: string; readonly region: string }[]
  readonly base: { readonly imageId: string; readonly name: string; readonly ownerAccount: string }
  /** Packages in the image; undefined when they were not listed. */
  readonly packageCount?: number
  /** Of a distribution that has dated releases. */
  readonly distribution?: DatedRelease
}

export interface ReportRequest {
  readonly subject: ReportSubject
  readonly profile: Profile
  readonly content: Content
  /** Scans of the build machine; undefined when the image was not baked here. */
  readonly before?: Scan
  readonly after?: Scan
  /** The scan that gated, and the verdict on it. */
  readonly scan: Scan
  /** Of a machine with the image's own kernel, when the verdict has answers from one. */
  readonly realBoot?: Scan
  readonly verdict: Verdict
  readonly minimumScorePercent: number
  /** What was done at bake time; undefined when it is not known. */
  readonly remediation?: Remediation
  /** What was asked of the image beyond the benchmark: leftover keys, histories, caches, who may write what. */
  readonly hygiene?: readonly ControlResult[]
  readonly inventory?: Inventory
  readonly vulnerabilities?: ReportVulnerabilities
  readonly fixes?: readonly FixProof[]
  readonly nowMs: number
}

export interface ReportVulnerabilities {
  readonly scanner: string
  readonly dataFrom?: string
  readonly found: readonly JudgedVulnerability[]
}

export interface Report {
  readonly version: 2
  readonly subject: ReportSubject
  readonly madeAtMs: number
  readonly profile: { readonly title: string; readonly base: string }
  readonly content: {
    readonly title: string
    readonly sha256: string
    readonly benchmark: string
    readonly benchmarkVersion: string
  }
  readonly verdict: {
    readonly outcome: 'pass' | 'refuse'
    readonly reasons: readonly string[]
    readonly warnings: readonly string[]
    readonly minimumScorePercent: number
  }
  /** In the order they were made. */
  readonly scans: readonly ReportScan[]
  /** The scan of a real boot, and of how many rules the answer is its; undefined when a container's limits had to stand, or there were none. */
  readonly realBoot?: { readonly facts: ScanFacts; readonly rules: number }
  readonly rules: readonly ReportRule[]
  readonly waivers: readonly ReportWaiver[]
  /** The register of known disagreements with the scanner, as far as it is about demanded rules. */
  readonly disagreements: readonly ReportDisagreement[]
  readonly controls: readonly ControlResult[]
  /** Undefined when they were not listed. */
  readonly inventory?: Inventory
  /** Undefined when no scanner looked. */
  readonly vulnerabilities?: ReportVulnerabilities
  /** What the release was opened to fix; undefined when it was not opened for that. */
  readonly fixes?: readonly FixProof[]
}

export interface ReportScan {
  readonly name: 'before' | 'after' | 'fresh machine'
  readonly facts: ScanFacts
  readonly counts: Counts
  /** As measured. */
  readonly score: Score
  readonly scoreAfterWaivers: Score
}

export interface ReportRule {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly severity: Severity
  readonly cis: readonly string[]
  readonly description: string
  readonly rationale: string
  /** On the fresh machine. */
  readonly status: Status
  readonly reason: string
  readonly before?: Status
  readonly after?: Status
  /** What the scanner found on the machine, one item a line; undefined when it did not say. */
  readonly found?: readonly string[]
  /** How it came to be met: `control firewall`, `the content's own fix`; undefined when it was met before, or is not met. */
  readonly remediatedBy?: string
  /** Where the answer comes from, when a container had none. */
  readonly judgedOn?: 'container' | 'real boot'
}

export interface ReportWaiver {
  readonly name: string
  readonly reason: string
  readonly owner: string
  readonly expires: string
  readonly daysLeft: number
  readonly ticket?: string
  /** Families it holds for; undefined means all. */
  readonly families?: readonly string[]
  /** Status of the rule it waives. */
  readonly status: Status
}

export interface ReportDisagreement extends Omit<Disagreement, 'rule'> {
  readonly name: string
  /** Whether it was checked with the content of this scan; else it does not hold. */
  readonly holds: boolean
  readonly status: Status
}

export function assembleReport(request: ReportRequest): Report {
  const { profile, content, verdict } = request
  const before = statusesOf(request, request.before)
  const after = statusesOf(request, request.after)
  const status = new Map(verdict.rules.map((rule) => [rule.id, rule.status]))
  return {
    version: 2,
    subject: {
      ...request.subject,
      // A caller's images may know more of themselves; the report says what its shape says.
      images: request.subject.images.map(({ architecture, imageId, region }) => ({ architecture, imageId, region })),
    },
    madeAtMs: request.nowMs,
    profile: { title: profile.title, base: content.profiles.get(profile.base)?.title ?? profile.base },
    content: { title: content.title, sha256: content.sha256, benchmark: content.id, benchmarkVersion: content.version },
    verdict: {
      outcome: verdict.outcome,
      reasons: verdict.reasons,
      warnings: [...verdict.warnings, ...newerRelease(request.subject.distribution)],
      minimumScorePercent: request.minimumScorePercent,
    },
    scans: [
      ...reportScan('before', request.before, before),
      ...reportScan('after', request.after, after),
      {
        name: 'fresh machine',
        facts: request.scan.facts,
        counts: verdict.counts,
        score: verdict.score,
        scoreAfterWaivers: verdict.scoreAfterWaivers,
      },
    ],
    ...(request.realBoot && {
      realBoot: { facts: request.realBoot.facts, rules: verdict.rules.filter(({ judgedOn }) => judgedOn !== undefined).length },
    }),
    rules: verdict.rules.map((rule) => {
      const known = content.rules.get(rule.id)
      return {
        id: rule.id,
        name: shortId(rule.id),
        title: known?.title ?? rule.id,
        severity: known?.severity ?? 'unknown',
        cis: known?.cis ?? [],
        description: known?.description ?? '',
        rationale: known?.rationale ?? '',
        status: rule.status,
        reason: rule.reason,
        ...optional('before', before?.get(rule.id)),
        ...optional('after', after?.get(rule.id)),
        ...optional('remediatedBy', remediatedBy(request.remediation, rule.id, before?.get(rule.id), rule.status)),
        ...optional('found', (rule.judgedOn ? request.realBoot : request.scan)?.found.get(rule.id)),
        ...optional('judgedOn', rule.judgedOn),
      }
    }),
    waivers: profile.waivers.map((waiver) => ({
      name: shortId(waiver.rule),
      reason: waiver.reason,
      owner: waiver.owner,
      expires: waiver.expires,
      daysLeft: daysLeft(waiver, request.nowMs),
      ...optional('ticket', waiver.ticket),
      ...optional('families', waiver.families),
      status: status.get(waiver.rule) ?? 'unknown',
    })),
    disagreements: profile.disagreements.map(({ rule, ...entry }) => ({
      name: shortId(rule),
      ...entry,
      holds: entry.contentVersion === content.version,
      status: status.get(rule) ?? 'unknown',
    })),
    controls: [...verdict.controls, ...(request.hygiene ?? [])],
    ...optional('inventory', request.inventory),
    ...optional('vulnerabilities', request.vulnerabilities),
    ...optional('fixes', request.fixes),
  }
}

/** Only of a rule that was not met before and is met now. */
function remediatedBy(
  remediation: Remediation | undefined,
  rule: string,
  before: Status | undefined,
  now: Status,
): string | undefined {
  if (remediation === undefined || before === undefined || statusFacts[before].met || !statusFacts[now].met) return undefined
  const control = remediation.controls.get(rule)
  if (control !== undefined) return `control ${control}`
  return remediation.contentFixes.has(rule) ? "the content's own fix" : 'packages, agents or provisioners'
}

function statusesOf({ profile, content, nowMs }: ReportRequest, scan: Scan | undefined): ReadonlyMap<string, Status> | undefined {
  if (scan === undefined) return undefined
  return new Map(judgeRules(profile, content, scan, nowMs).map((rule) => [rule.id, rule.status]))
}

function reportScan(
  name: ReportScan['name'],
  scan: Scan | undefined,
  found: ReadonlyMap<string, Status> | undefined,
): readonly ReportScan[] {
  if (scan === undefined || found === undefined) return []
  const counts = countStatuses(found.values())
  return [{ name, facts: scan.facts, counts, score: scoreOf(counts), scoreAfterWaivers: scoreAfterWaivers(counts) }]
}

/** A member only when there is a value for it. */
function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value })
}
