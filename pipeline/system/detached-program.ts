// Programs that outlive this process: started in a session of their own and found again by pid and start time.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { assert, ProblemError } from '../kernel/index.ts'
import type { Command, Detached } from '../ports/index.ts'
import { readProcessStat } from './process-stat.ts'
import { signalGroup } from './running-groups.ts'

/** Nothing of ours watches it afterwards, so it has no input, time limit or line callback. */
export async function detach(command: Command & { readonly logFile: string }): Promise<Detached> {
  const unwatched = [command.input, command.timeoutMs, command.signal, command.onLine, command.keepBytes]
  assert(
    unwatched.every((option) => option === undefined),
    'a detached program takes no input, timeoutMs, signal, onLine or keepBytes',
  )
  mkdirSync(dirname(command.logFile), { recursive: true })
  const log = openSync(command.logFile, 'a', 0o600)
  try {
    return await start(command, log)
  } finally {
    closeSync(log)
  }
}

export async function isAlive(program: Detached): Promise<boolean> {
  const stat = readProcessStat(program.pid)
  return stat !== undefined && stat.startTicks === program.startTicks && stat.running
}

export async function end(program: Detached, signalName: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<boolean> {
  return (await isAlive(program)) && signalGroup(program.pid, signalName)
}

async function start(command: Command, log: number): Promise<Detached> {
  const [program, ...args] = command.argv
  const started = spawn(program, args, {
    detached: true,
    stdio: ['ignore', log, log],
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    env: { ...process.env, ...command.env },
  })
  if (started.pid === undefined) throw await cannotStart(program, started)
  started.unref()
  // Read before anything is awaited: even a program that has ended already is not reaped yet.
  const stat = readProcessStat(started.pid)
  assert(stat, `process ${started.pid} was just started`)
  return { pid: started.pid, startTicks: stat.startTicks }
}

async function cannotStart(program: string, started: ChildProcess): Promise<ProblemError> {
  const [error] = (await once(started, 'error')) as [NodeJS.ErrnoException]
  return new ProblemError({
    code: 'missing-tool',
    message: `${program} could not be started (${error.code ?? error.message})`,
    hint: 'Install it, or put it on the PATH.',
  })
}
