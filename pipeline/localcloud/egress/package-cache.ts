// A bounded folder of files that never change once published: packages, and indexes named by their own digest.

import { sha256 } from '../../kernel/index.ts'
import type { Files } from '../../ports/index.ts'

export interface PackageCache {
  read(url: string): Promise<Uint8Array | undefined>
  write(url: string, bytes: Uint8Array): Promise<void>
}

/** A kernel package is about 100 MB; a file is held in memory while it passes. */
export const longestCachedBytes = 256 * 1024 * 1024

/** Debian's archive never reuses a package's file name, and `by-hash` names are digests. */
export function isImmutable(url: string): boolean {
  const { pathname } = new URL(url)
  return pathname.endsWith('.deb') || pathname.includes('/by-hash/')
}

/** When the folder holds more than `mostBytes`, what was not used for longest goes first. */
export async function openPackageCache(files: Files, folder: string, mostBytes: number): Promise<PackageCache> {
  // Insertion order is order of use; what an earlier run left counts as unused.
  const sizes = new Map<string, number>()
  for (const name of await files.list(folder)) {
    const [key, bytes] = name.split('.')
    if (key && /^\d+$/.test(bytes ?? '')) sizes.set(key, Number(bytes))
  }
  const path = (key: string) => `${folder}/${key}.${sizes.get(key)}`

  async function makeRoom(): Promise<void> {
    let total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0)
    for (const [key, bytes] of [...sizes]) {
      if (total <= mostBytes) return
      await files.remove(path(key))
      sizes.delete(key)
      total -= bytes
    }
  }

  return {
    async read(url) {
      const key = sha256(url)
      const bytes = sizes.get(key)
      if (bytes === undefined) return undefined
      const found = await files.readBytes(path(key))
      sizes.delete(key)
      // Another local cloud may share the folder and have cleared it away, or a crash left half a file.
      if (found?.length !== bytes) return undefined
      sizes.set(key, bytes)
      return found
    },
    async write(url, bytes) {
      const key = sha256(url)
      sizes.delete(key)
      sizes.set(key, bytes.length)
      await files.write(path(key), bytes)
      await makeRoom()
    },
  }
}
