// A failed login on the judged machine has to reach the log collector: tried for real, with the helper as the collector.

import { type Collector, collectedScript, startCollectorScript } from './collector.ts'
import type { Examiner } from './examine.ts'
import type { ProbeResult } from './probes.ts'
import { failedLogin, remote, type SshTarget } from './ssh.ts'

const probe = 'a failed login reaches the log collector'
const nobody = 'drover-nobody'

/** A result only when it did not start. */
export async function startCollector(
  { exec, signal }: Examiner,
  collector: Collector,
  helper: SshTarget,
): Promise<readonly ProbeResult[]> {
  const started = await remote(exec, helper, startCollectorScript(collector), { timeoutMs: 60_000, signal })
  if (started.ok) return []
  return [{ probe, ok: false, detail: `the test collector did not start: ${started.stderr.trim() || started.message}` }]
}

export async function failedLoginArrives({ exec, signal }: Examiner, target: SshTarget, helper: SshTarget): Promise<ProbeResult> {
  const attempt = await failedLogin(exec, target, nobody, signal)
  if (attempt.ok) return { probe, ok: false, detail: `${nobody} could log in without a key` }
  const seen = await remote(exec, helper, collectedScript(nobody, 60), { timeoutMs: 90_000, signal })
  return { probe, ok: seen.ok, detail: seen.ok ? '' : seen.stderr.trim() || seen.message }
}
