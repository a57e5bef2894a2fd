// One health check of a machine, asked from the router's namespace, where a load balancer's node would stand.

import type { Exec } from '../../ports/index.ts'
import type { HealthQuestion, HealthSeen } from './types.ts'

/** Connects and, for HTTP, reads the status line of one request; what it says is a code of its own exit. */
const script = `
exec 3<>"/dev/tcp/$1/$2" || exit 111
[ "$3" = HTTP ] || exit 0
printf 'GET %s HTTP/1.1\\r\\nHost: %s\\r\\nUser-Agent: ELB-HealthChecker/2.0\\r\\nConnection: close\\r\\n\\r\\n' "$4" "$1" >&3
IFS= read -r line <&3
printf '%.100s' "$line"
`

/** What `timeout` ends with when it had to. */
const timedOut = 124

export async function askMachine(
  exec: Exec,
  inside: (argv: readonly [string, ...string[]]) => [string, ...string[]],
  address: string,
  { protocol, port, path, timeoutMs }: HealthQuestion,
): Promise<HealthSeen> {
  const seconds = String(timeoutMs / 1_000)
  const argv = inside(['timeout', seconds, 'bash', '-c', script, 'bash', address, String(port), protocol, path])
  const { exitCode, stdout } = await exec.run({ argv })
  if (exitCode === timedOut) return { kind: 'timed-out' }
  if (exitCode !== 0) return { kind: 'refused' }
  if (protocol === 'TCP') return { kind: 'answered' }
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(stdout)?.[1]
  return status === undefined ? { kind: 'refused' } : { kind: 'answered', status: Number(status) }
}
