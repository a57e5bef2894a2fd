// Files on this machine's disks; whatever `write` and `createExclusive` have returned from survives a power cut.

import { appendFileSync, closeSync, createReadStream, openSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Files, Journal } from '../ports/index.ts'
import { createDurably, replaceDurably } from './durable-file.ts'

export function createFiles(): Files {
  return {
    readText: async (path) => absentAs(undefined, readFile(path, 'utf8')),
    readBytes: async (path) => absentAs(undefined, readFile(path)),
    readPieces,
    write: replaceDurably,
    writePieces: replaceDurably,
    append: async (path, data) => {
      // To the kernel takes microseconds, and ten times as long by way of another thread: journals are written often.
      if (appended(path, data)) return
      await mkdir(dirname(path), { recursive: true })
      appendFileSync(path, data)
    },
    openJournal,
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

/** Opened with the first piece: a stream that nobody asks would tell nobody that there is no file. */
async function* readPieces(path: string): AsyncGenerator<Uint8Array, void> {
  yield* createReadStream(path)
}

/** False when its folder is not there. */
function appended(path: string, data: string): boolean {
  try {
    appendFileSync(path, data)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return false
  }
}

/** To open it anew at every line costs several times what the line does. */
async function openJournal(path: string): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true })
  const file = openSync(path, 'a')
  return {
    append: async (data) => appendFileSync(file, data),
    close: async () => closeSync(file),
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
