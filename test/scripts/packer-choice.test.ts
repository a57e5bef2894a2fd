// Which Packer set-up chooses, shown with programs that answer as Packer does; the rehearsal uses the real one.

import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'

const setup = new URL('../../scripts/setup', import.meta.url).pathname

let directory: string
beforeEach(async () => {
  directory = await mkdtemp('/tmp/drover-packer-')
})
afterEach(() => rm(directory, { recursive: true }))

interface Answers {
  readonly version: string
  /** Paths `packer plugins installed` prints. */
  readonly plugins?: readonly string[]
  /** Does it accept the probe template? */
  readonly valid?: boolean
}

async function putPacker(path: string, { version, plugins = [], valid = true }: Answers): Promise<void> {
  await mkdir(path.slice(0, path.lastIndexOf('/')), { recursive: true })
  const installed = plugins.map((plugin) => `echo '${plugin}'`).join('\n')
  await writeFile(
    path,
    `#!/bin/sh\ncase $1 in\nversion) echo '${version}' ;;\nplugins) :\n${installed}\n;;\nvalidate) exit ${valid ? 0 : 1} ;;\n*) exit 9 ;;\nesac\n`,
  )
  await chmod(path, 0o755)
}

/** What a finished build leaves in the cache. */
async function putBuilt(): Promise<void> {
  await putPacker(`${directory}/cache/packer-1.15.0/packer`, { version: 'Packer v1.15.0' })
  await mkdir(`${directory}/cache/packer-plugins/amazon-1.8.0`, { recursive: true })
}

async function choose(): Promise<{ readonly packer: Record<string, string>; readonly said: string }> {
  const outcome = await execa(setup, ['packer'], {
    reject: false,
    env: { DROVER_CACHE: `${directory}/cache`, PACKER_PLUGIN_PATH: undefined, PATH: `${directory}/bin:${process.env.PATH}` },
  })
  expect(outcome.exitCode, outcome.stderr).toBe(0)
  const tools = JSON.parse(await readFile(`${directory}/cache/tools.json`, 'utf8'))
  return { packer: tools.packer, said: outcome.stderr.replace(/\n?set-up: everything is present: packer \(\d+ s\)$/, '') }
}

test('a recent Packer on PATH with its own amazon plugin is used as it is', async () => {
  const plugins = `${directory}/plugins`
  await mkdir(plugins)
  await putPacker(`${directory}/bin/packer`, {
    version: 'Packer v1.14.2\n\nYour version of Packer is out of date!',
    plugins: [
      `${plugins}/github.com/hashicorp/docker/packer-plugin-docker_v1.1.0_x5.0_linux_amd64`,
      `${plugins}/github.com/hashicorp/amazon/packer-plugin-amazon_v1.2.9_x5.0_linux_amd64`,
      `${plugins}/github.com/hashicorp/amazon/packer-plugin-amazon_v1.10.0_x5.0_linux_amd64`,
    ],
  })
  const { packer, said } = await choose()
  expect(said).toBe('')
  expect(packer).toMatchObject({
    path: `${directory}/bin/packer`,
    version: '1.14.2',
    pluginPath: plugins,
    amazonPlugin: '1.10.0',
  })
})

test('a recent Packer whose amazon plugin is too old gets the pinned plugin', async () => {
  await putBuilt()
  await putPacker(`${directory}/bin/packer`, {
    version: 'Packer v1.10.0',
    plugins: ['/plugins/github.com/hashicorp/amazon/packer-plugin-amazon_v1.2.9_x5.0_linux_amd64'],
  })
  const { packer } = await choose()
  expect(packer).toMatchObject({
    path: `${directory}/bin/packer`,
    version: '1.10.0',
    pluginPath: `${directory}/cache/packer-plugins/amazon-1.8.0`,
    amazonPlugin: '1.8.0',
  })
})

test.each([
  ["Debian's Packer", { version: 'Packer v1.6.6' }, 'is 1.6.6, older than 1.10.0: using the pinned 1.15.0'],
  ['another program of that name', { version: 'usage: packer dictionary' }, 'is not HashiCorp Packer: using the pinned 1.15.0'],
  [
    'a Packer that the plugin is too new for',
    { version: 'Packer v1.10.0', valid: false },
    '1.10.0 does not work with the amazon plugin 1.8.0: using the pinned 1.15.0',
  ],
])('%s gives way to the pinned one, and that is said', async (_, answers, said) => {
  await putBuilt()
  await putPacker(`${directory}/bin/packer`, answers)
  const chosen = await choose()
  expect(chosen.said).toBe(`set-up: ${directory}/bin/packer ${said}`)
  expect(chosen.packer).toMatchObject({ path: `${directory}/cache/packer-1.15.0/packer`, version: '1.15.0' })
})

test('another Packer on PATH is another choice', async () => {
  await putBuilt()
  await putPacker(`${directory}/bin/packer`, { version: 'Packer v1.6.6' })
  await choose()
  await putPacker(`${directory}/bin/packer`, { version: 'Packer v1.14.200' })
  const { packer } = await choose()
  expect(packer).toMatchObject({ path: `${directory}/bin/packer`, version: '1.14.200' })
})
