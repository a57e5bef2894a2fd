import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFileStore, createLedger } from '../../pipeline/ledger/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-ledger-'))
})
afterEach(() => rm(folder, { recursive: true }))

function startRunner(name: string, events: number) {
  const program = join(import.meta.dirname, 'programs', 'append.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', program, folder, name, String(events)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return { child, ended: once(child, 'exit') }
}

it('several processes that append at once never share or skip a sequence', async () => {
  const names = ['a', 'b', 'c', 'd']
  const runners = names.map((name) => startRunner(name, 25))
  expect(await Promise.all(runners.map(({ ended }) => ended))).toEqual(names.map(() => [0, null]))

  const events = await createLedger(createFileStore(createFiles(), folder)).read()
  expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  for (const name of names) {
    const own = events.filter(({ runner }) => runner === name).map(({ event }) => event)
    expect(own).toEqual(Array.from({ length: 25 }, (_, index) => ({ type: 'bake.intended', token: `${name}-${index}` })))
  }
})

it('processes killed in the middle of it leave a ledger that is whole', async () => {
  const ledger = createLedger(createFileStore(createFiles(), folder))
  for (let round = 1; round <= 3; round += 1) {
    const before = (await ledger.read()).length
    const runners = ['a', 'b'].map((name) => startRunner(`${name}${round}`, 100_000))
    while ((await readdir(folder)).length < before + 10) await new Promise((resolve) => setTimeout(resolve, 5))
    for (const { child } of runners) child.kill('SIGKILL')
    await Promise.all(runners.map(({ ended }) => ended))
    const verified = await ledger.verify()
    expect(verified).toMatchObject({ ok: true })
    expect(verified.records).toBeGreaterThan(before)
  }
})
