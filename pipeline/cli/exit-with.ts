// Runs a script's body and turns whatever happens into drover's exit codes.

import { AssertionFailure, type ExitCode, exitCode, ProblemError, thrownWords } from '../kernel/index.ts'

/** Sets `process.exitCode`: what the body returns, 2 for the user's problems, 130 when interrupted, 70 for a bug. */
export async function exitWith(body: (signal: AbortSignal) => Promise<ExitCode>, say = sayToPeople): Promise<void> {
  // Who listened may have gone, the terminal with them: what is at work must still be cleaned up.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const interruption = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (interruption.signal.aborted) return say('still cleaning up…')
      say(`${name}: cleaning up, then stopping`)
      interruption.abort(new Error(name))
    })
  }
  try {
    process.exitCode = await body(interruption.signal)
  } catch (error) {
    process.exitCode = exitCodeOfError(error, interruption.signal, say)
  }
}

/** Tells what was thrown, as far as that has not been done, and says which exit code it makes. */
export function exitCodeOfError(error: unknown, signal: AbortSignal, say: (line: string) => void): ExitCode {
  if (signal.aborted) {
    // What went wrong while everything was put away is told too.
    if (error !== signal.reason && causeOf(error) !== signal.reason) say(thrownWords(error))
    return exitCode.interrupted
  }
  if (error instanceof ProblemError) {
    say(error.message)
    return exitCode.problem
  }
  if (isCommanderError(error)) return error.exitCode === 0 ? exitCode.done : exitCode.problem
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const kind = error instanceof AssertionFailure ? 'an assertion failed' : 'an unexpected error'
  say(`drover has a bug (${kind}); please report it with these lines:\n${stack}`)
  return exitCode.bug
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

/** Commander has printed its own message by then; `--help` and `--version` come this way too, with exit code 0. */
function isCommanderError(error: unknown): error is { readonly exitCode: number } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('commander.')
}

function sayToPeople(line: string): void {
  process.stderr.write(`${line}\n`)
}
