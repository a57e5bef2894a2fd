// Each way to log in, on real machines of an image that was given it: who gets in, who does not, and what verification says of it.

import { mkdir, readFile } from 'node:fs/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { planBundle } from '../../pipeline/bake/plan-bundle.ts'
import type { Family, LoginPolicy } from '../../pipeline/config/index.ts'
import type { MachineSpec } from '../../pipeline/localcloud/machines/types.ts'
import { createExec, createFiles, createSystemClock } from '../../pipeline/system/index.ts'
import { ask } from '../../pipeline/verify/examine.ts'
import { userDataOf } from '../../pipeline/verify/fresh-machines.ts'
import { loginProbes, ownSshd, prepareLogin, type VerifyLogin } from '../../pipeline/verify/login.ts'
import { makeKey, remote, type SshKey, type SshTarget } from '../../pipeline/verify/ssh.ts'
import { aBakeRequest } from '../bake/a-bake-request.ts'
import { aFamily } from '../support/config.ts'
import { openTestCloud, type TestCloud, tracesOf } from './local-machines.ts'
import { ssh } from './log-in.ts'

const provisioner = new URL('../../packer/common/provisioners/30-login.sh', import.meta.url).pathname
const sudoers = new URL('../../packer/common/rootfs/etc/sudoers.d/10-drover', import.meta.url).pathname
const booted = 'systemctl is-system-running --wait'
const exec = createExec()
const files = createFiles()
const id = `l${process.pid}`
const userData = new Map<string, string>()

let cloud: TestCloud
beforeAll(async () => {
  cloud = await openTestCloud(id, { userDataAt: (address) => userData.get(address) })
})
afterAll(async () => {
  await cloud.close()
  expect(await tracesOf(id)).toEqual([])
})

/** Bakes the login policy, and nothing else, into an image; returns how verification gets in to its machines. */
async function bake(number: number, login: LoginPolicy, before = 'true') {
  const spec = cloud.spec(number)
  const family = aFamily({ login })
  const lines = planBundle(aBakeRequest({ family })).flatMap((one) =>
    one.path.startsWith('bundle/plan/login') ? [{ path: one.path.replace('bundle/', ''), planned: one }] : [],
  )
  const put = async (path: string, text: string) =>
    `install -D -m 0644 /dev/stdin /var/lib/drover-bake/${path} <<'DROVER_END'\n${text.trimEnd()}\nDROVER_END`
  const bundle = await Promise.all([
    ...lines.map(async ({ path, planned }) => put(path, 'text' in planned ? planned.text : await readFile(planned.from, 'utf8'))),
    put('rootfs/etc/sudoers.d/10-drover', await readFile(sudoers, 'utf8')),
    put('30-login.sh', await readFile(provisioner, 'utf8')),
  ])
  expect(await cloud.machines.start(spec)).toEqual({ ok: true })
  expect(await cloud.inside(spec, booted)).toBe('running\n')
  await cloud.inside(spec, `set -e\n${bundle.join('\n')}\n${before}\nsh /var/lib/drover-bake/30-login.sh`)
  // The way in that Packer came by stays for the rest of the bake.
  expect((await ssh(cloud.keyFile, spec.address, 'sudo -n id -u')).stdout).toBe('0')
  const forget = 'rm -rf /var/lib/drover-bake /home/admin/.ssh /etc/ssh/ssh_host_*; : > /etc/machine-id; cloud-init clean --logs'
  await cloud.inside(spec, forget)
  expect(await cloud.machines.stop(spec.id)).toEqual({ ok: true })
  expect(await cloud.machines.captureLayer(spec.id, `ami-${number}`)).toEqual({ ok: true })

  const directory = `${cloud.directory}/verify-${number}`
  await mkdir(directory)
  const key = await makeKey(exec, files, directory, 'drover-verify')
  return {
    family,
    key,
    directory,
    layers: ['base', `ami-${number}`],
    way: await prepareLogin(exec, files, directory, family, key),
  }
}

async function boot(number: number, layers: readonly string[], way?: VerifyLogin): Promise<MachineSpec> {
  const spec = cloud.spec(number, { layers })
  if (way) userData.set(spec.address, userDataOf(way.cloudConfig, ''))
  expect(await cloud.machines.start(spec)).toEqual({ ok: true })
  expect(await cloud.inside(spec, booted)).toBe('running\n')
  return spec
}

const targetOf = ({ address }: MachineSpec, key: SshKey, directory: string): SshTarget => ({
  user: 'admin',
  address,
  keyFile: key.privateKeyFile,
  knownHostsFile: `${directory}/known-${address}`,
})

async function refusals(family: Family, way: VerifyLogin, target: SshTarget) {
  const examiner = { exec, clock: createSystemClock(), signal: new AbortController().signal, log: () => {} }
  const results = await ask(examiner, target, loginProbes(family, way))
  expect(results.length).toBeGreaterThan(1)
  return results.flatMap(({ probe, ok, detail }) => (ok ? [] : [`${probe}: ${detail}`]))
}

const asRoot = async (target: SshTarget) => (await remote(exec, target, 'sudo -n id -u\n', { timeoutMs: 20_000 })).stdout.trim()
const launchKey = ({ address }: MachineSpec) =>
  ssh(cloud.keyFile, address, 'true').then(
    () => 'in',
    ({ stderr }) => String(stderr),
  )

// The local cloud's base has a unit by the name of the agent's, which Debian has no package of.
describe('by SSM alone', { timeout: 180_000 }, () => {
  test('no sshd starts, and verification comes in by one of its own that is gone with its machines', async () => {
    const { family, key, directory, layers, way } = await bake(0, { user: 'admin', allowGroups: [], by: { kind: 'ssm' } })
    const own = await boot(1, layers)
    expect(await launchKey(own)).toContain('Connection refused')
    expect(await cloud.inside(own, '! test -s /home/admin/.ssh/authorized_keys && systemctl is-active amazon-ssm-agent')).toBe(
      'active\n',
    )

    const spec = await boot(2, layers, way)
    const target = targetOf(spec, key, directory)
    expect(await asRoot(target)).toBe('0')
    expect(await launchKey(spec)).toContain('Permission denied')
    expect(await refusals(family, way, target)).toEqual([])
    expect(await cloud.inside(spec, "ss -Hltnp 'sport = :22'")).toContain(`(("${ownSshd}",`)
    expect(await cloud.machines.reboot(spec)).toEqual({ ok: true })
    expect(await cloud.inside(spec, booted)).toBe('running\n')
    expect(await asRoot(target)).toBe('0')

    await cloud.inside(
      spec,
      'systemctl unmask ssh.service && systemctl stop amazon-ssm-agent.service && systemctl mask --runtime amazon-ssm-agent.service',
    )
    expect(await refusals(family, way, target)).toEqual([
      expect.stringContaining('sshd never starts: SSM is to be the only way in: ssh.service is'),
      expect.stringContaining('the agent of SSM runs'),
    ])
  })

  test('without its agent the bake ends: nobody could reach the image', async () => {
    await expect(
      bake(3, { user: 'admin', allowGroups: [], by: { kind: 'ssm' } }, 'systemctl disable --quiet amazon-ssm-agent.service'),
    ).rejects.toThrow('amazon-ssm-agent.service is not enabled: nobody could reach the image')
  })
})

describe('by certificate', { timeout: 180_000 }, () => {
  test('what the authority signed for a principal gets in, a key alone does not', async () => {
    const people = `${cloud.directory}/people`
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', people])
    const by = { kind: 'ssh-ca', trustedKeysFile: `${people}.pub`, principals: ['operators', 'security'] } as const
    const { family, key, directory, layers, way } = await bake(4, { user: 'admin', allowGroups: ['admin', 'sudo'], by })
    const spec = await boot(5, layers, way)
    const target = targetOf(spec, key, directory)
    expect(await asRoot(target)).toBe('0')
    expect(await refusals(family, way, target)).toEqual([])
    expect(await launchKey(spec)).toContain('Permission denied')

    // A person with a certificate of the company's, for a principal that counts and for one that does not.
    const own = await boot(6, layers)
    for (const [principal, answer] of [
      ['security', '0'],
      ['interns', ''],
    ] as const) {
      await mkdir(`${directory}/${principal}`)
      const theirs = await makeKey(exec, files, `${directory}/${principal}`, principal)
      await execa('ssh-keygen', [
        '-q',
        '-s',
        people,
        '-I',
        principal,
        '-n',
        principal,
        '-V',
        '-1h:+1h',
        `${theirs.privateKeyFile}.pub`,
      ])
      expect(await asRoot(targetOf(own, theirs, directory))).toBe(answer)
    }
    expect(await asRoot(targetOf(own, key, directory))).toBe('')

    await cloud.inside(spec, 'echo interns >> /etc/ssh/drover-principals/admin')
    await cloud.inside(spec, "echo 'AuthorizedKeysFile .ssh/authorized_keys' > /etc/ssh/sshd_config.d/00-loose.conf")
    expect(await refusals(family, way, target)).toEqual([
      expect.stringContaining('sshd has not: authorizedkeysfile none'),
      expect.stringContaining('admin:interns'),
    ])
  })

  test('a private key where public ones belong ends the bake', async () => {
    const by = { kind: 'ssh-ca', trustedKeysFile: `${cloud.directory}/people`, principals: ['operators'] } as const
    await expect(bake(7, { user: 'admin', allowGroups: ['admin'], by })).rejects.toThrow('is not a file of public keys')
  })
})
