// The state on disk: whole, private, and there before anyone is told.

import { expect, test } from 'vitest'
import { savedState } from '../../pipeline/localcloud/saved-state.ts'
import { emptyState } from '../../pipeline/localcloud/store/state.ts'
import type { Files } from '../../pipeline/ports/index.ts'
import { createMemoryFiles } from '../support/memory-files.ts'

test('what was saved is loaded', async () => {
  const files = createMemoryFiles()
  const state = { ...emptyState('seed'), minted: 7 }
  await savedState(files, '/state.json').save(state)
  expect(await savedState(files, '/state.json').load('other')).toEqual(state)
})

test('without a file there is an empty state of the seed', async () => {
  expect(await savedState(createMemoryFiles(), '/state.json').load('seed')).toEqual(emptyState('seed'))
})

test('many saves at once are few writes, and none returns before a state as new as its own is written', async () => {
  const memory = createMemoryFiles()
  let writes = 0
  let written = -1
  const files: Files = {
    ...memory,
    async write(path, data, mode) {
      writes++
      await new Promise((resolve) => setImmediate(resolve))
      await memory.write(path, data, mode)
      written = JSON.parse(String(data)).minted
    },
  }
  const saved = savedState(files, '/state.json')
  const asNew = await Promise.all(
    Array.from({ length: 20 }, async (_, minted) => {
      await saved.save({ ...emptyState('seed'), minted })
      return written >= minted
    }),
  )
  expect(asNew.every(Boolean)).toBe(true)
  expect(writes).toBeLessThan(5)
})

test('a write that fails is told to everyone who waited for it, and the next one is tried', async () => {
  const memory = createMemoryFiles()
  let isFull = true
  const files: Files = {
    ...memory,
    write: async (path, data, mode) => {
      if (isFull) throw new Error('no space left on device')
      return memory.write(path, data, mode)
    },
  }
  const saved = savedState(files, '/state.json')
  const state = emptyState('seed')
  await expect(saved.save(state)).rejects.toThrow('no space left')
  isFull = false
  await saved.save(state)
  expect(memory.contents.size).toBe(1)
})
