// The command line: help, exit codes, one JSON document, and every mistake told with what to do about it.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { runCommandLine } from '../../pipeline/cli/command-line.ts'
import { commands } from '../../pipeline/cli/commands/index.ts'
import { exitCodeOfError } from '../../pipeline/cli/exit-with.ts'
import { cacheDirectory, readTools } from '../../pipeline/cli/tools.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { acmeCheckout, type Checkout } from './acme-checkout.ts'

let checkout: Checkout
beforeAll(async () => {
  checkout = await acmeCheckout()
  vi.stubEnv('DROVER_CONFIG', checkout.file)
  vi.stubEnv('DROVER_STATE', checkout.directory)
  // Nobody's: what would act on AWS is refused here, without a word to anyone.
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await checkout.remove()
})

/** What main.ts does, with the two streams kept apart as lines. */
async function drover(...words: readonly string[]) {
  const printed: string[] = []
  const noted: string[] = []
  const note = (line: string): void => void noted.push(line)
  const { signal } = new AbortController()
  const output = {
    print: (line: string) => void printed.push(line),
    printJson: (value: unknown) => void printed.push(JSON.stringify(value)),
    note,
  }
  const exitCode = await runCommandLine(words, output, signal).catch((error) => exitCodeOfError(error, signal, note))
  return { exitCode, stdout: printed.join('\n'), stderr: noted.join('\n') }
}

describe('help', () => {
  test('of drover names every command', async () => {
    const { exitCode, stdout, stderr } = await drover('--help')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    for (const words of Object.keys(commands)) expect(stdout).toMatch(new RegExp(`^  ${words.split(' ')[0]}\\b`, 'm'))
  })

  test.each(Object.entries(commands))('of %s names its options and gives its examples', async (words, spec) => {
    const { exitCode, stdout } = await drover(...words.split(' '), '--help')
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`Usage: drover ${words}`)
    for (const { flags } of [...(spec.options ?? []), { flags: '--json' }]) expect(stdout).toContain(flags)
    for (const example of spec.examples ?? []) expect(stdout).toContain(example)
  })

  test.each(Object.entries(commands))('the examples of %s are examples of it', (words, { examples = [] }) => {
    for (const example of examples) expect(example.startsWith(`drover ${words}`)).toBe(true)
  })
})

describe('what is mistyped', () => {
  test.each([
    ['no command at all', [], /Usage: drover/],
    ['an unknown command', ['relase', 'web'], /unknown command 'relase'\n\(Did you mean release\?\)/],
    ['an unknown command of a group', ['cloud', 'upp'], /unknown command 'upp'/],
    ['an unknown option', ['status', '--jsn'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
    ['a missing argument', ['release'], /missing required argument 'family'/],
    ['too much', ['status', 'web'], /too many arguments/],
    ['approve without its options', ['approve', 'web-2026.47.1'], /approve needs --stage and --reason \[bad-argument\]/],
    ['notify without saying what', ['notify'], /notify needs --test \[bad-argument\]/],
    ['approve without a reason', ['approve', 'web-2026.47.1', '--stage', 'prod', '--reason='], /approve needs --reason/],
  ])('%s', async (_, words, told) => {
    const { exitCode, stdout, stderr } = await drover(...words)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(told)
    expect(stderr).not.toContain('has a bug')
  })
})

describe('config check', () => {
  test('of the example finds nothing', async () => {
    const { exitCode, stdout, stderr } = await drover('config', 'check')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^\/\S+\/drover\.yaml: no problems in \d+ files$/)
  })

  const bad = new URL('../config/bad/unknown-keys/', import.meta.url).pathname

  test('tells every problem, and how many there are', async () => {
    const { exitCode, stdout } = await drover('config', 'check', '--config', `${bad}drover.yaml`)
    const lines = stdout.replaceAll(bad, '').split('\n')
    const expected = (await readFile(`${bad}expected.txt`, 'utf8')).trim().split('\n')
    // Its profile is over content that only tests know: more problems follow.
    const problems = lines.slice(0, -1).filter((line) => !line.startsWith(' '))
    expect(exitCode).toBe(2)
    expect(lines.slice(0, expected.length)).toEqual(expected)
    expect(lines.at(-1)).toBe(`${problems.length} problems`)
  })

  test('as JSON is one document', async () => {
    const { exitCode, stdout, stderr } = await drover('config', 'check', '--json', '--config', `${bad}drover.yaml`)
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' })
    const { ok, problems } = JSON.parse(stdout)
    expect(ok).toBe(false)
    expect(problems[0]).toMatchObject({ code: 'config-unknown-key', place: { file: `${bad}drover.yaml` } })
  })
})

describe('ledger verify', () => {
  test('without a cloud tells what it did not look at', async () => {
    const { exitCode, stdout, stderr } = await drover('ledger', 'verify')
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '0 records, unbroken; head none' })
    expect(stderr).toMatch(/^not held against what images carry: /)
  })

  test('refuses what is no head, and a head that is not there', async () => {
    expect(await drover('ledger', 'verify', '--expect-head', '3f9c')).toMatchObject({ exitCode: 2 })
    const { exitCode, stdout } = await drover('ledger', 'verify', '--expect-head', `2:${'a'.repeat(64)}`)
    expect(exitCode).toBe(3)
    expect(stdout).toContain('000000001.json to 000000002.json are missing, for --expect-head knows record 2 (aaaaaaaaaaaa)')
  })
})

describe('on an empty ledger', () => {
  test.each([
    ['status', ['status'], 'the ledger is empty: no release has been opened'],
    [
      'status --json',
      ['status', '--json'],
      '{"releases":[],"groups":[],"holds":[],"takenBack":[],"revoked":[],"migrations":[],"drills":[{"family":"web"}]}',
    ],
  ])('%s', async (_, words, stdout) => {
    expect(await drover(...words)).toEqual({ exitCode: 0, stdout, stderr: '' })
  })

  test.each([
    [
      'advance',
      ['advance', 'web-2026.47.1'],
      'there is no release web-2026.47.1 in the ledger [not-found]\n    the ledger is empty',
    ],
    ['report', ['report'], 'no release has been verified yet [not-found]'],
    ['approve', ['approve', 'web-2026.47.1', '--stage', 'prod', '--reason', 'it is well'], 'web-2026.47.1'],
  ])('%s', async (_, words, told) => {
    const { exitCode, stdout, stderr } = await drover(...words)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(told)
  })

  test('ledger verify, when a newest hash is known: it was cut off', async () => {
    const { exitCode, stdout } = await drover('ledger', 'verify', '--expect-head', 'f'.repeat(64))
    expect(exitCode).toBe(3)
    expect(stdout).toMatch(/^broken after 0 records: /)
  })
})

describe('a release that may not be', () => {
  test.each([
    ['of an unknown family', ['release', 'wbe'], 'did you mean web?'],
    ['of an unknown family, planned', ['release', 'wbe', '--plan'], 'it has web'],
    ['an emergency without a reason', ['release', 'web', '--emergency'], 'an emergency release needs a reason [bad-argument]'],
    ['in a rehearsal that does not run', ['release', 'web', '--rehearsal'], 'no local cloud runs here [not-found]'],
  ])('%s', async (_, words, told) => {
    const { exitCode, stdout, stderr } = await drover(...words)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(told)
  })

  test('from a tree that is not committed', async () => {
    const committed = await readFile(checkout.file, 'utf8')
    await writeFile(checkout.file, `${committed}# changed\n`)
    const { exitCode, stderr } = await drover('release', 'web')
    await writeFile(checkout.file, committed)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('[dirty-tree]')
  })
})

describe('hold', () => {
  test('is told of what the configuration does not have', async () => {
    const { exitCode, stderr } = await drover('hold', '--group', 'eu-west-1/wep', '--reason', 'incident')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining(
        'there is no group eu-west-1/wep in the configuration [not-found]\n    did you mean eu-west-1/web?',
      ),
    })
  })

  test('stands in the ledger until it is resumed', async () => {
    const held = await drover('hold', '--stage', 'prod', '--reason', 'the shop is on sale')
    expect(held).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('stage prod is held by') })
    expect((await drover('status')).stdout).toMatch(/^held: stage prod, since .* by .*: the shop is on sale/)
    expect((await drover('resume', '--stage', 'prod', '--reason', 'over')).exitCode).toBe(0)
    expect((await drover('status')).stdout).not.toContain('held:')
  })
})

describe('a runner without what builds images', () => {
  let cache: string
  beforeAll(async () => {
    const { content } = await readTools(createFiles(), cacheDirectory(process.env))
    cache = await mkdtemp(join(tmpdir(), 'drover-cache-'))
    await writeFile(join(cache, 'tools.json'), JSON.stringify({ content }))
  })
  afterAll(() => rm(cache, { recursive: true }))
  const there = async (...words: readonly string[]) => {
    vi.stubEnv('DROVER_CACHE', cache)
    try {
      return await drover(...words)
    } finally {
      vi.stubEnv('DROVER_CACHE', undefined)
    }
  }

  test('answers, holds and looks', async () => {
    expect(await there('status')).toMatchObject({ exitCode: 0 })
    expect(await there('undo', 'web', '--all', '--reason', 'x')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('drover has moved no group of family web'),
    })
  })

  test('opens no release that it could not build', async () => {
    const { exitCode, stderr } = await there('release', 'web')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'packer is not installed for drover [missing-tool]\n    run ./scripts/setup packer',
    })
    expect((await drover('status')).stdout).not.toContain('web-')
  })
})
