// Real processes for the tests of the system room.

import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { readProcessStat } from '../../pipeline/system/process-stat.ts'

export function shell(script: string): readonly [string, ...string[]] {
  return ['sh', '-c', script]
}

/** True once the process has ended (a zombie that nobody reaps has ended too). */
export async function goneWithin(pid: number, limitMs: number): Promise<boolean> {
  return until(() => !readProcessStat(pid)?.running, limitMs)
}

export async function until(condition: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += 20) {
    if (await condition()) return true
    await sleep(20)
  }
  return await condition()
}

/** Runs one of the programs beside this file in a Node of its own. */
export function startProgram(
  name: string,
  ...args: readonly string[]
): ChildProcess & { readonly stdout: NodeJS.ReadableStream } {
  const file = new URL(`programs/${name}.ts`, import.meta.url).pathname
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  return child as ChildProcess & { readonly stdout: NodeJS.ReadableStream }
}

export function firstLine(child: { readonly stdout: NodeJS.ReadableStream }): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
    child.stdout.once('end', () => reject(new Error('it ended without a word')))
  })
}
