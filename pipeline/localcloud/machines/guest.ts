// Running things inside a machine, in a unit of their own, as the SSM agent would.

import type { Exec, Files } from '../../ports/index.ts'
import type { AgentChannel } from './agent-channel.ts'
import type { GuestCommandOutcome } from './types.ts'

/** What one argument of a program may hold on Linux, less room to spare. */
const longestScriptBytes = 120_000
/** For systemd-run itself to notice that the unit was stopped. */
const graceMs = 10_000

export async function runInGuest(exec: Exec, leader: number, script: string, timeoutMs: number): Promise<GuestCommandOutcome> {
  const refused = tooLong(script)
  if (refused) return refused
  const outcome = await exec.run({ argv: runArgv(leader, script, timeoutMs), timeoutMs: timeoutMs + graceMs })
  const timedOut = outcome.timedOut || (!outcome.ok && outcome.durationMs >= timeoutMs)
  return { exitCode: timedOut ? undefined : outcome.exitCode, stdout: outcome.stdout, stderr: outcome.stderr, timedOut }
}

export function runArgv(leader: number, script: string, timeoutMs: number): [string, ...string[]] {
  return [
    ...inGuest(leader),
    'sh',
    '-c',
    // A machine that has just started has no bus yet, and systemd-run speaks over it.
    'until [ -S /run/dbus/system_bus_socket ]; do sleep 0.1; done; exec "$@"',
    'sh',
    ...unitArgv(script, timeoutMs),
  ]
}

/** The script in a unit of its own, which ends with its time. */
function unitArgv(script: string, timeoutMs: number): readonly string[] {
  return [
    'systemd-run',
    '--quiet',
    '--pipe',
    '--wait',
    '--collect',
    `--property=RuntimeMaxSec=${timeoutMs}ms`,
    '/bin/sh',
    '-c',
    // The service manager would expand ${variables} before the shell sees them.
    script.replaceAll('$', '$$$$'),
  ]
}

/** The same by the agent in a machine that nobody sees into from outside. */
export async function runByAgent(agent: AgentChannel, script: string, timeoutMs: number): Promise<GuestCommandOutcome> {
  return tooLong(script) ?? (await agent.run(unitArgv(script, timeoutMs), timeoutMs))
}

function tooLong(script: string): GuestCommandOutcome | undefined {
  if (Buffer.byteLength(script) <= longestScriptBytes) return undefined
  return { exitCode: undefined, stdout: '', stderr: `the script is longer than ${longestScriptBytes} bytes`, timedOut: false }
}

export async function agentSaysActive(agent: AgentChannel, unit: string): Promise<boolean> {
  return (await agent.run(['systemctl', 'is-active', '--quiet', unit], 10_000)).exitCode === 0
}

export async function unitIsActive(exec: Exec, leader: number, unit: string): Promise<boolean> {
  const asked = await exec.run({ argv: [...inGuest(leader), 'systemctl', 'is-active', '--quiet', unit], timeoutMs: 10_000 })
  return asked.ok
}

/** Does anything in the machine wait for connections to that TCP port? Seen from outside, without a process of its own. */
export async function listensOn(files: Files, leader: number, port: number): Promise<boolean> {
  // It may end while it is looked at.
  const read = (name: string) => files.readText(`/proc/${leader}/net/${name}`).catch(() => undefined)
  const tables = await Promise.all(['tcp', 'tcp6'].map(read))
  return tables.some((table) => table !== undefined && hasListener(table, port))
}

/** From the text of /proc/net/tcp, where a port is hexadecimal and 0A is the state of a socket that listens. */
export function hasListener(table: string, port: number): boolean {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table.split('\n').some((line) => {
    const [, local, , state] = line.trim().split(/\s+/)
    return state === '0A' && local?.endsWith(ending) === true
  })
}

/** Every unit that is to be up is up, or has failed for good. */
export async function hasBooted(exec: Exec, leader: number): Promise<boolean> {
  const asked = await exec.run({ argv: [...inGuest(leader), 'systemctl', 'is-system-running'], timeoutMs: 10_000 })
  return ['running', 'degraded'].includes(asked.stdout.trim())
}

/**
 * The shell stays outside the machine's process tree and starts the program inside it. When nsenter forks instead, it stops
 * itself as soon as the program is stopped, and a machine that powers off stops every process before it kills them: nobody
 * would then reap the program, and the machine could not end until the command's time was up.
 */
function inGuest(leader: number): [string, ...string[]] {
  return ['nsenter', '--target', String(leader), '--all', '--no-fork', '--', 'sh', '-c', '"$@"; exit "$?"', 'sh']
}
