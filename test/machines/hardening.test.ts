// Hardening a real machine: a second time changes nothing, operators still get in after a reboot, and what a fast scan is worth.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestCloud, type TestCloud, tracesOf } from './local-machines.ts'
import { ssh } from './log-in.ts'
import { type KitMachine, type KitMachines, kitLayer, kitMachines, timedScan } from './scanner-kit.ts'

const profileFile = new URL('../../hardening/profiles/debian-13-cis-level-1-server.yaml', import.meta.url).pathname
const cisProfile = 'xccdf_org.ssgproject.content_profile_cis_level1_server'

/** Names, kinds, modes, owners, contents, link targets and extended attributes of all that a machine keeps, one line a path. */
const listTree = `python3 - << 'end'
import hashlib, os, stat
# The kit itself, what the kernel makes, and what every program that runs writes: none of it is configuration.
skipped = {'/var/lib/drover-kit', '/proc', '/sys', '/dev', '/run', '/tmp', '/var/tmp', '/var/log'}
for folder, folders, files in os.walk('/'):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in skipped]
    for path in (os.path.join(folder, name) for name in folders + files):
        facts = os.lstat(path)
        content = os.readlink(path) if stat.S_ISLNK(facts.st_mode) else ''
        if stat.S_ISREG(facts.st_mode):
            with open(path, 'rb') as file:
                content = hashlib.file_digest(file, 'sha256').hexdigest()
        attributes = [(name, os.getxattr(path, name, follow_symlinks=False)) for name in sorted(os.listxattr(path, follow_symlinks=False))]
        print(ascii(path), oct(facts.st_mode), facts.st_uid, facts.st_gid, content, attributes)
end`

describe('a hardened machine', { timeout: 300_000 }, () => {
  const id = `h${process.pid}`
  let cloud: TestCloud
  let machines: KitMachines
  let hardened: KitMachine

  beforeAll(async () => {
    cloud = await openTestCloud(id)
    const packages = await kitLayer(cloud, profileFile)
    machines = kitMachines(cloud)
    hardened = await machines.boot(['base', 'kit'])
    await hardened.run(`apt-get -qq update
      SYSTEMD_OFFLINE=1 apt-get -qq install --yes --no-install-recommends -o Dpkg::Options::=--force-unsafe-io ${packages.join(' ')} > apt.log 2>&1
      ./guest/remediate.sh`)
  }, 300_000)
  afterAll(async () => {
    await cloud.close()
    expect(await tracesOf(id)).toEqual([])
  })

  test('hardened a second time is the same machine, byte for byte', async () => {
    const before = await hardened.run(listTree)
    expect(before.split('\n').length).toBeGreaterThan(10_000)
    await hardened.run('./guest/remediate.sh')
    const after = await hardened.run(listTree)
    expect(differing(before, after)).toEqual([])
  })

  test('after a reboot operators get in, become root, have a console, the time and names', async () => {
    expect(await cloud.machines.reboot(hardened.spec)).toEqual({ ok: true })
    await hardened.run('systemctl is-system-running --wait')
    const { stdout } = await ssh(cloud.keyFile, hardened.spec.address, 'sudo -n id -u && getent hosts deb.debian.org | head -n 1')
    expect(stdout).toMatch(/^0\n\S+\s+deb\.debian\.org$/)
    // A container has no terminal for it to open; that it opens one shows on a real boot.
    expect(await hardened.run('systemctl is-enabled getty@tty1.service')).toBe('enabled\n')
    expect(await hardened.run('systemctl is-enabled systemd-timesyncd.service')).toBe('enabled\n')
  })

  test('a fast scan answers as the plain one does, or says that it has no answer', async () => {
    const plain = await timedScan(hardened, 'plain', cisProfile)
    const fast = await timedScan(hardened, 'fast', cisProfile)
    const answers = new Map(plain.rules.map(({ rule, result }) => [rule, result]))
    expect(fast.rules.map(({ rule }) => rule).toSorted()).toEqual([...answers.keys()].toSorted())
    const different = fast.rules.filter(({ rule, result }) => result !== answers.get(rule))
    // Rules about units: without the bus nobody tells it which run and which are enabled.
    expect(different.length).toBeGreaterThan(0)
    for (const { rule, result } of different) {
      expect(rule).toMatch(/_(service|socket|timer)_|timesyncd|sysctl_reapply|_timer$/)
      expect(['error', 'unknown']).toContain(result)
    }
    expect(plain.processorSeconds / fast.processorSeconds).toBeGreaterThan(4)
  })
})

/** Lines of either side that the other has not. */
function differing(one: string, other: string): readonly string[] {
  const [before, after] = [one, other].map((text) => text.split('\n'))
  const [had, has] = [new Set(before), new Set(after)]
  return [
    ...(before ?? []).filter((line) => !has.has(line)).map((line) => `- ${line}`),
    ...(after ?? []).filter((line) => !had.has(line)).map((line) => `+ ${line}`),
  ]
}
