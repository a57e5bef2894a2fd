// The way in that goes by certificates, where sshd's own command line brings another: EC2 Instance Connect's, in a root of its own.

import { lstat, mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { planBake } from '../../pipeline/bake/plan.ts'
import { workFolderAt, writePlan } from '../../pipeline/bake/work-folder.ts'
import type { LoginPolicy } from '../../pipeline/config/index.ts'
import { createExec, createFiles } from '../../pipeline/system/index.ts'
import { aBakeRequest } from '../bake/a-bake-request.ts'
import { aFamily } from '../support/config.ts'

const packer = new URL('../../packer', import.meta.url).pathname

/** sshd and sudo of the build machine take whatever they are given; who is in which group is said here. */
const programs = {
  sshd: 'exit 0',
  visudo: 'exit 0',
  getent: 'echo "$2:x:1000:"',
  id: 'echo admin sudo',
}

/** As the packages of Debian, Ubuntu and Amazon Linux write it. */
const instanceConnect = `[Service]
ExecStart=
ExecStart=/usr/sbin/sshd -D $SSHD_OPTS -o "AuthorizedKeysCommand /usr/share/ec2-instance-connect/eic_run_authorized_keys %%u %%f" -o "AuthorizedKeysCommandUser ec2-instance-connect"
`
const limits = '[Service]\nTasksMax=4096\n'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp('/tmp/drover-login-')
  for (const folder of ['bin', 'bake', 'etc', 'units']) await mkdir(`${directory}/${folder}`)
  for (const [name, body] of Object.entries(programs)) {
    await writeFile(`${directory}/bin/${name}`, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  }
  for (const unit of ['ssh', 'sshd']) {
    await mkdir(`${directory}/units/${unit}.service.d`)
    await writeFile(`${directory}/units/${unit}.service`, '[Service]\nExecStart=/usr/sbin/sshd -D $SSHD_OPTS\n')
    await writeFile(`${directory}/units/${unit}.service.d/ec2-instance-connect.conf`, instanceConnect)
    await writeFile(`${directory}/units/${unit}.service.d/limits.conf`, limits)
  }
})
afterEach(() => rm(directory, { recursive: true }))

/** Runs the provisioner of that policy with /etc and systemd's units of the test's own; returns what systemd then finds masked. */
async function bake(login: LoginPolicy): Promise<readonly string[]> {
  const request = aBakeRequest({
    family: aFamily({ login }),
    hardening: { packages: [], removedPackages: [], files: [], steps: [], results: [] },
    folders: { packer, work: `${directory}/work` },
  })
  const work = workFolderAt(request.folders.work)
  await writePlan(planBake(request), work, { exec: createExec(), files: createFiles() })
  await execa('tar', ['-xzf', `${work.path}/bundle.tar.gz`, '-C', `${directory}/bake`])
  const inside = `set -e
mount -t tmpfs none /var/lib && mkdir /var/lib/drover-bake && mount --bind ${directory}/bake /var/lib/drover-bake
mount --bind ${directory}/units /usr/lib/systemd/system
cp -a /etc/alternatives /etc/passwd ${directory}/etc/
mount --bind ${directory}/etc /etc
mkdir -p /etc/ssh /etc/skel /etc/sudoers.d /etc/cloud/cloud.cfg.d
sh ${packer}/common/provisioners/30-login.sh >&2
systemd-delta --no-pager --diff=false --type=masked systemd/system || true`
  const env = { LC_ALL: 'C', PATH: `${directory}/bin:${process.env.PATH}` }
  const { stdout } = await execa('unshare', ['--mount', 'sh', '-c', inside], { env })
  return [...stdout.matchAll(/^\[MASKED\]\s+(\S+)/gm)].map((match) => match[1] ?? '').toSorted()
}

async function byCertificate(): Promise<LoginPolicy> {
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${directory}/people`])
  const by = { kind: 'ssh-ca', trustedKeysFile: `${directory}/people.pub`, principals: ['operators'] } as const
  return { user: 'admin', allowGroups: ['admin'], by }
}

test('its command line is out of force in either unit of sshd, and no other drop-in is', async () => {
  const masked = ['ssh', 'sshd'].map((unit) => `/etc/systemd/system/${unit}.service.d/ec2-instance-connect.conf`)
  expect(await bake(await byCertificate())).toEqual(masked)
  for (const path of masked) expect(await readlink(`${directory}${path}`)).toBe('/dev/null')
  const policy = await readFile(`${directory}/etc/ssh/sshd_config.d/10-drover-login.conf`, 'utf8')
  expect(policy).toContain('AuthorizedKeysCommand none\n')
})

test('it stays in force where keys are let in', async () => {
  expect(await bake({ user: 'admin', allowGroups: ['admin'] })).toEqual([])
  await expect(lstat(`${directory}/etc/systemd/system`)).rejects.toThrow('ENOENT')
})

test('a private key in the place of the public ones ends the bake', async () => {
  const login = await byCertificate()
  const by = { kind: 'ssh-ca', trustedKeysFile: `${directory}/people`, principals: ['operators'] } as const
  await expect(bake({ ...login, by })).rejects.toThrow('login.trustedKeys is not a file of public keys')
})
