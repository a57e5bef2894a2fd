// In a real Debian root: what is packed for the search for credentials is what no package put there as it is, and all of that.

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readOwnFilesScript } from '../../hardening/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { baseRoot } from './local-machines.ts'

let directory = ''
let stdout = ''
let packed: readonly string[] = []

/** A private folder of mounts, a layer above the base, and what a careless provisioner leaves in it. */
const room = `set -e
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/overlay" "$2/root"
mount -t proc proc "$2/root/proc"
mount -t tmpfs tmpfs "$2/root/run"
cd "$2/root"
mkdir -p opt/app 'opt/a folder' run/app usr/local/bin tmp/drover-files
echo secret > opt/app/token
echo secret > 'opt/a folder/of "names"
and lines'
echo secret > run/app/token
echo secret > opt/app/-rf
: > opt/app/empty
ln -s /etc/shadow opt/app/link
ln opt/app/token opt/app/second-name
echo secret >> etc/login.defs
rm etc/motd
cp usr/bin/true usr/local/bin/stray
echo x > opt/app/archive.tgz
echo key > etc/ssh/ssh_host_ed25519_key
echo token > etc/enrolled
mkdir -p usr/lib/python3/dist-packages/__pycache__
echo x > usr/lib/python3/dist-packages/__pycache__/stray.cpython-313.pyc
truncate -s 8388608 opt/app/eight
truncate -s 8388609 opt/app/more
cat > "$2/script"
chroot . sh -s -- /tmp/drover-files/files.tar /etc/enrolled < "$2/script"
cp tmp/drover-files/files.tar "$2/files.tar"`

beforeAll(async () => {
  directory = await mkdtemp('/var/tmp/drover-own-files-')
  for (const name of ['upper', 'overlay', 'root']) await mkdir(`${directory}/${name}`)
  const input = await readOwnFilesScript(createFiles(), 'apt')
  const argv = ['--mount', '--propagation', 'private', 'bash', '-c', room, 'room', await baseRoot(), directory]
  stdout = (await execa('unshare', argv, { input })).stdout
  const listed = await execa('tar', ['--list', '--quoting-style=literal', '--null', '--file', `${directory}/files.tar`])
  packed = listed.stdout.split('\n')
})
afterAll(() => rm(directory, { recursive: true, force: true }))

test('files of nobody, and files of a package that were changed', () => {
  expect(packed).toEqual(
    expect.arrayContaining([
      'opt/app/token',
      'opt/app/second-name',
      'opt/app/-rf',
      'usr/local/bin/stray',
      'opt/app/eight',
      'etc/login.defs',
    ]),
  )
})

test('a name may hold anything', () => {
  expect(packed.join('\n')).toContain('opt/a folder/of "names"\nand lines')
})

test('what packages own and nobody changed stays there, before /usr was one folder or after', () => {
  const owned = ['usr/bin/bash', 'bin/bash', 'usr/lib/os-release', 'etc/debian_version', 'usr/sbin/fsck']
  expect(packed.filter((path) => owned.includes(path))).toEqual([])
  expect(packed.length).toBeLessThan(2_000)
})

test('what Python made of a package’s module stays there, and what it made of nobody’s does not', () => {
  const made = packed.filter((path) => path.endsWith('.pyc'))
  expect(made).toEqual(['usr/lib/python3/dist-packages/__pycache__/stray.cpython-313.pyc'])
})

test('what is the machine’s own, and what is no file, is left out', () => {
  const leftOut = [
    'etc/ssh/ssh_host_ed25519_key',
    'etc/enrolled',
    'run/app/token',
    'opt/app/link',
    'opt/app/empty',
    'opt/app/more',
  ]
  expect(packed.filter((path) => leftOut.includes(path) || path.startsWith('tmp/drover-files'))).toEqual([])
})

test('gitleaks is given a .tgz under a name it opens', () => {
  expect(packed).toContain('opt/app/archive.tgz.tar.gz')
})

test('how many it packed, and what was too large', async () => {
  const { stdout: verbose } = await execa('tar', ['--list', '--verbose', '--file', `${directory}/files.tar`])
  expect(stdout.split('\n')).toContain(`files ${verbose.split('\n').length}`)
  expect(verbose.split('\n').every((line) => line.startsWith('-rw'))).toBe(true)
  expect(stdout.split('\n')).toContain('large /opt/app/more')
  expect(stdout).not.toContain('/opt/app/eight')
})
