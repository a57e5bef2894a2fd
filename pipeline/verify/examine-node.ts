// Asks a Kubernetes node what only a node is asked, on a kernel of its own, and how long it took to get ready beside its base.

import type { Family } from '../config/index.ts'
import type { Booted } from './boot-fresh.ts'
import { bootTime, bootTimeProbe, judgeBootTime } from './boot-time.ts'
import { ask, type Examiner } from './examine.ts'
import { clockProbe, nodeProbes } from './node-probes.ts'
import type { ProbeResult } from './probes.ts'
import { remote, type SshTarget } from './ssh.ts'

export interface NodeExamination {
  readonly examiner: Examiner
  readonly family: Family
  /** The fresh machine, on its first boot. */
  readonly target: SshTarget
  /** A machine with the image's own kernel, where the fresh one is a container. */
  readonly bootOwn: () => Promise<Booted>
  /** A machine of the base, of the same type as the one that is asked. */
  readonly bootBase: (ofOwnKernel: boolean) => Promise<Booted>
}

/** Nothing for a family that is no node. What could not be asked is not passed. */
export async function examineNode(asked: NodeExamination): Promise<readonly ProbeResult[]> {
  const { examiner, family } = asked
  const probes = nodeProbes(family)
  if (probes.length === 0) return []
  const { exec, signal, clock, log } = examiner
  const virtualised = await remote(exec, asked.target, 'systemd-detect-virt --container --quiet\n', { timeoutMs: 20_000, signal })
  const isContainer = virtualised.ok
  log(isContainer ? 'booting the image’s own kernel: no sandbox runs in a container' : 'asking the node')
  const machine = isContainer ? await ownKernel(asked) : { target: asked.target }
  if ('reason' in machine) return [failed(examiner, 'node', `could not be asked: ${machine.reason}`)]
  // First of all: whatever is asked of it may start something anew.
  const image = await bootTime(examiner, machine.target, family.verify.bootDeadlineMs)
  const answered = [
    ...(await ask(examiner, machine.target, [clockProbe(clock.wallNow())])),
    ...(await ask(examiner, machine.target, probes)),
  ]
  return [...answered, 'reason' in image ? unmeasured(examiner, image.reason) : await beside(asked, image.ms, isContainer)]
}

async function ownKernel({ family, bootOwn }: NodeExamination): Promise<Booted> {
  if (family.verify.realBoot !== undefined) return bootOwn()
  return { reason: 'the fresh machine is a container, and `verify.realBoot` is off' }
}

async function beside(asked: NodeExamination, imageMs: number, ofOwnKernel: boolean): Promise<ProbeResult> {
  const { examiner, family } = asked
  examiner.log('booting the base, to compare how long both take')
  const base = await asked.bootBase(ofOwnKernel)
  if ('reason' in base) return unmeasured(examiner, `the base did not come up: ${base.reason}`)
  const time = await bootTime(examiner, base.target, family.verify.bootDeadlineMs)
  if ('reason' in time) return unmeasured(examiner, `that of the base: ${time.reason}`)
  const result = judgeBootTime(imageMs, time.ms, family.verify.slowerBootAtMostMs ?? defaultSlowerBootMs)
  examiner.log(`${result.probe}: ${result.detail}`)
  return result
}

/** Where a family says nothing else. */
const defaultSlowerBootMs = 30_000

function unmeasured(examiner: Examiner, reason: string): ProbeResult {
  return failed(examiner, bootTimeProbe, `not measured: ${reason}`)
}

function failed({ log }: Examiner, probe: string, detail: string): ProbeResult {
  log(`${probe}: ${detail}`)
  return { probe, ok: false, detail: detail.slice(0, 500) }
}
