// The hardening report among a release's evidence, checked against the digest the ledger holds.

import { scoreOf } from '../../hardening/index.ts'
import { ProblemError } from '../kernel/index.ts'
import { bringEvidence } from '../ledger/index.ts'
import type { EvidenceStore, Files } from '../ports/index.ts'
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

/** Where evidence is, on this disk and elsewhere, and what the ledger says of it. */
export interface ReportShelf {
  readonly files: Files
  readonly store: EvidenceStore
  readonly directoryOf: (release: string) => string
  readonly releases: readonly Release[]
}

/** Fetches what is not on this disk. Throws ProblemError as `needVerified` does, and when what is kept was changed. */
export async function findReport(shelf: ReportShelf, id: string | undefined): Promise<FoundReport> {
  const { release, result } = needVerified(shelf.releases, id)
  const { verdict, reasons, counts, evidence } = result
  const directory = shelf.directoryOf(release.id)
  const lacking = await bringEvidence(shelf, directory, evidence)
  const altered = lacking.filter(({ kind }) => kind === 'altered')
  if (altered.length > 0) throw new ProblemError(altered.map(({ message }) => ({ code: 'evidence-broken', message })))
  const html = `${directory}/${evidence.find(({ path }) => path.endsWith('.html'))?.path ?? 'report.html'}`
  const lines = [
    `${release.id}: ${verdict}`,
    `  ${countsLine(counts)}`,
    ...reasons.map((reason) => `  - ${reason}`),
    `  ${html}`,
    ...lacking.map(({ message }) => `  NOT GENUINE: ${message}`),
  ]
  return { release: release.id, html, verdict, reasons, counts, evidenceIsGenuine: lacking.length === 0, lines }
}

export function countsLine(counts: ScanCounts): string {
  const { met, applicable } = scoreOf(counts)
  const rest = `${counts.failed} fail, ${counts.waived} waived, ${counts.disputed} disputed, ${counts.error + counts.unknown} without an answer`
  const outside = `${counts.notJudged} not judged, ${counts.notApplicable} not applicable, ${counts.deselected} deselected`
  return `${met} of ${applicable} applicable rules are met, ${rest}; outside the score: ${outside}`
}
