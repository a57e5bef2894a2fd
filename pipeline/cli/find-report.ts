// The hardening report among a release's evidence, checked against the digest the ledger holds.

import { scoreOf } from '../../hardening/index.ts'
import { ProblemError, sha256 } from '../kernel/index.ts'
import type { Files } from '../ports/index.ts'
import type { Release, ScanCounts, Verification } from '../release/index.ts'

export interface FoundReport {
  readonly release: string
  /** Absolute path of the HTML report. */
  readonly html: string
  readonly verdict: 'pass' | 'refuse'
  readonly reasons: readonly string[]
  readonly counts: ScanCounts
  /** False when a file is not what the ledger says it was. */
  readonly evidenceIsGenuine: boolean
  readonly lines: readonly string[]
}

/** The newest verified release, or the one of that ID. Throws ProblemError when there is none, or it has not been verified. */
export function needVerified(
  releases: readonly Release[],
  id: string | undefined,
): { readonly release: Release; readonly result: Verification } {
  const verified = releases.filter(({ verify }) => verify.state === 'finished')
  const release = id === undefined ? verified.at(-1) : verified.find((one) => one.id === id)
  if (release?.verify.state === 'finished') return { release, result: release.verify.result }
  const message = id === undefined ? 'no release has been verified yet' : `${id} has no report: it has not been verified`
  throw new ProblemError({ code: 'not-found', message, hint: 'drover status shows where each release stands' })
}

/** Throws ProblemError as `needVerified` does. */
export async function findReport(
  files: Files,
  directoryOf: (release: string) => string,
  releases: readonly Release[],
  id: string | undefined,
): Promise<FoundReport> {
  const { release, result } = needVerified(releases, id)
  const { verdict, reasons, counts, evidence } = result
  const directory = directoryOf(release.id)
  const changed: string[] = []
  for (const { path, sha256: expected } of evidence) {
    const bytes = await files.readBytes(`${directory}/${path}`)
    if (bytes === undefined || sha256(bytes) !== expected) changed.push(path)
  }
  const html = `${directory}/${evidence.find(({ path }) => path.endsWith('.html'))?.path ?? 'report.html'}`
  const lines = [
    `${release.id}: ${verdict}`,
    `  ${countsLine(counts)}`,
    ...reasons.map((reason) => `  - ${reason}`),
    `  ${html}`,
    ...changed.map((path) => `  NOT GENUINE: ${path} is missing or differs from what the ledger recorded`),
  ]
  return { release: release.id, html, verdict, reasons, counts, evidenceIsGenuine: changed.length === 0, lines }
}

export function countsLine(counts: ScanCounts): string {
  const { met, applicable } = scoreOf(counts)
  const rest = `${counts.failed} fail, ${counts.waived} waived, ${counts.disputed} disputed, ${counts.error + counts.unknown} without an answer`
  const outside = `${counts.notJudged} not judged, ${counts.notApplicable} not applicable, ${counts.deselected} deselected`
  return `${met} of ${applicable} applicable rules are met, ${rest}; outside the score: ${outside}`
}
