// What a container cannot judge is asked of one more fresh machine, on which the image boots its own kernel.

import { shortId } from '../../hardening/index.ts'
import type { Family } from '../config/index.ts'
import type { BakedImage, PerformerRequest } from '../release/index.ts'
import type { Booted } from './boot-fresh.ts'
import { ask, type Examiner } from './examine.ts'
import { kernelProbes, type ProbeResult } from './probes.ts'
import { judgeFresh, type ScanContext, type ScanVerdict, scanRealBoot } from './scan.ts'

export interface RealBootRequest {
  readonly request: PerformerRequest<'verify'>
  readonly family: Family
  readonly image: BakedImage
  readonly examiner: Examiner
  /** The same machine however often it is asked for. */
  readonly bootOwn: () => Promise<Booted>
}

export interface RealBootOutcome {
  readonly scan: ScanVerdict
  readonly probes: readonly ProbeResult[]
}

/** The verdict with the real boot's answers in it; as it was where nothing is open, none is wanted, or none came about. */
export async function withRealBoot(context: ScanContext, asked: RealBootRequest, fresh: ScanVerdict): Promise<RealBootOutcome> {
  const { request, family, image, examiner } = asked
  if (family.verify.realBoot === undefined || !fresh.judged) return { scan: fresh, probes: [] }
  const open = fresh.verdict.rules.filter(({ status }) => status === 'not-judged').map(({ id }) => id)
  if (open.length === 0) return { scan: fresh, probes: [] }
  examiner.log(`booting the image’s own kernel: ${open.length} rules cannot be judged in a container`)
  const booted = await asked.bootOwn()
  if ('reason' in booted) return { scan: unanswered(asked, fresh, booted.reason), probes: [] }
  const results = await ask(examiner, booted.target, kernelProbes())
  const probes = results.map((result) => ({ ...result, probe: `real boot: ${result.probe}` }))
  examiner.log('scanning the real boot with oscap')
  const scan = await scanRealBoot(context, request, family, image, booted.target, open)
  if (!scan.ok) return { scan: unanswered(asked, fresh, scan.message), probes }
  const { opened, directory } = fresh
  const judged = await judgeFresh(context, request, family, image, opened, directory, scan.scan)
  if (!judged.judged) return { scan: judged, probes }
  for (const { id, status, reason } of judged.verdict.rules) {
    if (open.includes(id) && status === 'failed') examiner.log(`real boot: ${shortId(id)} is not met ${reason}`.trimEnd())
  }
  return { scan: judged, probes }
}

function unanswered({ family, examiner }: RealBootRequest, fresh: ScanVerdict, reason: string): ScanVerdict {
  const sentence = `No real boot was judged: ${reason}`
  examiner.log(sentence)
  if (!fresh.judged || family.verify.realBoot !== 'required') return fresh
  const reasons = [sentence, ...fresh.verdict.reasons]
  return { ...fresh, verdict: { ...fresh.verdict, outcome: 'refuse', reasons } }
}
