// Asks a Kubernetes node what only a node is asked, on a kernel of its own, on two boots, and how long the first took beside its base.

import type { Family } from '../config/index.ts'
import type { CloudAt } from '../ports/index.ts'
import { type Booted, settle } from './boot-fresh.ts'
import { bootTime, bootTimeProbe, judgeBootTime } from './boot-time.ts'
import { ask, type Examiner, rebootAndLogin } from './examine.ts'
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
  /** Nothing more is wanted of that machine of the base. */
  readonly endBase: (id: string) => Promise<void>
}

/** Nothing for a family that is no node. What could not be asked is not passed. */
export async function examineNode(asked: NodeExamination): Promise<readonly ProbeResult[]> {
  const { examiner, family } = asked
  if (nodeProbes(family).length === 0) return []
  const isContainer = await runsInContainer(asked)
  examiner.log(isContainer ? 'booting the image’s own kernel: no sandbox runs in a container' : 'asking the node')
  const machine = isContainer ? await ownKernel(asked) : { target: asked.target }
  if ('reason' in machine) return [failed(examiner, 'node', `could not be asked: ${machine.reason}`)]
  // First of all: whatever is asked of it may start something anew.
  const image = await bootTime(examiner, machine.target, family.verify.bootDeadlineMs)
  const answered = await askNode(asked, machine.target)
  return [...answered, 'reason' in image ? unmeasured(examiner, image.reason) : await beside(asked, image.ms, isContainer)]
}

export interface SecondBoot extends Pick<NodeExamination, 'examiner' | 'family' | 'target' | 'bootOwn'> {
  /** The images' account and region. */
  readonly cloud: CloudAt
}

/**
 * Once the fresh machine was rebooted: what a node starts pods with must be there on every boot. Where the fresh machine is a
 * container, the one with the image's own kernel is rebooted too. Nothing where no node was asked: that has been refused.
 */
export async function examineNodeAgain(asked: SecondBoot): Promise<readonly ProbeResult[]> {
  const { examiner, family, cloud } = asked
  if (nodeProbes(family).length === 0) return []
  if (!(await runsInContainer(asked))) return askNode(asked, asked.target)
  const machine = await ownKernel(asked)
  if ('reason' in machine) return []
  examiner.log('rebooting the image’s own kernel')
  const { bootDeadlineMs } = family.verify
  const { ok, detail } = await rebootAndLogin(examiner, cloud, machine.id, machine.target, bootDeadlineMs)
  if (!ok) return [failed(examiner, 'node', `could not be asked: ${detail}`)]
  const unsettled = await settle(examiner, machine.target, 'real boot', bootDeadlineMs)
  if (unsettled !== undefined) return [failed(examiner, 'node', `could not be asked: ${unsettled}`)]
  return askNode(asked, machine.target)
}

type Asked = Pick<NodeExamination, 'examiner' | 'family'>

async function askNode({ examiner, family }: Asked, target: SshTarget): Promise<readonly ProbeResult[]> {
  const clock = clockProbe(examiner.clock.wallNow())
  return ask(examiner, target, [clock, ...nodeProbes(family)])
}

async function runsInContainer({ examiner, target }: Pick<NodeExamination, 'examiner' | 'target'>): Promise<boolean> {
  const { exec, signal } = examiner
  return (await remote(exec, target, 'systemd-detect-virt --container --quiet\n', { timeoutMs: 20_000, signal })).ok
}

async function ownKernel({ family, bootOwn }: Pick<NodeExamination, 'family' | 'bootOwn'>): Promise<Booted> {
  if (family.verify.realBoot !== undefined) return bootOwn()
  return { reason: 'the fresh machine is a container, and `verify.realBoot` is off' }
}

async function beside(asked: NodeExamination, imageMs: number, ofOwnKernel: boolean): Promise<ProbeResult> {
  const { examiner, family } = asked
  examiner.log('booting the base, to compare how long both take')
  const base = await asked.bootBase(ofOwnKernel)
  if ('reason' in base) return unmeasured(examiner, `the base did not come up: ${base.reason}`)
  const time = await bootTime(examiner, base.target, family.verify.bootDeadlineMs)
  await asked.endBase(base.id)
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
