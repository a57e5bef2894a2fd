// The files a configuration reaches: that they are there, which they are, and one digest over them all.

import { dirname, join, relative, resolve } from 'node:path'
import { assert, digestOf, sha256 } from '../kernel/index.ts'
import type { Files } from '../ports/index.ts'
import { type FileReference, type Reading, reportFollowing } from './yaml/reading.ts'

/** Folders nested deeper than this are a loop of links. */
const deepest = 32

/** Reports each reference to a file that isn't there; returns the paths of those. */
export async function missingReferences(files: Files, readings: readonly Reading[]): Promise<ReadonlySet<string>> {
  const missing = new Set<string>()
  for (const reference of readings.flatMap(({ references }) => references)) {
    const { at, path, expect } = reference
    const kind = await files.kind(path)
    if (kind === 'file' || (kind === 'directory' && expect === 'file or folder')) continue
    missing.add(path)
    const shown = relative(at.reading.directory, path) || '.'
    const message = kind === 'missing' ? `there is no ${expect} ${shown}` : `${shown} is not a ${expect}`
    reportFollowing(at, 'config-missing-file', message, `Paths are relative to the folder of ${at.reading.file}.`)
  }
  return missing
}

/** Absolute paths, sorted: the configuration's files themselves, what they name, and what that needs beside it. */
export async function reachedFiles(
  files: Files,
  readings: readonly Reading[],
  others: readonly string[],
): Promise<readonly string[]> {
  const named = readings.flatMap(({ file, references }) => [resolve(file), ...references.flatMap(withCompanions)])
  const found = new Set<string>()
  for (const path of [...named, ...others]) for (const file of await filesUnder(files, path, deepest)) found.add(file)
  return [...found].sort()
}

/** The same for the same files in any checkout: paths count relative to the configuration's folder. */
export async function digestFiles(files: Files, directory: string, paths: readonly string[]): Promise<string> {
  const digests: [string, string][] = []
  for (const path of paths) {
    const bytes = await files.readBytes(path)
    assert(bytes, `${path} was just there`)
    digests.push([relative(directory, path), sha256(bytes)])
  }
  return digestOf(digests)
}

async function filesUnder(files: Files, path: string, depth: number): Promise<readonly string[]> {
  const kind = await files.kind(path)
  if (kind === 'file') return [path]
  if (kind !== 'directory' || depth === 0) return []
  const below = (await files.list(path)).map((name) => filesUnder(files, join(path, name), depth - 1))
  return (await Promise.all(below)).flat()
}

/** What Ansible looks for beside a playbook without being told. */
const playbookCompanions = ['files', 'group_vars', 'handlers', 'host_vars', 'library', 'roles', 'tasks', 'templates', 'vars']

function withCompanions({ path, expect }: FileReference): readonly string[] {
  if (expect !== 'playbook') return [path]
  return [path, ...playbookCompanions.map((folder) => join(dirname(path), folder))]
}
