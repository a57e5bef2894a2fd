// Evidence that stays in the folder it was written to: nothing is kept elsewhere, so nothing can be fetched.

import { provenPieces } from '../kernel/index.ts'
import type { EvidenceStore, Files } from '../ports/index.ts'

export function createEvidenceFolder(files: Files, directory: string): EvidenceStore {
  return {
    location: directory,
    keep: async (file, sha256) => {
      const state = await stateOf(files, file, sha256)
      return state === 'genuine' ? 'kept' : state
    },
    fetch: async () => 'missing',
  }
}

export async function stateOf(files: Files, file: string, sha256: string): Promise<'genuine' | 'missing' | 'altered'> {
  if ((await files.kind(file)) !== 'file') return 'missing'
  let state: 'genuine' | 'altered' = 'genuine'
  const pieces = provenPieces(files.readPieces(file), sha256, () => {
    state = 'altered'
  })
  for await (const _ of pieces);
  return state
}
