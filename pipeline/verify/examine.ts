// Asks the probes of booted machines, over SSH, and reboots one of them in between.

import type { Clock, CloudAt, Exec } from '../ports/index.ts'
import { compareIdentities, type IdentityProbe } from './identity.ts'
import { judgeProbe, type Probe, type ProbeResult } from './probes.ts'
import { remote, type SshTarget } from './ssh.ts'

export interface Examiner {
  readonly exec: Exec
  readonly clock: Clock
  readonly signal: AbortSignal
  log(line: string): void
}

/** Runs the probes one after another: a probe that fails never hides the ones behind it. */
export async function ask(examiner: Examiner, target: SshTarget, probes: readonly Probe[]): Promise<readonly ProbeResult[]> {
  const results: ProbeResult[] = []
  for (const probe of probes) {
    examiner.signal.throwIfAborted()
    const outcome = await remote(examiner.exec, target, probe.script, { timeoutMs: probe.timeoutMs, signal: examiner.signal })
    const result = judgeProbe(probe, outcome)
    if (!result.ok) examiner.log(`${result.probe}: ${result.detail}`)
    results.push(result)
  }
  return results
}

export async function compare(
  examiner: Examiner,
  first: SshTarget,
  second: SshTarget,
  probes: readonly IdentityProbe[],
): Promise<readonly ProbeResult[]> {
  const results: ProbeResult[] = []
  for (const { subject, script, timeoutMs } of probes) {
    examiner.signal.throwIfAborted()
    const [one, two] = await Promise.all(
      [first, second].map((target) => remote(examiner.exec, target, script, { timeoutMs, signal: examiner.signal })),
    )
    results.push(compareIdentities(subject, one?.ok ? one.stdout : '', two?.ok ? two.stdout : ''))
  }
  return results
}

/** True once the machine takes the key; the deadline is on the clock's time. */
export async function untilLogin(examiner: Examiner, target: SshTarget, deadlineMs: number): Promise<ProbeResult> {
  const until = examiner.clock.now() + deadlineMs
  let detail = ''
  while (examiner.clock.now() < until) {
    const outcome = await remote(examiner.exec, target, 'true\n', { timeoutMs: 15_000, signal: examiner.signal })
    if (outcome.ok) return { probe: 'SSH with the launch’s key', ok: true, detail: '' }
    detail = outcome.stderr.trim().split('\n').at(-1) || outcome.message
    await examiner.clock.pause(1_000, examiner.signal)
  }
  return { probe: 'SSH with the launch’s key', ok: false, detail: `no login in time: ${detail}` }
}

/** Reboots the machine and waits until it is another boot that takes the key. */
export async function rebootAndLogin(
  examiner: Examiner,
  cloud: CloudAt,
  instanceId: string,
  target: SshTarget,
  deadlineMs: number,
): Promise<ProbeResult> {
  // The kernel's own ID of a boot; a container has that of its host on some, so when its first process began counts too.
  const boot = 'cat /proc/sys/kernel/random/boot_id && cut -d" " -f22 /proc/1/stat\n'
  const before = await remote(examiner.exec, target, boot, { timeoutMs: 15_000, signal: examiner.signal })
  if (!before.ok) return { probe: 'reboot', ok: false, detail: `which boot it was could not be asked: ${before.message}` }
  const rebooted = await cloud.reboot([instanceId])
  if (!rebooted.ok) return { probe: 'reboot', ok: false, detail: rebooted.message }
  const until = examiner.clock.now() + deadlineMs
  while (examiner.clock.now() < until) {
    await examiner.clock.pause(1_000, examiner.signal)
    const after = await remote(examiner.exec, target, boot, { timeoutMs: 15_000, signal: examiner.signal })
    if (after.ok && after.stdout.trim() !== before.stdout.trim()) return { probe: 'SSH after a reboot', ok: true, detail: '' }
  }
  return { probe: 'SSH after a reboot', ok: false, detail: 'the machine did not come back from a reboot' }
}
