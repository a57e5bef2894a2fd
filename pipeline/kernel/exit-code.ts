// The exit codes of the command line, the same for every command.

export const exitCode = {
  done: 0,
  /** An operation failed: the cause is in the ledger and on standard error. */
  failed: 1,
  /** The user must mend something: configuration, arguments, environment. */
  problem: 2,
  /** A gate refused: verdict, preflight, test, approval denied. */
  refused: 3,
  /** Nothing to do before the time that was printed. */
  notYet: 4,
  /** Interrupted by a signal, after cleaning up. */
  interrupted: 130,
  /** A bug in drover. */
  bug: 70,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]
