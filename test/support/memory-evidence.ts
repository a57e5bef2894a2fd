// Evidence kept in memory, which several runners share while each has a disk of its own.

import { sha256 } from '../../pipeline/kernel/index.ts'
import type { EvidenceStore, Files } from '../../pipeline/ports/index.ts'

export interface MemoryEvidence {
  /** By digest; a test may change what is kept. */
  readonly kept: Map<string, Uint8Array>
  /** As a runner with that disk uses it. */
  from(files: Files): EvidenceStore
}

export function createMemoryEvidence(): MemoryEvidence {
  const kept = new Map<string, Uint8Array>()
  return {
    kept,
    from: (files) => ({
      location: 'memory',
      keep: async (file, digest) => {
        const bytes = await files.readBytes(file)
        if (bytes === undefined) return 'missing'
        if (sha256(bytes) !== digest) return 'altered'
        kept.set(digest, bytes)
        return 'kept'
      },
      fetch: async (digest, file) => {
        const bytes = kept.get(digest)
        if (bytes === undefined) return 'missing'
        if (sha256(bytes) !== digest) return 'altered'
        await files.write(file, bytes)
        return 'fetched'
      },
    }),
  }
}
