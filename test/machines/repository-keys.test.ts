// Real repositories in a real Debian root: a key that has ended is found, which apt there does not say, wherever apt has it from.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Exec } from '../../pipeline/ports/index.ts'
import { createExec, createFiles, createSystemClock } from '../../pipeline/system/index.ts'
import type { ProbeResult } from '../../pipeline/verify/probes.ts'
import { examineRepositoryKeys } from '../../pipeline/verify/repository-keys.ts'
import { aFamily } from '../support/config.ts'
import { baseRoot } from './local-machines.ts'

let directory = ''
let base = ''

beforeAll(async () => {
  directory = await mkdtemp('/var/tmp/drover-keys-')
  base = await baseRoot()
  const packages = `Package: none\nVersion: 1\nArchitecture: amd64\nMaintainer: a <a@example.org>\nFilename: ./none.deb\nSize: 1\nSHA256: ${'0'.repeat(64)}\nDescription: none\n\n`
  await makeRepository('held', packages, [])
  await makeRepository('ended', packages, ['--faked-system-time', '20240101T000000!'])
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** A signed repository of one package; its key is good for a day. */
async function makeRepository(name: string, packages: string, when: readonly string[]): Promise<void> {
  const [repository, home] = [`${directory}/${name}`, `${directory}/${name}-home`]
  await mkdir(repository)
  await mkdir(home, { mode: 0o700 })
  const gpg = (...args: string[]) => execa('gpg', ['--homedir', home, '--batch', '--yes', ...when, ...args])
  await gpg('--passphrase', '', '--quick-gen-key', `${name} <${name}@example.org>`, 'ed25519', 'sign', '1d')
  await gpg('--export', '--output', `${repository}/key.gpg`)
  await gpg('--armor', '--export', '--output', `${repository}/key.asc`)
  await writeFile(`${repository}/Packages`, packages)
  const { stdout: digest } = await execa('sha256sum', [`${repository}/Packages`])
  const date = new Date().toUTCString().replace('GMT', '+0000')
  const sums = `SHA256:\n ${digest.split(' ')[0]} ${packages.length} Packages\n`
  await writeFile(`${repository}/text`, `Suite: ${name}\nCodename: ${name}\nArchitectures: amd64\nDate: ${date}\n${sums}`)
  await gpg('--clearsign', '--output', `${repository}/InRelease`, `${repository}/text`)
  await execa('gpgconf', ['--homedir', home, '--kill', 'all'])
}

/** Asks a root whose only sources are what the script makes of /opt/held and /opt/ended. */
async function examine(sources: string): Promise<ProbeResult> {
  const real = createExec()
  const work = await mkdtemp(`${directory}/room-`)
  for (const name of ['upper', 'overlay', 'root']) await mkdir(`${work}/${name}`)
  const room = `set -e
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/overlay" "$2/root"
mount -t proc proc "$2/root/proc"
cd "$2/root"
cp -r "$3/held" "$3/ended" opt/
rm -rf etc/apt/sources.list etc/apt/sources.list.d etc/apt/trusted.gpg.d
mkdir etc/apt/sources.list.d etc/apt/trusted.gpg.d
${sources}
exec chroot . sh -s`
  const exec: Exec = {
    ...real,
    run: (command) =>
      command.argv[0] !== 'ssh'
        ? real.run(command)
        : real.run({
            ...command,
            argv: ['unshare', '--mount', '--propagation', 'private', 'bash', '-c', room, 'room', base, work, directory],
          }),
  }
  const examiner = { exec, clock: createSystemClock(), signal: new AbortController().signal, log: () => undefined }
  const target = { user: 'admin', address: '192.0.2.1', keyFile: '/none', knownHostsFile: '/none' }
  return examineRepositoryKeys({ exec, files: createFiles() }, examiner, target, aFamily(), work)
}

const named = (name: string) =>
  `echo 'deb [signed-by=/opt/${name}/key.gpg] file:/opt/${name} ./' > etc/apt/sources.list.d/${name}.list`

test('a repository whose key holds', async () => {
  expect(await examine(named('held'))).toMatchObject({ ok: true, detail: '' })
})

test('one whose key has ended, named by the source', async () => {
  expect(await examine(`${named('held')}\n${named('ended')}`)).toMatchObject({
    ok: false,
    detail: 'the last key of /opt/ended/key.gpg ended on 2024-01-02',
  })
})

test('one that goes by every key there is', async () => {
  const sources = `cp opt/ended/key.asc etc/apt/trusted.gpg.d/local.asc
echo 'deb file:/opt/ended ./' > etc/apt/sources.list.d/ended.list`
  expect((await examine(sources)).detail).toBe('the last key of /etc/apt/trusted.gpg.d/local.asc ended on 2024-01-02')
})

test('one that has its key in the source itself', async () => {
  const sources = `{ printf 'Types: deb\\nURIs: file:/opt/ended\\nSuites: ./\\nSigned-By:\\n'; sed 's/^$/./; s/^/ /' opt/ended/key.asc; } > etc/apt/sources.list.d/ended.sources`
  expect((await examine(sources)).detail).toBe('the last key of a source itself ended on 2024-01-02')
})

test('a repository that cannot be read has not been asked', async () => {
  const sources = "echo 'deb [signed-by=/opt/held/key.gpg] file:/opt/nothing ./' > etc/apt/sources.list.d/x.list"
  expect(await examine(sources)).toMatchObject({ ok: false, detail: expect.stringContaining('could not be read') })
})

test('no repository at all', async () => {
  expect((await examine('true')).detail).toContain('apt knows no repository')
})
