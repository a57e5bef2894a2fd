// Questions to git, asked in one folder.

import type { CommandOutcome, Exec } from '../ports/index.ts'

export interface Repository {
  /** Runs git with these arguments; paths among them are literal, never patterns. */
  ask(args: readonly string[]): Promise<CommandOutcome>
}

/** Git takes these from whoever started us (a hook, another git) and would answer for another repository. */
const misleading = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY', 'GIT_PREFIX'] as const

export function openRepository(exec: Exec, folder: string): Repository {
  const cleared = Object.fromEntries(misleading.map((name) => [name, undefined]))
  return {
    ask: (args) =>
      exec.run({
        // The monitor is a program that the repository names; nothing here needs it.
        argv: ['git', '-c', 'core.fsmonitor=false', '--literal-pathspecs', ...args],
        cwd: folder,
        env: { ...cleared, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
        timeoutMs: 60_000,
      }),
  }
}
