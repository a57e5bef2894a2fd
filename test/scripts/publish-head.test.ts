import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { publishHead } from '../../scripts/ci/publish-head.ts'

let folder: string
let summary: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-head-'))
  summary = join(folder, 'summary.md')
})
afterEach(() => rm(folder, { recursive: true }))

async function published(head: string | undefined, environment: Readonly<Record<string, string>>) {
  const lines: string[] = []
  await publishHead({ ledgerHead: async () => head }, (line) => void lines.push(line), environment)
  return lines
}

test('the head is printed, and added to the summary of the run with the command that holds a ledger against it', async () => {
  expect(await published('42:3f9c', { GITHUB_STEP_SUMMARY: summary })).toEqual(['ledger head 42:3f9c'])
  await published('43:77aa', { GITHUB_STEP_SUMMARY: summary })
  expect((await readFile(summary, 'utf8')).trim().split('\n\n')).toEqual([
    'Ledger head: `42:3f9c` (`drover ledger verify --expect-head 42:3f9c`)',
    'Ledger head: `43:77aa` (`drover ledger verify --expect-head 43:77aa`)',
  ])
})

test('outside of a run it is only printed, and of an empty ledger there is nothing to say', async () => {
  expect(await published('42:3f9c', {})).toEqual(['ledger head 42:3f9c'])
  expect(await published(undefined, { GITHUB_STEP_SUMMARY: summary })).toEqual([])
  await expect(readFile(summary)).rejects.toThrow('ENOENT')
})
