// A real dnf and rpm (Debian's, in a root with a repository of its own): what verification and hardening ask Amazon Linux's with.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readOwnFilesScript } from '../../hardening/index.ts'
import type { Family } from '../../pipeline/config/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { packageQuestions } from '../../pipeline/verify/by-package-manager.ts'
import { hygieneProbes } from '../../pipeline/verify/probes.ts'
import { quoted } from '../../pipeline/verify/shell.ts'
import { aFamily } from '../support/config.ts'
import { baseRoot } from './local-machines.ts'

const guest = new URL('../../hardening/guest', import.meta.url).pathname
const node = { kubernetes: '1.33', upgradeComponents: false, supportNoticeMs: 0, afterSupport: 'warn' } as const
const family: Family = aFamily({ kind: 'eks-node', node })
const questions = packageQuestions(family)
let directory = ''
let lower = ''

/** Packages of the repository: `tool` and `runc` have a newer one, with an advisory; `openscap-scanner` brings an oscap. */
const prepare = `set -e
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/overlay" "$2/root"
cd "$2/root"
mount -t proc proc proc
cp --remove-destination /etc/resolv.conf etc/resolv.conf
printf '#!/bin/sh\\nexit 101\\n' > usr/sbin/policy-rc.d
chmod 755 usr/sbin/policy-rc.d
chroot . apt-get -qq update
DEBIAN_FRONTEND=noninteractive chroot . apt-get -qq install --yes --no-install-recommends -o Dpkg::Options::=--force-unsafe-io \\
  cpio createrepo-c dnf rpm
cp "$2/build.sh" "$2/key.asc" opt/
chroot . bash /opt/build.sh`

const build = `set -e
mkdir -p /opt/repository /etc/yum.repos.d /etc/dnf
make() {
  mkdir -p /opt/build
  printf 'Name: %s\\n%bVersion: %s\\nRelease: 1.amzn2023\\nSummary: x\\nLicense: MIT\\nBuildArch: noarch\\nAutoReqProv: no\\n' "$1" "$2" "$3" > /opt/build/spec
  printf '%%description\\nx\\n%%install\\nmkdir -p %%{buildroot}/usr/bin %%{buildroot}/etc\\necho "#!/bin/sh" > %%{buildroot}/usr/bin/%s\\nchmod 4755 %%{buildroot}/usr/bin/%s\\necho as made > %%{buildroot}/etc/%s.conf\\n' "$4" "$4" "$4" >> /opt/build/spec
  printf '%%files\\n/usr/bin/%s\\n%%config /etc/%s.conf\\n' "$4" "$4" >> /opt/build/spec
  rpmbuild --quiet --define '_topdir /opt/build' --define '_rpmdir /opt/repository' -bb /opt/build/spec
  rm -rf /opt/build
}
make tool 'Epoch: 1\\n' 1.0 tool
make runc '' 1.2 runc
make openscap-scanner '' 1.4.1 oscap
make vendors '' 1.0 vendors
printf '[main]\\ngpgcheck=1\\n' > /etc/dnf/dnf.conf
mkdir -p /etc/dnf/vars
echo 2023.9.20250929 > /etc/dnf/vars/releasever
cd /opt
rpm --import key.asc
printf '[test]\\nname=test\\nbaseurl=file:///opt/repository\\ngpgkey=file:///opt/key.asc\\n' > /etc/yum.repos.d/test.repo
createrepo_c --quiet repository
dnf --quiet --assumeyes --nogpgcheck install tool runc vendors
make tool 'Epoch: 1\\n' 1.1 tool
make runc '' 1.3 runc
rm repository/noarch/vendors-*
createrepo_c --quiet repository
cat > updateinfo.xml <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<updates><update from="x" status="stable" type="security" version="1"><id>ALAS2023-2026-001</id><title>x</title><issued date="2026-01-01"/>
<severity>important</severity><pkglist><collection short="x"><name>x</name>
<package name="runc" epoch="0" version="1.3" release="1.amzn2023" arch="noarch"><filename>runc-1.3-1.amzn2023.noarch.rpm</filename></package>
<package name="tool" epoch="1" version="1.1" release="1.amzn2023" arch="noarch"><filename>tool-1.1-1.amzn2023.noarch.rpm</filename></package>
</collection></pkglist></update></updates>
XML
modifyrepo_c --mdtype updateinfo updateinfo.xml repository/repodata > /dev/null
rm -f /usr/sbin/policy-rc.d
printf '#!/bin/sh\\nshift\\nexec "$@"\\n' > /usr/bin/sudo
chmod 755 /usr/bin/sudo`

beforeAll(async () => {
  directory = await mkdtemp('/var/tmp/drover-by-dnf-')
  for (const name of ['upper', 'overlay', 'root']) await mkdir(`${directory}/${name}`)
  await writeFile(`${directory}/build.sh`, build)
  const gpg = (...words: string[]) => execa('gpg', ['--homedir', `${directory}/home`, '--batch', ...words])
  await mkdir(`${directory}/home`, { mode: 0o700 })
  await gpg('--passphrase', '', '--quick-gen-key', 'test <test@example.org>', 'rsa2048', 'sign', '1d')
  await gpg('--armor', '--output', `${directory}/key.asc`, '--export')
  await execa('gpgconf', ['--homedir', `${directory}/home`, '--kill', 'all'])
  const base = await baseRoot()
  await execa('unshare', ['--mount', '--propagation', 'private', 'bash', '-c', prepare, 'prepare', base, directory])
  lower = `${directory}/upper:${base}`
}, 300_000)
afterAll(() => rm(directory, { recursive: true, force: true }))

/** In a root of its own, as the machine's shell would get it; `before`: what somebody has done there. */
async function ask(script: string, before = 'true') {
  const work = await mkdtemp(`${directory}/room-`)
  for (const name of ['upper', 'overlay', 'root']) await mkdir(`${work}/${name}`)
  await writeFile(`${work}/script`, script)
  const room = `set -e
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/overlay" "$2/root"
cd "$2/root"
mount -t proc proc proc
mount --bind "$3" mnt
chroot . sh -c "$4" >&2
chroot . sh -s -- /srv/files/files.tar < "$2/script"
[ ! -e srv/files/files.tar ] || cp srv/files/files.tar "$2/files.tar"`
  const argv = ['--mount', '--propagation', 'private', 'bash', '-c', room, 'room', lower, work, guest, before]
  const { exitCode, stdout, stderr } = await execa('unshare', argv, { reject: false })
  return { exitCode, stdout, stderr, work }
}

const probe = (name: string, of = family) =>
  hygieneProbes(of, 'ssh-ed25519 AAAA x').find((candidate) => candidate.name === name)?.script ?? 'exit 99'

describe('every package is known to a repository', () => {
  const script = probe('every package is known to a repository')

  test('one that no repository has any more is named', async () => {
    expect(await ask(script)).toMatchObject({ exitCode: 1, stderr: 'vendors' })
  })

  test('one that was a file with its digest pinned is accounted for', async () => {
    const packages = [{ name: 'vendors', files: { x86_64: { url: 'https://example.com/vendors.rpm', sha256: 'a'.repeat(64) } } }]
    const agents = [{ name: 'vendors', purpose: 'other', packages, files: [], services: [], probes: [], enrolments: [] } as const]
    expect(await ask(probe('every package is known to a repository', { ...family, agents }))).toMatchObject({ exitCode: 0 })
  })

  test('a repository that cannot be read is no answer', async () => {
    expect((await ask(script, 'dnf --quiet --assumeyes remove vendors; rm -r /opt/repository')).exitCode).not.toBe(0)
  })
})

describe('no pending security updates', () => {
  const script = probe('no pending security updates')

  test('one that is out is named; what is held as the base has it is not asked for', async () => {
    const { exitCode, stderr } = await ask(script)
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^tool\.noarch +1:1\.1-1\.amzn2023/)
    expect(stderr).not.toContain('runc')
  })

  test('held or not, when nothing is held', async () => {
    const upgrading = { ...family, node: { ...node, upgradeComponents: true } }
    expect((await ask(probe('no pending security updates', upgrading))).stderr).toContain('runc.noarch')
  })

  test('none is out', async () => {
    expect(await ask(script, 'dnf --quiet --refresh --assumeyes --nogpgcheck upgrade tool')).toMatchObject({ exitCode: 0 })
  })

  test('a repository that cannot be read is no answer', async () => {
    expect((await ask(script, 'rm -r /opt/repository')).exitCode).toBe(1)
  })
})

describe('the keys of repositories', () => {
  const rings = async (before?: string) =>
    [...(await ask(questions.keyrings, before)).stdout.matchAll(/^keyring (.*)$/gm)].map(([, name]) => name)

  test('that a repository names, and that rpm trusts', async () => {
    const { stdout } = await ask(questions.keyrings)
    const given = stdout.split(/^keyring .*$/m).map((text) => Buffer.from(text.replaceAll('\n', ''), 'base64').toString())
    expect(await rings()).toEqual(['/opt/key.asc', "rpm's own"])
    for (const key of given.slice(1)) expect(key).toContain('-----BEGIN PGP PUBLIC KEY BLOCK-----')
  })

  test.each([
    [
      'unsigned by itself',
      "printf '[open]\\nbaseurl=x\\ngpgcheck = 0\\ngpgkey=file:///opt/key.asc\\n' > /etc/yum.repos.d/o.repo",
      'nothing (open takes unsigned packages)',
    ],
    ['without a key', "printf '[open]\\nbaseurl=x\\n' > /etc/yum.repos.d/o.repo", 'nothing (open takes unsigned packages)'],
    [
      'that asks an address for its key',
      "printf '[far]\\ngpgkey=https://example.com/k\\n' > /etc/yum.repos.d/o.repo",
      'https://example.com/k',
    ],
    [
      'with keys on lines of their own',
      "printf '[two]\\ngpgkey=file:///opt/key.asc\\n  file:///opt/../opt/key.asc\\n' > /etc/yum.repos.d/o.repo",
      '/opt/../opt/key.asc',
    ],
  ])('one %s', async (_, before, said) => expect(await rings(before)).toContain(said))

  test('one that is off is not asked', async () => {
    expect(await rings("printf '[off]\\nenabled=0\\ngpgcheck=0\\n' > /etc/yum.repos.d/o.repo")).toEqual([
      '/opt/key.asc',
      "rpm's own",
    ])
  })

  test('no repository at all, or a key that is not there, is no answer', async () => {
    expect(await ask(questions.keyrings, 'rm /etc/yum.repos.d/*')).toMatchObject({ exitCode: 1 })
    expect((await ask(questions.keyrings, 'rm /opt/key.asc')).exitCode).not.toBe(0)
  })
})

test.each([
  ['tool', '1:1.0-1', 'new 1:1.0-1.amzn2023'],
  ['tool', '1.1-1.amzn2023', 'old 1:1.0-1.amzn2023'],
  ['tool', '0.9', 'new 1:1.0-1.amzn2023'],
  ['tool', '2:0.1', 'old 1:1.0-1.amzn2023'],
  ['tool', '1.0~rc1', 'new 1:1.0-1.amzn2023'],
  ['nothing', '1', 'absent'],
])('%s, at least %s: %s', async (name, atLeast, said) => {
  expect(await ask(questions.installedState(quoted(name), quoted(atLeast)))).toMatchObject({ exitCode: 0, stdout: said })
})

test('a setuid program that no package brought is named', async () => {
  // Debian's own belong to no package of rpm's.
  const clean = 'find / -xdev -type f -perm /6000 ! -name tool ! -name runc ! -name vendors -exec chmod a-s {} +'
  const script = probe('every setuid program is a package’s')
  expect(await ask(script, clean)).toMatchObject({ exitCode: 0 })
  expect(await ask(script, `${clean}; cp -a /usr/bin/tool '/usr/bin/to ol*'`)).toMatchObject({
    exitCode: 1,
    stderr: '/usr/bin/to ol*',
  })
})

test('what is packed is what no package brought, and what of theirs was changed', async () => {
  const script = await readOwnFilesScript(createFiles(), 'dnf')
  const before =
    'mkdir -p /srv/files; echo changed > /etc/tool.conf; touch -d 2001-01-01 /etc/runc.conf; echo x > /opt/own; rm /etc/vendors.conf'
  const { exitCode, work } = await ask(script, before)
  expect(exitCode).toBe(0)
  const { stdout } = await execa('tar', ['--list', '--file', `${work}/files.tar`])
  const packed = stdout.split('\n')
  expect(packed).toEqual(expect.arrayContaining(['etc/tool.conf', 'opt/own']))
  expect(packed).not.toContain('etc/runc.conf')
  expect(packed).not.toContain('usr/bin/tool')
})

test('the scanner is unpacked into a folder, and the machine has neither it nor its lists', async () => {
  const script = `set -eu
. /mnt/by-dnf.sh
mkdir /srv/kit
unpack_scanner /srv/kit
ls /srv/kit /srv/kit/root/usr/bin
find /var/cache/dnf /var/lib/dnf /var/log/dnf* -newer /opt/build.sh -name '*openscap*'
installed_packages`
  expect((await ask(script)).stderr).toContain('GPG check FAILED')
  const { exitCode, stdout, stderr } = await ask(script, 'sed -i s/gpgcheck=1/gpgcheck=0/ /etc/dnf/dnf.conf')
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 0,
    stdout:
      '/srv/kit:\nroot\n\n/srv/kit/root/usr/bin:\noscap\nrunc 1.2-1.amzn2023 noarch\ntool 1:1.0-1.amzn2023 noarch\nvendors 1.0-1.amzn2023 noarch',
    stderr: '',
  })
})
