// SSH to a machine that no port is open to: through sessions of Systems Manager, one for each ssh or scp, ended with it.

import type { ImagesAccount } from '../config/index.ts'
import type { CloudAt, Command, CommandOutcome, Exec } from '../ports/index.ts'
import { quoted } from './shell.ts'

export interface SessionWay {
  /** Where the machine is. */
  readonly cloud: CloudAt
  readonly instanceId: string
  /** AWS's program at this end of a session. */
  readonly plugin: string
}

/** What a target needs beside its address; nothing where the runner has a route to it. */
export function sessionTo(
  { reach }: Pick<ImagesAccount, 'reach'>,
  cloud: CloudAt,
  instanceId: string,
  plugin: string,
): { readonly session?: SessionWay } {
  return reach === 'ssm' ? { session: { cloud, instanceId, plugin } } : {}
}

/** The machine is still called by its address, by which its key is known; nothing is sent there. */
export function throughSessions(exec: Exec, way: SessionWay): Exec {
  return { ...exec, run: (command) => runThrough(exec, way, command) }
}

const sshPort = 22

/** ssh takes the first value it is given. More than for an address: the plugin and the machine's agent have to meet first. */
const connectSeconds = 20

async function runThrough(exec: Exec, { cloud, instanceId, plugin }: SessionWay, command: Command): Promise<CommandOutcome> {
  const begun = await cloud.beginSession(instanceId, sshPort)
  if (!begun.ok) return notRun(begun.message)
  const { id, words, environment } = begun.value
  const [program, ...rest] = command.argv
  // For the shell that ssh has execute it, and for ssh, which looks for `%` first.
  const proxy = [plugin, ...words.map((word) => quoted(word).replaceAll('%', '%%'))].join(' ')
  const options = ['-o', `ProxyCommand=${proxy}`, '-o', `ConnectTimeout=${connectSeconds}`]
  try {
    return await exec.run({ ...command, argv: [program, ...options, ...rest], env: { ...command.env, ...environment } })
  } finally {
    // One that could not be ended is idle from now on, and AWS ends it; with its machine at the latest.
    await cloud.endSession(id)
  }
}

function notRun(message: string): CommandOutcome {
  return {
    ok: false,
    exitCode: undefined,
    signalName: undefined,
    stdout: '',
    stderr: '',
    timedOut: false,
    cancelled: false,
    durationMs: 0,
    message,
  }
}
