// Where a configuration comes from: its commit, who wrote and who reviewed it, and whether it is what was committed.

import { listed, type Problem } from '../kernel/index.ts'
import type { Exec } from '../ports/index.ts'
import type { ConfigOrigin } from '../release/index.ts'
import { changedFiles } from './changed-files.ts'
import { openRepository } from './git.ts'
import { lastChange } from './last-change.ts'
import type { Config } from './resolved.ts'

export interface ReadOrigin {
  readonly origin: ConfigOrigin
  /** Why a release outside a rehearsal can't be made from it; undefined when it can. */
  readonly problem: Problem | undefined
}

const commitIt = 'Commit it: the ledger records the commit a release was made from. A rehearsal needs none.'
const fetchIt = 'Fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` with actions/checkout.'

export async function readOrigin(exec: Exec, config: Pick<Config, 'directory' | 'reached' | 'digest'>): Promise<ReadOrigin> {
  const { directory, reached, digest } = config
  const repository = openRepository(exec, directory)
  const head = await repository.ask(['rev-parse', '--verify', 'HEAD'])
  if (!head.ok) return uncommitted(digest, `${directory} is not in a git repository with a commit: ${head.message}`)

  const changed = await changedFiles(repository, directory, reached)
  if (!changed.ok) return uncommitted(digest, `git can't say whether ${directory} is committed: ${changed.message}`)
  const change = await lastChange(repository, directory, reached)
  if (change === undefined) return uncommitted(digest, `no commit has the configuration in ${directory}`)

  const { commit, author, reviewers, cutOff } = change
  const dirty = changed.files.length > 0
  const origin = { commit, author, reviewers, dirty, digest }
  if (dirty) return { origin, problem: dirtyTree(`these files differ from what is committed: ${listed(changed.files, 10)}`) }
  return { origin, problem: cutOff ? shallow(directory) : undefined }
}

function uncommitted(digest: string, message: string): ReadOrigin {
  const origin = { commit: 'uncommitted', author: 'unknown', reviewers: [], dirty: true, digest }
  return { origin, problem: dirtyTree(message) }
}

function dirtyTree(message: string): Problem {
  return { code: 'dirty-tree', message, hint: commitIt }
}

function shallow(directory: string): Problem {
  const message = `the history of ${directory} is cut off, so nobody can tell who wrote and reviewed the configuration`
  return { code: 'dirty-tree', message, hint: fetchIt }
}
