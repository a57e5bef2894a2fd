// The verdict on all images of a release: every reason against it, the counts, and the evidence behind them.

import { standingOf, sumOfCounts } from '../../hardening/index.ts'
import type { Config, Family } from '../config/index.ts'
import { sha256 } from '../kernel/index.ts'
import type { PerformerRequest, ReleaseEvent } from '../release/index.ts'
import type { Examined } from './examine-image.ts'
import { type ScanContext, writeReports } from './scan.ts'

export async function conclude(
  context: ScanContext & { readonly config: Config },
  request: PerformerRequest<'verify'>,
  family: Family,
  examined: readonly Examined[],
): Promise<Extract<ReleaseEvent, { readonly type: 'verify.finished' }>> {
  const outcomes = examined.map((one) => ({ ...one, reasons: reasonsOf(one) }))
  const reasons = outcomes.flatMap((one) => one.reasons)
  const probesFile = 'verify/probes.json'
  const asked = outcomes.map(({ image, probes }) => ({ image, probes }))
  const text = `${JSON.stringify(asked, undefined, 2)}\n`
  await context.files.write(`${request.evidenceDirectory}/${probesFile}`, text)
  const fixes = outcomes.flatMap(({ image, vulnerabilities }) =>
    (vulnerabilities?.fixes ?? []).map((proof) => ({ architecture: image.architecture, ...proof })),
  )
  const reports = await writeReports(context, request, family, outcomes, context.config.organisation)
  return {
    type: 'verify.finished',
    verdict: reasons.length > 0 ? 'refuse' : 'pass',
    reasons,
    // Over all architectures; nothing was counted where no scan came about.
    counts: sumOfCounts(outcomes.flatMap(({ scan }) => (scan.judged ? [scan.verdict.counts] : []))),
    standings: outcomes.flatMap(({ image, scan }) =>
      scan.judged ? [{ architecture: image.architecture, rules: standingOf(scan.verdict.rules) }] : [],
    ),
    ...(fixes.length > 0 && { fixes }),
    evidence: [{ path: probesFile, sha256: sha256(text) }, ...reports],
  }
}

function reasonsOf({ probes, scan, vulnerabilities }: Examined): readonly string[] {
  const failed = probes.filter(({ ok }) => !ok).map(({ probe, detail }) => `${probe}: ${detail}`)
  return [
    ...failed,
    ...(vulnerabilities?.reasons ?? []),
    ...(scan.judged ? [...scan.verdict.reasons, ...scan.traced.reasons] : [scan.reason]),
  ]
}
