// A real S3 server on a folder, for tests: versitygw as scripts/setup installs it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export const credentials = { accessKeyId: 'drover-test', secretAccessKey: 'drover-test-secret' }
export const region = 'eu-central-1'

export interface S3Server {
  readonly endpoint: string
  /** Each folder in it is a bucket. */
  readonly folder: string
  stop(): Promise<void>
}

export async function startS3Server(...buckets: readonly string[]): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'drover-s3-'))
  for (const bucket of buckets) mkdirSync(join(folder, bucket))
  // Beside the objects, for not every file system keeps attributes.
  const metadata = mkdtempSync(join(tmpdir(), 'drover-s3-metadata-'))
  const versions = mkdtempSync(join(tmpdir(), 'drover-s3-versions-'))
  const port = await freePort()
  const kept = ['--sidecar', metadata, '--versioning-dir', versions]
  const args = ['--port', `127.0.0.1:${port}`, '--region', region, '--quiet', 'posix', ...kept, folder]
  const child = spawn(serverProgram(), args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ROOT_ACCESS_KEY: credentials.accessKeyId, ROOT_SECRET_KEY: credentials.secretAccessKey },
  })
  await answering(child, `http://127.0.0.1:${port}/`)
  return {
    endpoint: `http://127.0.0.1:${port}`,
    folder,
    stop: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
      rmSync(folder, { recursive: true })
      for (const one of [metadata, versions]) rmSync(one, { recursive: true })
    },
  }
}

function serverProgram(): string {
  const cache = process.env.DROVER_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'drover')
  const { tools } = JSON.parse(readFileSync(join(cache, 'tools.json'), 'utf8')) as { tools?: { versitygw?: string } }
  if (tools?.versitygw === undefined) throw new Error('there is no S3 server: run ./scripts/setup tools')
  return tools.versitygw
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function answering(child: ChildProcess, url: string): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the S3 server ended with ${child.exitCode}`)
    const answered = await fetch(url).then(
      () => true,
      () => false,
    )
    if (answered) return
    await sleep(50)
  }
  throw new Error('the S3 server does not answer')
}
