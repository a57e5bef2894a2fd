// The gate on known vulnerabilities: what refuses by severity and by whether there is a fix, and what a waiver lets through. Pure.

import { expirySentence, hasExpired, type WaiverTerms } from '../profile/waiver-terms.ts'
import type { VulnerabilityScan } from './read-vulnerabilities.ts'
import type { JudgedVulnerability, Vulnerability, VulnerabilitySeverity } from './vulnerability.ts'

export interface VulnerabilityWaiver extends WaiverTerms {
  readonly vulnerability: string
  /** Undefined: whatever package has it. */
  readonly package?: string
}

export interface VulnerabilityPolicy {
  /** Severities that refuse; `unknown` only when it is named. */
  readonly refuse: readonly VulnerabilitySeverity[]
  /** What becomes of one that no package fixes yet. */
  readonly withoutFix: 'refuse' | 'accept'
  /** Older data than this is no answer; undefined: any will do. */
  readonly maxAgeMs?: number
  readonly waivers: readonly VulnerabilityWaiver[]
}

export interface VulnerabilityVerdict {
  readonly found: readonly JudgedVulnerability[]
  /** One sentence each; empty when nothing speaks against the image. */
  readonly reasons: readonly string[]
  readonly warnings: readonly string[]
}

/** A list of hundreds helps nobody decide; the report has all of them. */
const longestList = 20

export function judgeVulnerabilities(scan: VulnerabilityScan, policy: VulnerabilityPolicy, nowMs: number): VulnerabilityVerdict {
  const found = scan.found.map((one) => judged(one, policy, nowMs))
  const refused = found.filter(({ status }) => status === 'refused')
  return {
    found,
    reasons: [...tooOld(scan, policy, nowMs), ...refused.slice(0, longestList).map(sentence), ...rest(refused.length)],
    warnings: policy.waivers.flatMap((waiver) => waiverWarning(waiver, scan, nowMs)),
  }
}

function judged(one: Vulnerability, policy: VulnerabilityPolicy, nowMs: number): JudgedVulnerability {
  const counts = policy.refuse.includes(one.severity) && (one.fixedVersion !== undefined || policy.withoutFix === 'refuse')
  if (!counts) return { ...one, status: 'accepted' }
  const waiver = policy.waivers.find((entry) => covers(entry, one))
  // An expired waiver lets nothing through; the vulnerability refuses by itself.
  if (waiver === undefined || hasExpired(waiver, nowMs)) return { ...one, status: 'refused' }
  const { vulnerability: _, package: __, ...reason } = waiver
  return { ...one, status: 'waived', waiver: reason }
}

function covers(waiver: VulnerabilityWaiver, one: Vulnerability): boolean {
  return waiver.vulnerability === one.id && (waiver.package === undefined || waiver.package === one.package)
}

function tooOld({ scanner, dataFromMs }: VulnerabilityScan, { maxAgeMs }: VulnerabilityPolicy, nowMs: number): readonly string[] {
  if (maxAgeMs === undefined) return []
  if (dataFromMs === undefined) return [`The result of ${scanner} does not say how old its data is, and the profile limits that.`]
  const hours = Math.floor((nowMs - dataFromMs) / 3_600_000)
  return nowMs - dataFromMs > maxAgeMs ? [`The data of ${scanner} is ${hours} hours old, more than the profile allows.`] : []
}

function sentence({ id, package: name, installedVersion, severity, fixedVersion }: JudgedVulnerability): string {
  const fix = fixedVersion === undefined ? 'no fix yet' : `fixed in ${fixedVersion}`
  return `${id} in ${name} ${installedVersion} is ${severity}, ${fix}.`
}

function rest(count: number): readonly string[] {
  return count > longestList ? [`${count - longestList} more vulnerabilities refuse; the report lists them.`] : []
}

function waiverWarning(waiver: VulnerabilityWaiver, scan: VulnerabilityScan, nowMs: number): readonly string[] {
  const { vulnerability } = waiver
  if (!scan.found.some((one) => covers(waiver, one))) return [`The waiver of ${vulnerability} is not needed: it was not found.`]
  return expirySentence(vulnerability, waiver, nowMs)
}
