// How long a machine takes from its kernel's first moment until it is ready, and whether an image is slower at it than its base.

import { formatDuration } from '../kernel/index.ts'
import type { Examiner } from './examine.ts'
import type { ProbeResult } from './probes.ts'
import { remote, type SshTarget } from './ssh.ts'

// Both are microseconds on the clock that begins with the kernel; a unit that is not there says 0.
const script = `systemctl is-system-running --wait >/dev/null 2>&1 || true
last=0
for moment in "$(systemctl show --property=FinishTimestampMonotonic --value)" \\
  "$(systemctl show containerd.service --property=ActiveEnterTimestampMonotonic --value)"; do
  [ "\${moment:-0}" -le "$last" ] || last=$moment
done
[ "$last" -gt 0 ] || { echo 'its start has not come to an end' >&2; exit 1; }
echo "$last"
`

/** Milliseconds of the boot that runs: to the end of systemd's start, and to containerd where there is one. A reason when nobody knows. */
export async function bootTime(
  examiner: Examiner,
  target: SshTarget,
  deadlineMs: number,
): Promise<{ readonly ms: number } | { readonly reason: string }> {
  const asked = await remote(examiner.exec, target, script, { timeoutMs: deadlineMs, signal: examiner.signal })
  const ms = Math.round(Number(asked.stdout.trim()) / 1_000)
  if (asked.ok && ms > 0) return { ms }
  return { reason: asked.stderr.trim().split('\n').at(-1) || asked.message || `it answered ${asked.stdout.trim()}` }
}

/** Both figures stand in the report, whichever way it goes. */
export function judgeBootTime(imageMs: number, baseMs: number, atMostMs: number): ProbeResult {
  const [slower, image, base] = [imageMs - baseMs, imageMs, baseMs].map((ms) => `${(ms / 1_000).toFixed(1)} s`)
  const ok = imageMs - baseMs <= atMostMs
  const figures = `ready ${image} after its kernel began, the base ${base}`
  const detail = ok
    ? figures
    : `${figures}: ${slower} slower, and ${formatDuration(atMostMs)} are allowed (verify.slowerBootAtMost)`
  return { probe: bootTimeProbe, ok, detail }
}

export const bootTimeProbe = 'node: time to ready'
