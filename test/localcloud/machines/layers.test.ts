import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLayerStore, type LayerStore } from '../../../pipeline/localcloud/machines/layers.ts'
import { createExec, createFiles } from '../../../pipeline/system/index.ts'

let directory: string
let layers: LayerStore

beforeEach(async () => {
  directory = await mkdtemp('/tmp/drover-layers-')
  layers = createLayerStore(createExec(), createFiles(), directory)
  await mkdir(`${directory}/root`)
  await writeFile(`${directory}/root/file`, 'content')
})
afterEach(() => rm(directory, { recursive: true }))

describe('layers', () => {
  test('an adopted root is used where it is', async () => {
    expect(await layers.adopt('base', `${directory}/root`)).toEqual({ ok: true })
    expect(await readFile(`${directory}/${layers.path('base')}/file`, 'utf8')).toBe('content')
    await layers.remove('base')
    expect(await readFile(`${directory}/root/file`, 'utf8')).toBe('content')
    expect(await layers.adopt('base', `${directory}/none`)).toMatchObject({ ok: false })
  })

  test('a kept layer is a copy', async () => {
    expect(await layers.keep('one', `${directory}/root`)).toEqual({ ok: true })
    await writeFile(`${directory}/root/file`, 'changed')
    expect(await readFile(`${directory}/${layers.path('one')}/file`, 'utf8')).toBe('content')
    expect(await layers.bytes('one')).toBeGreaterThan(0)
  })

  test('a layer is not written over, and what can’t be copied leaves nothing', async () => {
    await layers.keep('one', `${directory}/root`)
    expect(await layers.keep('one', `${directory}/root`)).toEqual({ ok: false, message: 'there is a layer one already' })
    expect(await layers.keep('two', `${directory}/none`)).toMatchObject({ ok: false })
    expect(await createFiles().list(`${directory}/layers`)).toEqual(['one'])
  })

  test('a layer stays as long as a machine stands on it', async () => {
    await layers.keep('one', `${directory}/root`)
    expect(await layers.claim('i-1', ['one'])).toEqual({ ok: true })
    await layers.remove('one')
    expect(await createFiles().list(`${directory}/layers`)).toEqual(['one'])
    await rm(`${directory}/machines/i-1`, { recursive: true })
    await layers.removeUnused()
    expect(await createFiles().list(`${directory}/layers`)).toEqual([])
  })

  test('a machine can’t stand on nothing, on what is not there, or on more than can be stacked', async () => {
    expect(await layers.claim('i-1', [])).toMatchObject({ ok: false })
    expect(await layers.claim('i-1', ['none'])).toEqual({ ok: false, message: 'there is no layer none' })
    expect(await layers.claim('i-1', Array(101).fill('one'))).toMatchObject({ ok: false })
  })

  test('an ID that would leave the folder is our bug', () => {
    expect(() => layers.path('../x')).toThrow('not a layer')
  })
})
