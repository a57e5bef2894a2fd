// Two machines of one image must not be the same machine: what tells them apart, compared.

import type { Agent } from '../config/index.ts'
import type { Probe, ProbeResult } from './probes.ts'
import { asRoot } from './shell.ts'

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
    agent.identity === undefined ? [] : [identity(`identity of ${agent.name}`, asRoot(agent.identity))],
  )
  return [...ofMachine, ...ofAgents]
}

/** Good when both answered and no line of the answers is the same: of several keys, one that was baked in is one too many. */
export function compareIdentities(subject: string, first: string, second: string): ProbeResult {
  const probe = `two machines, two identities: ${subject}`
  const [ones, others] = [linesOf(first), linesOf(second)]
  if (ones.length === 0 || others.length === 0) return { probe, ok: false, detail: `${subject} is empty on a booted machine` }
  if (ones.some((line) => others.includes(line))) {
    return { probe, ok: false, detail: `${subject} is the same on both machines: it was baked in` }
  }
  return { probe, ok: true, detail: '' }
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function identity(subject: string, script: string): IdentityProbe {
  return { subject, name: subject, script: `${script}\n`, timeoutMs: 20_000, failure: `${subject} could not be read` }
}
