// Which of the files a configuration reaches are not what the commit has.

import { posix, relative } from 'node:path'
import type { Repository } from './git.ts'

export type ChangedFiles =
  /** Relative to the configuration's folder, sorted. */
  { readonly ok: true; readonly files: readonly string[] } | { readonly ok: false; readonly message: string }

/** Changed, never added, ignored by git, or a link: git keeps where a link points, not what is there. */
export async function changedFiles(repository: Repository, directory: string, reached: readonly string[]): Promise<ChangedFiles> {
  const paths = reached.map((path) => relative(directory, path))
  const inside = await repository.ask(['rev-parse', '--show-prefix'])
  const tracked = await repository.ask(['ls-files', '--stage', '-z', '--', ...paths])
  const different = await repository.ask(['diff', '--name-only', '--no-ext-diff', '-z', 'HEAD', '--', ...paths])
  for (const answer of [inside, tracked, different]) if (!answer.ok) return { ok: false, message: answer.message }

  const regular = new Set(
    listed(tracked.stdout)
      .filter((entry) => entry.startsWith('100'))
      .map((entry) => entry.split('\t')[1]),
  )
  const unknown = paths.filter((path) => !regular.has(path))
  const changed = listed(different.stdout).map((path) => posix.relative(inside.stdout.trim(), path))
  return { ok: true, files: [...new Set([...unknown, ...changed])].sort() }
}

/** What git separates by NUL. */
function listed(text: string): readonly string[] {
  return text.split('\0').filter((entry) => entry !== '')
}
