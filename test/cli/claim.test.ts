import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claim } from '../../pipeline/cli/claim.ts'
import { createExec, createFiles, thisProcess } from '../../pipeline/system/index.ts'

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-claim-'))
  file = join(folder, 'claims', 'one.json')
})
afterEach(() => rm(folder, { recursive: true }))

const exec = createExec()
const ours = { exec, files: createFiles(), self: thisProcess() }

/** A process that lives until `end`. */
async function another() {
  const living = await exec.detach({ argv: ['sleep', '60'], logFile: join(folder, 'sleep.log') })
  const end = async () => {
    await exec.end(living, 'SIGKILL')
    while (await exec.isAlive(living)) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return { ports: { ...ours, self: living }, living, end }
}

test('is given once, until it is released', async () => {
  const { ports, living, end } = await another()
  try {
    const theirs = await claim(ports, file)
    expect(await claim(ours, file)).toEqual({ ok: false, holderPid: living.pid })
    if (theirs.ok) await theirs.release()
    expect(await claim(ours, file)).toMatchObject({ ok: true })
  } finally {
    await end()
  }
})

test('lapses with its holder', async () => {
  const { ports, end } = await another()
  await claim(ports, file)
  await end()
  expect(await claim(ours, file)).toMatchObject({ ok: true })
})

test('of a process that claims twice ends with the outer one', async () => {
  const outer = await claim(ours, file)
  const inner = await claim(ours, file)
  if (inner.ok) await inner.release()
  expect(await readdir(join(folder, 'claims'))).toEqual(['one.json'])
  if (outer.ok) await outer.release()
  expect(await readdir(join(folder, 'claims'))).toEqual([])
})

test.each(['', '{', '{"pid":"1"}'])('a file that holds %j is nobody’s claim', async (text) => {
  await ours.files.makeDirectory(join(folder, 'claims'))
  await writeFile(file, text)
  expect(await claim(ours, file)).toMatchObject({ ok: true })
})
