// Files in memory: the same answers as the real ones, nothing on the disk.

import { posix } from 'node:path'
import type { Files } from '../../pipeline/ports/index.ts'

export interface MemoryFiles extends Files {
  /** Every file by absolute path, for tests to look at. */
  readonly contents: ReadonlyMap<string, Uint8Array>
}

export function createMemoryFiles(initial: Readonly<Record<string, string>> = {}): MemoryFiles {
  const contents = new Map<string, Uint8Array>()
  const folders = new Set<string>(['/'])
  let temporaryFolders = 0

  const resolve = (path: string) => posix.resolve('/', path)
  const put = (path: string, data: string | Uint8Array) => {
    const absolute = resolve(path)
    addFolder(posix.dirname(absolute))
    contents.set(absolute, typeof data === 'string' ? new TextEncoder().encode(data) : Uint8Array.from(data))
  }
  const append = async (path: string, data: string) => {
    const before = contents.get(resolve(path))
    put(path, (before ? new TextDecoder().decode(before) : '') + data)
  }
  const addFolder = (path: string) => {
    for (let folder = resolve(path); !folders.has(folder); folder = posix.dirname(folder)) folders.add(folder)
  }
  const inside = (folder: string, path: string) => path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
  for (const [path, text] of Object.entries(initial)) put(path, text)

  return {
    contents,
    readText: async (path) => {
      const data = contents.get(resolve(path))
      return data && new TextDecoder().decode(data)
    },
    readBytes: async (path) => contents.get(resolve(path)),
    readPieces: async function* (path) {
      const data = contents.get(resolve(path))
      if (!data) throw new Error(`there is no ${path}`)
      // More than one, so that whoever looks at the first only is found out.
      const half = Math.ceil(data.length / 2)
      yield data.slice(0, half)
      yield data.slice(half)
    },
    write: async (path, data) => put(path, data),
    writePieces: async (path, pieces) => {
      const all: Uint8Array[] = []
      for await (const piece of pieces) all.push(piece)
      put(path, Buffer.concat(all))
    },
    append,
    openJournal: async (path) => {
      await append(path, '')
      return { append: (data) => append(path, data), close: async () => undefined }
    },
    createExclusive: async (path, data) => {
      if (contents.has(resolve(path))) return false
      put(path, data)
      return true
    },
    list: async (path) => {
      const folder = resolve(path)
      const names = [...contents.keys(), ...folders]
        .filter((one) => one !== folder && inside(folder, one))
        .map((one) => one.slice(folder === '/' ? 1 : folder.length + 1).split('/')[0] as string)
      return [...new Set(names)].sort()
    },
    kind: async (path) => {
      if (contents.has(resolve(path))) return 'file'
      return folders.has(resolve(path)) ? 'directory' : 'missing'
    },
    makeDirectory: async (path) => addFolder(path),
    makeTemporaryDirectory: async (prefix) => {
      const path = `/tmp/${prefix}${++temporaryFolders}`
      addFolder(path)
      return path
    },
    copy: async (from, to) => {
      const source = resolve(from)
      for (const [path, data] of [...contents]) {
        if (inside(source, path)) put(resolve(to) + path.slice(source.length), data)
      }
    },
    remove: async (path) => {
      const target = resolve(path)
      for (const one of [...contents.keys()]) if (inside(target, one)) contents.delete(one)
      for (const one of [...folders]) if (inside(target, one) && one !== '/') folders.delete(one)
    },
  }
}
