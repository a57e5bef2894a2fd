// Runs a program to its end, in a process group of its own, so that stopping it stops what it started too.

import { basename } from 'node:path'
import { execa, type Options } from 'execa'
import { assert } from '../kernel/index.ts'
import type { Command, CommandOutcome } from '../ports/index.ts'
import { readLines } from './read-lines.ts'
import { attend, signalGroup } from './running-groups.ts'
import { createTail, type Tail } from './tail.ts'

const defaultKeepBytes = 8 * 1024 * 1024
/** Between asking a group to end and killing it. */
const graceMs = 5_000

type Stopped = 'timed out' | 'cancelled' | undefined

/** What is read of execa's result. */
interface Ended {
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  readonly durationMs: number
  /** Node's error code when it could not be started. */
  readonly code?: string | undefined
}

/** Never throws for what the program does: a program that can't be started, fails or is stopped is an outcome. */
export async function runProgram(command: Command): Promise<CommandOutcome> {
  if (command.signal?.aborted) return cancelledBeforeStart(command)
  const [program, ...args] = command.argv
  const running = execa(program, args, optionsFor(command))
  const stdout = keep(command, 'stdout', running.stdout)
  const stderr = keep(command, 'stderr', running.stderr)

  const leave = running.pid === undefined ? () => {} : attend(running.pid)
  const stopper = watch(command, running)
  const result = await running
  stopper.release()
  leave()
  return outcomeOf(command, result, stopper.stopped(), stdout, stderr)
}

function optionsFor(command: Command) {
  return {
    // A session of its own: the whole group can be ended, and nothing can ask for a password on our terminal.
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    stripFinalNewline: false,
    ...(command.input === undefined ? { stdin: 'ignore' as const } : { input: command.input }),
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    ...(command.env === undefined ? {} : { env: command.env as NodeJS.ProcessEnv }),
  } satisfies Options
}

function keep(command: Command, name: 'stdout' | 'stderr', stream: NodeJS.ReadableStream | null): Tail {
  assert(stream, `${name} is piped`)
  const tail = createTail(command.keepBytes ?? defaultKeepBytes)
  stream.on('data', (chunk: Buffer) => tail.push(chunk))
  const { onLine } = command
  if (onLine) readLines(stream, (line) => onLine(line, name))
  return tail
}

interface Stoppable {
  readonly pid?: number | undefined
  readonly stdout: { destroy(): unknown }
  readonly stderr: { destroy(): unknown }
}

/** Ends the group when its time is up or the caller gives up; a grandchild that escaped the group can't hold us by its pipe. */
function watch(command: Command, running: Stoppable) {
  let stopped: Stopped
  const timers: NodeJS.Timeout[] = []
  const stop = (why: Exclude<Stopped, undefined>) => {
    if (stopped !== undefined || running.pid === undefined) return
    stopped = why
    signalGroup(running.pid, 'SIGTERM')
    timers.push(setTimeout(() => kill(running), graceMs))
  }
  const cancel = () => stop('cancelled')
  if (command.timeoutMs !== undefined) timers.push(setTimeout(() => stop('timed out'), command.timeoutMs))
  command.signal?.addEventListener('abort', cancel, { once: true })
  return {
    stopped: () => stopped,
    release() {
      for (const timer of timers) clearTimeout(timer)
      command.signal?.removeEventListener('abort', cancel)
      // What it left behind in its group was asked to end with it.
      if (stopped !== undefined && running.pid !== undefined) signalGroup(running.pid, 'SIGKILL')
    },
  }
}

function kill(running: Stoppable): void {
  if (running.pid !== undefined) signalGroup(running.pid, 'SIGKILL')
  running.stdout.destroy()
  running.stderr.destroy()
}

function outcomeOf(command: Command, result: Ended, stopped: Stopped, stdout: Tail, stderr: Tail): CommandOutcome {
  const ok = result.exitCode === 0 && stopped === undefined
  return {
    ok,
    exitCode: result.exitCode,
    signalName: result.signal,
    stdout: stdout.text(),
    stderr: stderr.text(),
    timedOut: stopped === 'timed out',
    cancelled: stopped === 'cancelled',
    durationMs: Math.round(result.durationMs),
    message: ok ? '' : describe(command, result, stopped, stderr.text()),
  }
}

/** Names the program but not its arguments: they may hold what must not reach a log. */
function describe(command: Command, result: Ended, stopped: Stopped, stderr: string): string {
  const lastLine = stderr.trimEnd().split('\n').at(-1)?.trim()
  return `${basename(command.argv[0])} ${howItEnded(command, result, stopped)}${lastLine ? `: ${lastLine}` : ''}`
}

function howItEnded(command: Command, result: Ended, stopped: Stopped): string {
  if (stopped === 'timed out') return `did not end within ${command.timeoutMs} ms`
  if (stopped === 'cancelled') return 'was cancelled'
  if (result.exitCode !== undefined) return `exited with ${result.exitCode}`
  if (result.signal !== undefined) return `was ended by ${result.signal}`
  return `could not be started (${result.code ?? 'unknown cause'})`
}

function cancelledBeforeStart(command: Command): CommandOutcome {
  return {
    ok: false,
    exitCode: undefined,
    signalName: undefined,
    stdout: '',
    stderr: '',
    timedOut: false,
    cancelled: true,
    durationMs: 0,
    message: `${basename(command.argv[0])} was cancelled before it started`,
  }
}
