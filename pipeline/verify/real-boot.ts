// What a container cannot judge is asked of one more fresh machine, on which the image boots its own kernel.

import { shortId } from '../../hardening/index.ts'
import type { Family, ImagesAccount } from '../config/index.ts'
import type { BakedImage, PerformerRequest } from '../release/index.ts'
import { ask, type Examiner, untilLogin } from './examine.ts'
import { type FreshGround, type FreshMachinesRequest, launchFresh, type Reached } from './fresh-machines.ts'
import { kernelProbes, type ProbeResult } from './probes.ts'
import { judgeFresh, type ScanContext, type ScanVerdict, scanRealBoot } from './scan.ts'
import { remote, type SshTarget } from './ssh.ts'

export interface RealBootRequest {
  readonly request: PerformerRequest<'verify'>
  readonly family: Family
  readonly image: BakedImage
  readonly examiner: Examiner
  readonly account: ImagesAccount
  readonly launching: FreshMachinesRequest
  readonly ground: FreshGround
  readonly targetOf: (machine: Reached) => SshTarget
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
  const booted = await boot(asked)
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

async function boot(asked: RealBootRequest): Promise<{ readonly target: SshTarget } | { readonly reason: string }> {
  const { examiner, launching, ground, account, image, targetOf } = asked
  const instanceType = account.realBootType[image.architecture]
  const machine = await launchFresh({ ...launching, instanceType }, ground, 'real-boot')
  if (!machine.ok) return { reason: machine.message }
  const target = targetOf(machine.value)
  const login = await untilLogin(examiner, target, launching.bootDeadlineMs)
  if (!login.ok) return { reason: login.detail }
  // Services that a rule asks for may still be starting. A unit that failed is for the probes and the rules to name.
  const settled = await remote(examiner.exec, target, 'systemctl is-system-running --wait || true\n', {
    timeoutMs: launching.bootDeadlineMs,
    signal: examiner.signal,
  })
  if (!settled.ok) return { reason: `it did not finish booting: ${settled.message}` }
  if (settled.stdout.trim() !== 'running') examiner.log(`real boot: the system is ${settled.stdout.trim()}`)
  return { target }
}

function unanswered({ family, examiner }: RealBootRequest, fresh: ScanVerdict, reason: string): ScanVerdict {
  const sentence = `No real boot was judged: ${reason}`
  examiner.log(sentence)
  if (!fresh.judged || family.verify.realBoot !== 'required') return fresh
  const reasons = [sentence, ...fresh.verdict.reasons]
  return { ...fresh, verdict: { ...fresh.verdict, outcome: 'refuse', reasons } }
}
