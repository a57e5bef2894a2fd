// The state on disk: whole, private, and there before anyone is told.

import { mkdtemp, rm, stat } from 'node:fs/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { savedState } from '../../pipeline/localcloud/saved-state.ts'
import { type CloudState, Draft, emptyState, rowsIn } from '../../pipeline/localcloud/store/state.ts'
import type { Files } from '../../pipeline/ports/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'
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

const place = '111111111111/eu-central-1'
const rows = (state: CloudState) => rowsIn(state, place, 'layers')

function changed(state: CloudState, change: (draft: Draft) => void): CloudState {
  const draft = new Draft(state)
  change(draft)
  return draft.state
}

type Append = (data: string) => Promise<void>

/** The files with journals that are appended to in another way. */
function appending(files: Files, append: (data: string, plainly: Append) => Promise<void>): Files {
  return {
    ...files,
    openJournal: async (path) => {
      const journal = await files.openJournal(path)
      return { ...journal, append: (data) => append(data, journal.append) }
    },
  }
}

test('any writes, saved now and then, are loaded in their order by the next process, and by the one after that', async () => {
  const step = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    text: fc.option(fc.string({ maxLength: 4 }), { nil: undefined }),
    isSaved: fc.boolean(),
    isRestarted: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const files = createMemoryFiles()
      let saved = savedState(files, '/state.json')
      let state = await saved.load('seed')
      for (const { id, text, isSaved, isRestarted } of steps) {
        state = changed(state, (draft) => {
          draft.mint('i')
          if (text === undefined) draft.remove(place, 'layers', id)
          else draft.put(place, 'layers', id, { id, rootDirectory: text })
        })
        if (!isSaved && !isRestarted) continue
        await saved.save(state)
        if (!isRestarted) continue
        saved = savedState(files, '/state.json')
        const loaded = await saved.load('other')
        expect([loaded.seed, loaded.minted, new Set(rows(loaded))]).toEqual(['seed', state.minted, new Set(rows(state))])
        state = loaded
      }
    }),
  )
})

test('new rows keep the order they came in', async () => {
  const files = createMemoryFiles()
  const saved = savedState(files, '/state.json')
  let state = await saved.load('seed')
  for (const id of ['c', 'a', 'b', 'd']) {
    state = changed(state, (draft) => draft.put(place, 'layers', id, { id }))
    if (id !== 'b') await saved.save(state)
  }
  expect(rows(await savedState(files, '/state.json').load('seed')).map(({ id }) => id)).toEqual(['c', 'a', 'b', 'd'])
})

test('a change writes what changed, not the whole', async () => {
  const memory = createMemoryFiles()
  const appended: string[] = []
  const files = appending(memory, async (data, append) => {
    appended.push(data)
    await append(data)
  })
  const saved = savedState(files, '/state.json')
  let state = changed(await saved.load('seed'), (draft) => {
    for (let id = 0; id < 1_000; id++) draft.put(place, 'layers', `${id}`, { id: `${id}` })
  })
  await saved.save(state)
  for (const rootDirectory of ['/x', '/y']) {
    state = changed(state, (draft) => draft.change(place, 'layers', '7', { rootDirectory }))
    await saved.save(state)
  }
  expect(appended).toEqual(['/x', '/y'].map((at) => `[0,[["${place}","layers","7",{"id":"7","rootDirectory":"${at}"}]]]\n`))
})

test('a line that was not written to its end is what had not happened', async () => {
  const files = createMemoryFiles()
  const saved = savedState(files, '/state.json')
  let state = await saved.load('seed')
  for (const id of ['a', 'b', 'c']) {
    state = changed(state, (draft) => draft.put(place, 'layers', id, { id }))
    await saved.save(state)
  }
  const journal = (await files.readText('/state.json.1')) ?? ''
  for (let end = 0; end < journal.length; end++) {
    await files.write('/state.json.1', journal.slice(0, end))
    const lines = journal.slice(0, end).split('\n').length - 1
    expect(rows(await savedState(files, '/state.json').load('seed')).map(({ id }) => id)).toEqual(
      ['a', 'b', 'c'].slice(0, 1 + lines),
    )
  }
})

test('a long journal is folded into a whole state, and the old one goes', async () => {
  const files = createMemoryFiles()
  const saved = savedState(files, '/state.json')
  let state = await saved.load('seed')
  for (let round = 0; round < 40; round++) {
    state = changed(state, (draft) => draft.put(place, 'layers', 'a', { id: 'a', rootDirectory: `${round}`.repeat(50_000) }))
    await saved.save(state)
  }
  const written = [...files.contents.values()].reduce((sum, data) => sum + data.length, 0)
  expect(written).toBeLessThan(4_000_000)
  expect(files.contents.size).toBe(2)
  expect(rows(await savedState(files, '/state.json').load('seed'))).toEqual(rows(state))
})

test('a state of before there were journals is read', async () => {
  const files = createMemoryFiles()
  await files.write(
    '/state.json',
    JSON.stringify({ format: 1, seed: 's', minted: 3, places: { [place]: { layers: { a: { id: 'a' } } } } }),
  )
  const state = await savedState(files, '/state.json').load('other')
  expect([state.seed, state.minted, rows(state)]).toEqual(['s', 3, [{ id: 'a' }]])
})

test('many saves at once are few writes, and none returns before a state as new as its own is written', async () => {
  const memory = createMemoryFiles()
  let writes = 0
  let written = -1
  const slowly = async (minted: number) => {
    writes++
    await new Promise((resolve) => setImmediate(resolve))
    written = minted
  }
  const slow: Files = {
    ...memory,
    async write(path, data, mode) {
      await memory.write(path, data, mode)
      if (data !== '') await slowly(JSON.parse(String(data)).minted)
    },
  }
  const files = appending(slow, async (data, append) => {
    await append(data)
    await slowly(JSON.parse(data)[0])
  })
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

test('a write that fails is told to everyone who waited for it, and the next one is whole', async () => {
  const memory = createMemoryFiles()
  let isFull = false
  const files = appending(memory, async (data, append) => {
    if (!isFull) return append(data)
    await append(data.slice(0, 9))
    throw new Error('no space left on device')
  })
  const saved = savedState(files, '/state.json')
  let state = await saved.load('seed')
  await saved.save(state)
  state = changed(state, (draft) => draft.put(place, 'layers', 'a', { id: 'a' }))
  isFull = true
  await expect(saved.save(state)).rejects.toThrow('no space left')
  isFull = false
  await saved.save(changed(state, (draft) => draft.put(place, 'layers', 'b', { id: 'b' })))
  expect(rows(await savedState(files, '/state.json').load('seed'))).toHaveLength(2)
})

test('both files are their owner’s', async () => {
  const directory = await mkdtemp('/tmp/drover-state-')
  try {
    const saved = savedState(createFiles(), `${directory}/state.json`)
    const state = await saved.load('seed')
    await saved.save(state)
    await saved.save(changed(state, (draft) => draft.put(place, 'layers', 'a', { id: 'a' })))
    for (const name of ['state.json', 'state.json.1']) expect((await stat(`${directory}/${name}`)).mode & 0o777).toBe(0o600)
  } finally {
    await rm(directory, { recursive: true })
  }
})
