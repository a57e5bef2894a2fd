// The local cloud in a process of its own, as the daemon runs it, and what tests and benches ask of any process that serves HTTP.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { type Agent, request } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface ChildCloud {
  readonly child: ChildProcess
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Makes images until the account has that many; all of them. */
  seedImages(count: number): Promise<readonly string[]>
  stop(): Promise<void>
}

/** `onComplaint`: what it writes to standard error; by default it goes to ours. */
export async function startChildCloud(onComplaint?: (text: string) => void): Promise<ChildCloud> {
  const directory = await mkdtemp('/var/tmp/drover-child-cloud-')
  const program = fileURLToPath(new URL('programs/local-cloud.ts', import.meta.url))
  const argv = ['--import', 'tsx', program, directory]
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stderr.on('data', (data) => (onComplaint ? onComplaint(String(data)) : process.stderr.write(data)))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async () => JSON.parse((await lines.next()).value ?? '{}')
  const { endpoint, accessKeyId, secretAccessKey } = await answer()
  return {
    child,
    endpoint,
    accessKeyId,
    secretAccessKey,
    async seedImages(count) {
      child.stdin.write(`seed ${count}\n`)
      return (await answer()).imageIds
    },
    async stop() {
      child.stdin.end()
      await ended(child)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('exit', () => resolve())
  })
}

/** Resident memory, in MiB. */
export async function residentMiB({ pid }: ChildProcess): Promise<number> {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024
}

export interface HttpAnswer {
  readonly status: number
  readonly text: string
}

export function post(
  agent: Agent,
  endpoint: string,
  headers: Record<string, string>,
  body: string | Uint8Array,
  path = '/',
): Promise<HttpAnswer> {
  const { hostname, port } = new URL(endpoint)
  return new Promise((resolve, reject) => {
    const asking = request({ agent, hostname, port, method: 'POST', path, headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }))
      response.on('error', reject)
    })
    asking.on('error', reject)
    asking.end(body)
  })
}
