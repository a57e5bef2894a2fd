// The search for credentials, by the real gitleaks over what a machine hands out: nothing that went wrong ever reads as clean.

import { writeFile } from 'node:fs/promises'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SecretWaiver } from '../../hardening/index.ts'
import { cacheDirectory, needTool, readTools } from '../../pipeline/cli/tools.ts'
import { createExec, createFiles, createSystemClock } from '../../pipeline/system/index.ts'
import type { ProbeResult } from '../../pipeline/verify/probes.ts'
import { examineSecrets } from '../../pipeline/verify/secrets.ts'
import { makeKey } from '../../pipeline/verify/ssh.ts'
import { aFamily } from '../support/config.ts'
import { type Answer, answersOwnFiles, execWith } from './machine-answers.ts'

const files = createFiles()
const gitleaks = needTool(await readTools(files, cacheDirectory(process.env)), 'gitleaks')
let directory = ''
let key = ''
let token = ''
beforeEach(async () => {
  directory = await files.makeTemporaryDirectory('drover-secrets-')
  await makeKey(createExec(), files, directory, 'canary')
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${directory}/leaked`])
  key = (await files.readText(`${directory}/leaked`)) ?? ''
  // Made here, so that no scanner finds one in this file.
  token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`
})
afterEach(async () => {
  const left = await files.list(directory)
  await files.remove(directory)
  expect(left.filter((name) => name.startsWith('files'))).toEqual([])
})

function examine(answer: Answer, waivers: readonly SecretWaiver[] = [], path = gitleaks.path): Promise<ProbeResult> {
  const exec = execWith(answer)
  const examiner = { exec, clock: createSystemClock(), signal: new AbortController().signal, log: () => undefined }
  const target = { user: 'admin', address: '192.0.2.1', keyFile: `${directory}/key`, knownHostsFile: `${directory}/known` }
  return examineSecrets({ exec, files, secretScanner: { path, version: gitleaks.version } }, examiner, {
    family: aFamily(),
    target,
    waivers,
    directory,
    canaryFile: `${directory}/key`,
    evidenceFile: `${directory}/secrets.json`,
  })
}

const holding =
  (held: Readonly<Record<string, string>>): Answer =>
  (command) =>
    answersOwnFiles(command, held)

test('an image with nothing to find', async () => {
  expect(await examine(holding({ '/etc/motd': 'Welcome.\n' }))).toMatchObject({ ok: true, detail: '' })
  expect(JSON.parse((await files.readText(`${directory}/secrets.json`)) ?? '')).toEqual({
    scanner: { name: 'gitleaks', version: gitleaks.version },
    files: 1,
    notSearched: [],
    found: [],
  })
})

test('a key and a token are found by their places, and what they are is shown nowhere', async () => {
  const result = await examine(holding({ '/opt/app/id': key, '/etc/app.conf': `name = x\ntoken = ${token}\n` }))
  expect(result.ok).toBe(false)
  expect(result.detail).toContain('/opt/app/id:1 (private-key)')
  expect(result.detail).toContain('/etc/app.conf:2 (github-pat)')
  const evidence = await files.readText(`${directory}/secrets.json`)
  expect(`${evidence}${result.detail}`).not.toContain(token)
  expect(evidence).not.toContain('BEGIN')
})

test('an image cannot tell the scanner to look away', async () => {
  const result = await examine(
    holding({
      '/opt/app/id': key,
      '/etc/app.conf': `token = ${token} # gitleaks:allow\n`,
      '/.gitleaks.toml': '[allowlist]\npaths = [".*"]\n',
      '/.gitleaksignore': 'opt/app/id:private-key:1\nimage/opt/app/id:private-key:1\n',
    }),
  )
  expect(result.detail).toContain('/opt/app/id:1')
  expect(result.detail).toContain('/etc/app.conf:1')
})

test('a waiver names the file', async () => {
  const waiver = { file: '/opt/app/id', reason: 'Of a test.', owner: 'web', expires: '2999-12-31' }
  expect(await examine(holding({ '/opt/app/id': key }), [waiver])).toMatchObject({
    ok: true,
    detail: 'waived: /opt/app/id:1 (private-key)',
  })
})

const unasked = /could not be searched for credentials/

test('a machine that does not answer', async () => {
  expect((await examine(async () => undefined)).detail).toMatch(unasked)
})

test('files that do not arrive', async () => {
  const result = await examine(async ({ argv }) => (argv[0] === 'ssh' ? { ok: true, stdout: 'files 1\n' } : undefined))
  expect(result.detail).toMatch(unasked)
})

test('half of an archive', async () => {
  const held = { '/opt/a': 'a'.repeat(5_000), '/opt/app/id': key }
  const result = await examine(async (command) => {
    const answer = await answersOwnFiles(command, held)
    const local = command.argv.at(-1) ?? ''
    if (command.argv[0] === 'scp') await writeFile(local, ((await files.readBytes(local)) ?? new Uint8Array()).slice(0, 3_000))
    return answer
  })
  expect(result).toMatchObject({ ok: false, detail: expect.stringMatching(unasked) })
})

test('fewer files than were packed', async () => {
  const result = await examine(async (command) => {
    const answer = await answersOwnFiles(command, { '/etc/motd': 'Welcome.\n' })
    return answer?.stdout ? { ...answer, stdout: 'files 20\n' } : answer
  })
  expect(result.detail).toContain('20 files were to be fetched, and 1 were')
})

test.each([
  ['a link', ['ln', '-s', '/etc']],
  ['a pipe', ['mkfifo']],
])('%s in the archive is not laid out', async (_, [program = '', ...args]) => {
  await execa(program, [...args, `${directory}/odd`])
  const result = await examine(async (command) => {
    if (command.argv[0] === 'ssh') return { ok: true, stdout: 'files 1\n' }
    await execa('tar', ['--create', '--file', command.argv.at(-1) ?? '', '--directory', directory, 'odd'])
    return { ok: true }
  })
  expect(result.detail).toContain('something else than files')
})

test.each(['/bin/true', '/bin/false', '/nonexistent'])('a scanner that is %s has found nothing out', async (path) => {
  expect(await examine(holding({ '/etc/motd': 'Welcome.\n' }), [], path)).toMatchObject({
    ok: false,
    detail: expect.stringMatching(unasked),
  })
})

test('what was too large to search is named, though it refuses nothing', async () => {
  const result = await examine(async (command) => {
    const answer = await answersOwnFiles(command, { '/etc/motd': 'Welcome.\n' })
    return answer?.stdout ? { ...answer, stdout: `${answer.stdout}large /boot/initrd.img\n` } : answer
  })
  expect(result).toMatchObject({ ok: true, detail: 'not searched, larger than 8 MiB: /boot/initrd.img' })
})
