// What the local cloud's process is told: written and read the same, and nothing else taken.

import { expect, test } from 'vitest'
import { optionsFile, optionsText, readOptions } from '../../pipeline/cli/cloud-options.ts'
import { createMemoryFiles } from '../support/memory-files.ts'

const options = { id: 'a1b2c3', cacheDirectory: '/cache', hosts: { 'mirror.acme.internal': '/acme/mirror' } }

test('comes back as it was written', async () => {
  const files = createMemoryFiles({ [optionsFile('/state')]: optionsText(options) })
  expect(await readOptions(files, '/state')).toEqual(options)
})

test('is undefined where no cloud was started', async () => {
  expect(await readOptions(createMemoryFiles(), '/state')).toBeUndefined()
})

test.each([{ ...options, port: 80 }, { id: 'a1b2c3' }])('%j is not taken', async (other) => {
  const files = createMemoryFiles({ [optionsFile('/state')]: JSON.stringify(other) })
  await expect(readOptions(files, '/state')).rejects.toThrow()
})
