// Who last changed a configuration, and who looked at that change.

import { relative } from 'node:path'
import type { Repository } from './git.ts'

export interface LastChange {
  /** The commit whose configuration is the one at hand. */
  readonly commit: string
  /** `Name <address>`, co-authors after a comma. */
  readonly author: string
  /** `Name <address>` from Reviewed-by, Approved-by and Acked-by lines, and who merged it with ` (merged)` behind. */
  readonly reviewers: readonly string[]
  /** The commit's parents weren't fetched, so it may not be the one that made the change. */
  readonly cutOff: boolean
}

interface Commit {
  readonly id: string
  readonly parents: readonly string[]
  readonly author: string
  readonly coAuthors: readonly string[]
  readonly reviewers: readonly string[]
}

const trailers = (keys: readonly string[]) => `%(trailers:${keys.map((key) => `key=${key}`).join(',')},valueonly,separator=%x1f)`
const format = ['%H', '%P', '%aN <%aE>', trailers(['Co-authored-by']), trailers(['Reviewed-by', 'Approved-by', 'Acked-by'])].join(
  '%x00',
)

export async function lastChange(
  repository: Repository,
  directory: string,
  reached: readonly string[],
): Promise<LastChange | undefined> {
  const paths = reached.map((path) => relative(directory, path))
  const change = await readCommit(repository, ['HEAD', '--', ...paths])
  if (change === undefined) return undefined
  const merge = await mergeOf(repository, change.id)
  const merger = merge && merge.author !== change.author ? [`${merge.author} (merged)`] : []
  const shallow = await repository.ask(['rev-parse', '--is-shallow-repository'])
  return {
    commit: change.id,
    author: [...new Set([change.author, ...change.coAuthors])].join(', '),
    reviewers: [...new Set([...change.reviewers, ...(merge?.reviewers ?? []), ...merger])],
    cutOff: change.parents.length === 0 && shallow.stdout.trim() === 'true',
  }
}

async function readCommit(repository: Repository, which: readonly string[]): Promise<Commit | undefined> {
  const log = await repository.ask(['log', '-1', '--no-show-signature', `--format=${format}`, ...which])
  const [id = '', parents = '', author = '', coAuthors = '', reviewers = ''] = log.stdout.trimEnd().split('\0')
  if (!log.ok || id === '') return undefined
  return { id, parents: words(parents, ' '), author, coAuthors: words(coAuthors, '\x1f'), reviewers: words(reviewers, '\x1f') }
}

/** The merge that brought the commit onto the branch at hand, if it came by one. */
async function mergeOf(repository: Repository, commit: string): Promise<Commit | undefined> {
  const args = ['rev-list', '--first-parent', '--ancestry-path', '--min-parents=2', '--reverse', `${commit}..HEAD`]
  const [oldest] = words((await repository.ask(args)).stdout, '\n')
  if (oldest === undefined) return undefined
  // A later merge has the commit in its first parent already: it brought something else.
  const wasThere = await repository.ask(['merge-base', '--is-ancestor', commit, `${oldest}^1`])
  return wasThere.ok ? undefined : readCommit(repository, [oldest])
}

function words(text: string, separator: string): readonly string[] {
  return text
    .split(separator)
    .map((word) => word.trim())
    .filter((word) => word !== '')
}
