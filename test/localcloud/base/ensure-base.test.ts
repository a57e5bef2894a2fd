// The base is made once a week, whole or not at all, and carries nothing of the machine that made it. A program that answers as
// mmdebstrap does stands in for it; the rehearsal uses the real one.

import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Base, type BaseRequest, ensureBase } from '../../../pipeline/localcloud/base/index.ts'
import type { Exec } from '../../../pipeline/ports/index.ts'
import { createExec, createFiles } from '../../../pipeline/system/index.ts'

const monday = Date.parse('2026-11-23T05:30:59Z')
const dayMs = 24 * 60 * 60 * 1_000

let directory: string
beforeEach(async () => {
  directory = await mkdtemp('/tmp/drover-base-')
  await putMmdebstrap(installs)
})
afterEach(() => rm(directory, { recursive: true }))

/** Leaves what the real one does: packages, the builder's own sources, keys, names. */
const installs = `
mkdir -p "$root"/etc/apt/sources.list.d "$root"/etc/apt/apt.conf.d "$root"/etc/ssh "$root"/var/lib/dpkg/updates "$root"/var/lib/dpkg/info
cat >"$root/etc/apt/sources.list.d/0000.sources"
cp "$root/etc/apt/sources.list.d/0000.sources" '$directory/sources'
touch "$root/etc/apt/apt.conf.d/99mmdebstrap" "$root/etc/ssh/ssh_host_ed25519_key" "$root/etc/ssh/sshd_config"
echo builder >"$root/etc/hostname"
echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
printf 'Package: %s\\nStatus: install ok installed\\nVersion: %s\\nArchitecture: all\\nMaintainer: a\\nDescription: a\\n\\n' zoo 1.0 ant 2.0 >"$root/var/lib/dpkg/status"
`

async function putMmdebstrap(body: string): Promise<void> {
  await mkdir(`${directory}/bin`, { recursive: true })
  const script = `#!/bin/bash\nset -e\necho run >>'$directory/runs'\nprintf '%s\\n' "$@" >'$directory/arguments'\nroot=\${@: -2:1}\n${body}`
  await writeFile(`${directory}/bin/mmdebstrap`, script.replaceAll('$directory', directory))
  await chmod(`${directory}/bin/mmdebstrap`, 0o755)
}

function ensure(request: Partial<BaseRequest> = {}) {
  const real = createExec()
  const exec: Exec = {
    ...real,
    run: (command) => real.run({ ...command, env: { PATH: `${directory}/bin:${process.env.PATH}` } }),
  }
  return ensureBase({ exec, files: createFiles(), cacheDirectory: `${directory}/cache`, now: monday, ...request })
}

async function ensured(request: Partial<BaseRequest> = {}): Promise<Base> {
  const outcome = await ensure(request)
  if (!outcome.ok) throw new Error(outcome.message)
  return outcome.base
}

const runs = async () => (await readFile(`${directory}/runs`, 'utf8')).split('\n').length - 1
const at = (base: Base, path: string) => readFile(`${base.rootDirectory}/${path}`, 'utf8')

test('names the base by the minute it was made, as Debian names its images', async () => {
  const base = await ensured()
  expect(base.name).toMatch(/^debian-13-(amd64|arm64)-20261123-0530$/)
  expect(base.createdAt).toBe('2026-11-23T05:30:00.000Z')
  // printf 'ant 2.0\nzoo 1.0\n' | sha256sum
  expect(base.packagesSha256).toBe('e6241665b92e7b9f00aecb98815f7e50055c9a0d084b60c39c03bad03d2f787b')
})

test('leaves nothing of the machine that made it, and puts in what Debian’s image has', async () => {
  const base = await ensured()
  expect(await readdir(`${base.rootDirectory}/etc/ssh`)).toEqual(['sshd_config'])
  expect(await readdir(`${base.rootDirectory}/etc/apt/sources.list.d`)).toEqual(['debian.sources'])
  expect(await readdir(`${base.rootDirectory}/etc/apt/apt.conf.d`)).toEqual([])
  expect([await at(base, 'etc/machine-id'), await at(base, 'etc/hostname'), await at(base, 'etc/resolv.conf')]).toEqual([
    '',
    '',
    '',
  ])
  expect(await at(base, 'etc/apt/sources.list.d/debian.sources')).toContain('URIs: http://deb.debian.org/debian-security')
  expect(await at(base, 'etc/cloud/cloud.cfg.d/01_debian_cloud.cfg')).toContain('name: admin')
  expect(await readdir(`${base.rootDirectory}/etc/systemd/system/multi-user.target.wants`)).toEqual(['amazon-ssm-agent.service'])
})

test('is made from this machine’s own mirrors', async () => {
  await ensured({
    archive: { debian: 'http://mirror.example/debian', security: 'http://mirror.example/security', keyring: '/keys.gpg' },
  })
  expect(await readFile(`${directory}/sources`, 'utf8')).toBe(`Types: deb
URIs: http://mirror.example/debian
Suites: trixie trixie-updates
Components: main
Signed-By: /keys.gpg

Types: deb
URIs: http://mirror.example/security
Suites: trixie-security
Components: main
Signed-By: /keys.gpg
`)
  const given = await readFile(`${directory}/arguments`, 'utf8')
  expect(given).toMatch(/^--variant=minbase$/m)
  expect(given).toMatch(/^--include=init,.*,linux-image-cloud-(amd64|arm64)$/m)
})

test('stays for a week, and the one before stays with it', async () => {
  const first = await ensured()
  expect(await ensured({ now: monday + 7 * dayMs - 60_000 })).toEqual(first)
  expect(await runs()).toBe(1)
  const second = await ensured({ now: monday + 7 * dayMs })
  expect(second.name).toContain('-20261130-0530')
  expect(await runs()).toBe(2)
  expect(await at(first, 'etc/hostname')).toBe('')
})

test('is made anew when asked for', async () => {
  await ensured()
  const asked = await ensured({ now: monday + 60_000, rebuild: true })
  expect(asked.name).toContain('-20261123-0531')
  expect(await ensured({ now: monday + dayMs })).toEqual(asked)
})

test('is there whole or not at all', async () => {
  await putMmdebstrap(`mkdir -p "$root/etc"; echo 'E: no network' >&2; exit 25`)
  const outcome = await ensure()
  expect(outcome).toEqual({ ok: false, message: expect.stringMatching(/^the base image could not be made: .*E: no network/) })
  await putMmdebstrap(installs)
  const base = await ensured()
  expect(await readdir(`${base.rootDirectory}/..`)).toEqual(['.lock', base.name])
})

test('two at once make one', async () => {
  await putMmdebstrap(`sleep 0.3\n${installs}`)
  const [one, other] = await Promise.all([ensured(), ensured()])
  expect(one).toEqual(other)
  expect(await runs()).toBe(1)
})
