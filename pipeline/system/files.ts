// Files on this machine's disks; whatever `write` and `createExclusive` have returned from survives a power cut.

import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Files } from '../ports/index.ts'
import { createDurably, replaceDurably } from './durable-file.ts'

export function createFiles(): Files {
  return {
    readText: async (path) => absentAs(undefined, readFile(path, 'utf8')),
    readBytes: async (path) => absentAs(undefined, readFile(path)),
    write: replaceDurably,
    append: async (path, data) => {
      // The folder is there but for the first line, and journals are written often.
      const done = await absentAs(
        false,
        appendFile(path, data).then(() => true),
      )
      if (done) return
      await mkdir(dirname(path), { recursive: true })
      await appendFile(path, data)
    },
    createExclusive: createDurably,
    list: async (path) => (await absentAs([], readdir(path))).sort(),
    kind,
    makeDirectory: async (path, mode) => {
      await mkdir(path, { recursive: true, ...(mode === undefined ? {} : { mode }) })
    },
    makeTemporaryDirectory: (prefix) => mkdtemp(join(tmpdir(), prefix)),
    copy: async (from, to) => {
      await mkdir(dirname(to), { recursive: true })
      await cp(from, to, { recursive: true, verbatimSymlinks: true })
    },
    remove: (path) => rm(path, { recursive: true, force: true }),
  }
}

async function kind(path: string): Promise<'file' | 'directory' | 'other' | 'missing'> {
  const found = await absentAs(undefined, stat(path))
  if (found === undefined) return 'missing'
  if (found.isFile()) return 'file'
  return found.isDirectory() ? 'directory' : 'other'
}

/** ENOTDIR too: under a file there is nothing either. */
async function absentAs<T, U>(absent: U, reading: Promise<T>): Promise<T | U> {
  try {
    return await reading
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return absent
    throw error
  }
}
