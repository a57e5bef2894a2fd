// Starts the relay in the router's namespace, and again should it ever end while it is needed.

import type { Socket } from 'node:net'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { ProblemError } from '../../kernel/index.ts'
import type { Exec, Files } from '../../ports/index.ts'
import { openChannel } from './channel.ts'
import type { ChannelHeader } from './channel-header.ts'

export interface RelayOptions {
  readonly exec: Exec
  readonly files: Files
  readonly inRouter: (argv: readonly string[]) => [string, ...string[]]
  readonly stateDirectory: string
  /** What the relay leases to machines. */
  readonly gateway: string
  readonly netmask: string
  /** Every connection but the relay's own. */
  readonly receive: (header: ChannelHeader, socket: Socket) => void
}

export interface Relay {
  close(): Promise<void>
}

/** The kernel's limit for a unix socket's path, less its closing zero. */
const longestSocketPath = 107
const mostRestarts = 5

/** Resolves once the relay listens on all its addresses. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { exec, files, inRouter, stateDirectory, receive } = options
  const path = await socketPath(files, stateDirectory)
  let listening: () => void = () => undefined
  const ready = new Promise<void>((resolve) => {
    listening = resolve
  })
  const channel = await openChannel(path, (header, socket) => (header.kind === 'control' ? listening() : receive(header, socket)))
  let closing = false

  async function keepRunning(): Promise<string> {
    let message = ''
    for (let restarts = 0; restarts <= mostRestarts && !closing; restarts++) {
      message = (await exec.run({ argv: inRouter(relayArgv(path, options)), keepBytes: 4_096 })).message
    }
    return message
  }

  const ended = keepRunning()
  const message = await Promise.race([ready, ended])
  if (message !== undefined) {
    await channel.close()
    throw new Error(`the relay did not start: ${message}`)
  }
  return {
    async close() {
      closing = true
      await channel.close()
      await ended
    },
  }
}

/** A killed daemon leaves its socket behind. */
async function socketPath(files: Files, stateDirectory: string): Promise<string> {
  const path = `${stateDirectory}/relay.sock`
  if (Buffer.byteLength(path) > longestSocketPath) {
    throw new ProblemError({
      code: 'bad-argument',
      message: `${stateDirectory} is too long a path for a socket in it.`,
      hint: 'Keep the local cloud in a folder nearer the root.',
    })
  }
  await files.makeDirectory(stateDirectory)
  await files.remove(path)
  return path
}

function relayArgv(path: string, { gateway, netmask }: RelayOptions): readonly string[] {
  const program = fileURLToPath(new URL('./relay.ts', import.meta.url))
  return [process.execPath, '--import', import.meta.resolve('tsx'), program, path, gateway, netmask]
}
