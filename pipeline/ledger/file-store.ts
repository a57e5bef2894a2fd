// A ledger in a folder: one file a record.

import { join } from 'node:path'
import type { Files, LedgerStore } from '../ports/index.ts'

export function createFileStore(files: Files, directory: string): LedgerStore {
  return {
    location: directory,
    putIfAbsent: async (key, bytes) => ((await files.createExclusive(join(directory, key), bytes)) ? 'written' : 'exists'),
    get: (key) => files.readBytes(join(directory, key)),
    list: () => files.list(directory),
  }
}
