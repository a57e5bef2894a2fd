// Running other programs.

import type { Duplex } from 'node:stream'

export interface Command {
  /** Program and arguments; never passed through a shell. */
  readonly argv: readonly [string, ...string[]]
  readonly cwd?: string
  /** Added to the process's own environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string | Uint8Array
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** Called with every whole line of either stream as it comes. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
  /** Bytes of each stream kept, from the end, in the outcome. Default 8 MiB; a full log goes through onLine. */
  readonly keepBytes?: number
}

/** Success and failure have one shape. A program that could not be started has exitCode undefined and a cause. */
export interface CommandOutcome {
  readonly ok: boolean
  readonly exitCode: number | undefined
  readonly signalName: string | undefined
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
  readonly cancelled: boolean
  readonly durationMs: number
  /** One sentence: what failed, with the last line of standard error. Empty when ok. */
  readonly message: string
}

/** A program that outlives this process if need be; its streams go to files. */
export interface Detached {
  readonly pid: number
  /** Start time from /proc/PID/stat (clock ticks since boot): tells a reused pid apart. */
  readonly startTicks: number
}

export interface Exec {
  run(command: Command): Promise<CommandOutcome>
  /** Starts it to be spoken with: its input and its output. It is killed, with all of its group, when the stream is closed. */
  converse(command: Pick<Command, 'argv'>): Duplex
  /** Starts in a new session with both streams appended to logFile. */
  detach(command: Command & { readonly logFile: string }): Promise<Detached>
  /** True while that very process (pid and start time) lives. */
  isAlive(process: Detached): Promise<boolean>
  /** Sends a signal to that very process and its process group; false if it was gone. */
  end(process: Detached, signalName: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<boolean>
}
