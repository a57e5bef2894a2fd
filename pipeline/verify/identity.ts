// Two machines of one image must not be the same machine: what tells them apart, compared.

import type { Agent } from '../config/index.ts'
import type { Probe, ProbeResult } from './probes.ts'

/** A command that prints what makes this machine itself; run on both machines. */
export interface IdentityProbe extends Probe {
  readonly subject: string
}

export function identityProbes(agents: readonly Agent[]): readonly IdentityProbe[] {
  const ofMachine = [
    identity('machine ID', 'cat /etc/machine-id'),
    identity('SSH host keys', 'cat /etc/ssh/ssh_host_*_key.pub | cut -d" " -f2'),
    identity('host name', 'hostname'),
  ]
  const ofAgents = agents.flatMap((agent) =>
    agent.identity === undefined
      ? []
      : [identity(`identity of ${agent.name}`, `sudo -n sh -s <<'DROVER_PROBE'\n${agent.identity}\nDROVER_PROBE`)],
  )
  return [...ofMachine, ...ofAgents]
}

/** Good when both answered and the answers differ. */
export function compareIdentities(subject: string, first: string, second: string): ProbeResult {
  const probe = `two machines, two identities: ${subject}`
  if (first.trim() === '' || second.trim() === '') return { probe, ok: false, detail: `${subject} is empty on a booted machine` }
  if (first.trim() === second.trim())
    return { probe, ok: false, detail: `${subject} is the same on both machines: it was baked in` }
  return { probe, ok: true, detail: '' }
}

function identity(subject: string, script: string): IdentityProbe {
  return { subject, name: subject, script: `${script}\n`, timeoutMs: 20_000, failure: `${subject} could not be read` }
}
