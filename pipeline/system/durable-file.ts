// Whole files or none, on the disk before the caller goes on: a reader never sees half of one, a crash never leaves half of one.

import { randomBytes } from 'node:crypto'
import { link, mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

type Content = string | Uint8Array | AsyncIterable<Uint8Array>

/** Replaces or makes the file; parent folders are made. `mode` is set as given, else 0644 less the umask. */
export async function replaceDurably(path: string, data: Content, mode?: number): Promise<void> {
  await withTemporary(path, data, mode, (temporary) => rename(temporary, path))
}

/** Makes the file only if there is none: of any number of processes that try at once, exactly one is told true. */
export async function createDurably(path: string, data: Content): Promise<boolean> {
  let created = true
  await withTemporary(path, data, undefined, async (temporary) => {
    try {
      await link(temporary, path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      created = false
    }
  })
  return created
}

async function withTemporary(
  path: string,
  data: Content,
  mode: number | undefined,
  place: (temporary: string) => Promise<void>,
): Promise<void> {
  const folder = dirname(path)
  await makeFolderDurably(folder)
  const temporary = join(folder, `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`)
  try {
    await writeSynced(temporary, data, mode)
    await place(temporary)
  } finally {
    await rm(temporary, { force: true })
  }
  await syncFolder(folder)
}

async function writeSynced(path: string, data: Content, mode: number | undefined): Promise<void> {
  const file = await open(path, 'wx', mode ?? 0o644)
  try {
    // The mode given to open is cut by the umask.
    if (mode !== undefined) await file.chmod(mode)
    if (typeof data === 'string' || data instanceof Uint8Array) await file.writeFile(data)
    else for await (const piece of data) await file.writeFile(piece)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A new folder is an entry in its parent, and that entry too must be on the disk. */
async function makeFolderDurably(folder: string): Promise<void> {
  const firstMade = await mkdir(folder, { recursive: true })
  if (firstMade === undefined) return
  for (let made = folder; made.length >= firstMade.length; made = dirname(made)) await syncFolder(dirname(made))
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
