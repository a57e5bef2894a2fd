// Keeps the cloud's state on disk: written whole and atomically, and no request is answered before its change is there.

import type { Files } from '../ports/index.ts'
import { type CloudState, emptyState } from './store/state.ts'

export interface SavedState {
  /** The state last saved, or an empty one with that seed. */
  load(seed: string): Promise<CloudState>
  /** Resolves when this state, or a later one, is on disk. */
  save(state: CloudState): Promise<void>
}

/** Without files the state lives and dies with the process. */
export const unsaved: SavedState = {
  load: async (seed) => emptyState(seed),
  save: async () => undefined,
}

/** Readable by its owner only: it holds access keys. Changes that come while a write is under way share the next one. */
export function savedState(files: Files, path: string): SavedState {
  let latest: CloudState | undefined
  let asked = 0
  let written = 0
  let writing: Promise<void> | undefined

  const write = async () => {
    const turn = asked
    await files.write(path, `${JSON.stringify(latest)}\n`, 0o600)
    written = turn
  }

  return {
    async load(seed) {
      const text = await files.readText(path)
      return text === undefined ? emptyState(seed) : (JSON.parse(text) as CloudState)
    },
    async save(state) {
      if (state !== latest) {
        latest = state
        asked++
      }
      const turn = asked
      while (written < turn) {
        writing ??= write().finally(() => {
          writing = undefined
        })
        await writing
      }
    },
  }
}
