// The command line as a person runs it: in a state folder of its own, its words readable as they come, its process there to be killed.

import { mkdtemp, rm } from 'node:fs/promises'
import { execa } from 'execa'
import { cloudIdOf } from '../../pipeline/cli/local-cloud.ts'
import { createFileStore, createLedger } from '../../pipeline/ledger/index.ts'
import { type AdminAction, type AdminInput, type AdminOutputs, askAdmin, readAccess } from '../../pipeline/localcloud/index.ts'
import type { Detached } from '../../pipeline/ports/index.ts'
import type { LedgerEvent } from '../../pipeline/release/index.ts'
import { createExec, createFiles } from '../../pipeline/system/index.ts'
import { tracesOf } from './local-machines.ts'

const drover = new URL('../../scripts/drover', import.meta.url).pathname
const [exec, files] = [createExec(), createFiles()]

export interface Ended {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly stdout: string
  /** Both streams as they came; for the message of a failing test. */
  readonly transcript: string
}

export interface Run {
  readonly ended: Promise<Ended>
  /** Resolves when a line has been said that fits; rejects with the transcript when it ends without. */
  said(pattern: RegExp): Promise<string>
  /** To that process alone, as the kernel or a terminal would. */
  signal(name: 'SIGKILL' | 'SIGINT'): void
}

export interface Place {
  /** DROVER_STATE. */
  readonly directory: string
  /** `DIRECTORY/rehearsal`. */
  readonly workspace: string
  start(...words: string[]): Run
  /** Runs to the end; fails with the transcript when the exit code is not the one expected. */
  run(expectedCode: number, ...words: string[]): Promise<Ended>
  admin<A extends AdminAction>(action: A, input: AdminInput<A>): Promise<AdminOutputs[A]>
  /** Ends the cloud's process without a word to it. */
  killCloud(): Promise<void>
  ledger(): Promise<readonly LedgerEvent[]>
  /** The Packers at work, by pid. */
  packers(): Promise<readonly number[]>
  /** What runs or lies on this host because of this place, outside of its folder. */
  traces(): Promise<readonly string[]>
  /** Everything is ended and removed, whatever state it is in. */
  dispose(): Promise<void>
}

export async function openPlace(name: string): Promise<Place> {
  const directory = await mkdtemp(`/tmp/drover-${name}-`)
  const workspace = `${directory}/rehearsal`
  const cloudDirectory = `${workspace}/cloud`
  const running = new Set<Child>()
  const start = (...words: string[]): Run => {
    const child = spawnDrover(directory, words)
    running.add(child)
    return runOf(child, () => running.delete(child))
  }
  const access = async () => {
    const known = await readAccess(files, cloudDirectory)
    if (known === undefined) throw new Error('no cloud runs there')
    return known
  }
  return {
    directory,
    workspace,
    start,
    async run(expectedCode, ...words) {
      const ended = await start(...words).ended
      if (ended.exitCode === expectedCode) return ended
      throw new Error(`${words.join(' ')}: exit code ${ended.exitCode ?? ended.signal}, not ${expectedCode}\n${ended.transcript}`)
    },
    admin: async (action, input) => askAdmin(await access(), action, input),
    killCloud: async () => void process.kill((await access()).pid, 'SIGKILL'),
    ledger: () => createLedger(createFileStore(files, `${workspace}/ledger`)).read(),
    async packers() {
      const known = await recordedPackers(`${workspace}/bake`)
      const alive = await Promise.all(known.map((packer) => exec.isAlive(packer)))
      return known.filter((_, index) => alive[index]).map(({ pid }) => pid)
    },
    traces: () => tracesOf(cloudIdOf(cloudDirectory), directory),
    async dispose() {
      for (const child of running) child.kill('SIGKILL')
      await Promise.all(running)
      // Packer is made to outlive its runner, so a test that failed in the middle must end it.
      for (const packer of await recordedPackers(`${workspace}/bake`)) await exec.end(packer, 'SIGKILL')
      await start('cloud', 'down', '--destroy').ended
      await rm(directory, { recursive: true })
    },
  }
}

function spawnDrover(directory: string, words: readonly string[]) {
  return execa(drover, words, { env: { DROVER_STATE: directory }, reject: false, all: true, forceKillAfterDelay: false })
}

type Child = ReturnType<typeof spawnDrover>

function runOf(child: Child, onEnd: () => void): Run {
  let transcript = ''
  const waiting = new Set<() => void>()
  child.all.on('data', (chunk: Buffer) => {
    transcript += chunk
    for (const look of waiting) look()
  })
  const ended = child.then(({ exitCode, signal, stdout }): Ended => {
    onEnd()
    return { exitCode, signal, stdout: String(stdout), transcript }
  })
  return {
    ended,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const line = transcript.split('\n').find((each) => pattern.test(each))
          if (line === undefined) return
          waiting.delete(look)
          resolve(line)
        }
        waiting.add(look)
        look()
        void ended.then(() => reject(new Error(`it ended without saying ${pattern}\n${transcript}`)))
      }),
    signal: (name) => void child.kill(name),
  }
}

async function recordedPackers(bakes: string): Promise<readonly Detached[]> {
  const folders = await files.list(bakes)
  const texts = await Promise.all(folders.map((folder) => files.readText(`${bakes}/${folder}/packer.json`)))
  return texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as Detached]))
}
