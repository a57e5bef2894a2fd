// What scripts/setup recorded, and what is said where it did not.

import { homedir } from 'node:os'
import { expect, test } from 'vitest'
import { cacheDirectory, needTool, readTools } from '../../pipeline/cli/tools.ts'
import { createMemoryFiles } from '../support/memory-files.ts'

const recorded = {
  packer: { path: '/cache/packer', version: '1.15.0', pluginPath: '/cache/plugins', amazonPlugin: '1.8.0' },
  tools: { zizmor: '/cache/zizmor' },
}
const read = (text: string) => readTools(createMemoryFiles({ '/cache/tools.json': text }), '/cache')

test.each([
  [{ DROVER_CACHE: '/cache', XDG_CACHE_HOME: '/xdg', HOME: '/home/ada' }, '/cache'],
  [{ XDG_CACHE_HOME: '/xdg', HOME: '/home/ada' }, '/xdg/drover'],
  [{ HOME: '/home/ada' }, '/home/ada/.cache/drover'],
  [{ DROVER_CACHE: '', XDG_CACHE_HOME: '', HOME: '/home/ada' }, '/home/ada/.cache/drover'],
  [{}, `${homedir()}/.cache/drover`],
])('the cache with %j is %s', (environment, directory) => expect(cacheDirectory(environment)).toBe(directory))

test('a tool that is there', async () => {
  expect(needTool(await read(JSON.stringify(recorded)), 'packer')).toEqual({
    path: '/cache/packer',
    version: '1.15.0',
    pluginPath: '/cache/plugins',
  })
})

test.each([
  ['set-up never ran', createMemoryFiles()],
  ['set-up left it out', createMemoryFiles({ '/cache/tools.json': JSON.stringify(recorded) })],
])('a tool that is missing because %s: a problem that says what to run', async (_, files) => {
  const tools = await readTools(files, '/cache')
  expect(() => needTool(tools, 'content')).toThrow(
    'content is not installed for drover [missing-tool]\n    run ./scripts/setup content',
  )
})

test.each([
  ['half written', '{"packer": {'],
  ['of another shape', '{"packer": {"path": 7}}'],
])('a record %s is a problem, not a bug', async (_, text) => {
  await expect(read(text)).rejects.toThrow('/cache/tools.json is not what ./scripts/setup writes')
})
