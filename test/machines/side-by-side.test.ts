// Thirty machines at once, at the host's own settings: each in a group of its own, with the memory of its type and no more.

import { once } from 'node:events'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openTestCloud, type TestCloud, tracesOf } from './local-machines.ts'
import { accountedFor, memoryBound, memoryUsed } from './machine-group.ts'

const mib = 1_048_576
const count = 30
/** So many that thirty stay well within the 128 that Linux gives a user. */
const mostInotifyInstances = 3

describe('machines side by side', { timeout: 300_000 }, () => {
  const id = `s${process.pid}`
  let cloud: TestCloud
  const specs = () => Array.from({ length: count }, (_, number) => cloud.spec(number, { memoryMib: 256 }))

  beforeAll(async () => {
    cloud = await openTestCloud(id)
    expect(await Promise.all(specs().map(cloud.machines.start))).toEqual(Array(count).fill({ ok: true }))
    for (const spec of specs()) expect(await cloud.inside(spec, 'systemctl is-system-running --wait')).toBe('running\n')
  }, 300_000)
  afterAll(async () => {
    await cloud.close()
    expect(await tracesOf(id)).toEqual([])
  })

  test('each has its own processes, in a group with the bound of its type', async () => {
    for (const spec of specs()) {
      expect(await accountedFor(id, spec.id, memoryBound)).toBe(256 * mib)
      const used = (await accountedFor(id, spec.id, memoryUsed)) ?? 0
      expect(used).toBeGreaterThan(mib)
      expect(used).toBeLessThanOrEqual(256 * mib)
      // Its own service manager, and nobody else's.
      expect(await cloud.inside(spec, 'pgrep --count --exact sshd')).toBe('1\n')
    }
  })

  test('each answers, is ready for commands, and takes few of the inotify instances that all share', async () => {
    expect((await cloud.machines.running()).toSorted()).toEqual(specs().map((spec) => spec.id))
    for (const spec of specs()) {
      expect(await cloud.machines.reachable(spec.id)).toBe(true)
      expect(await cloud.machines.unitActive(spec.id, 'amazon-ssm-agent.service')).toBe(true)
      const held = await cloud.inside(spec, 'find /proc/[0-9]*/fd -user root -lname anon_inode:inotify | wc -l')
      expect(Number(held)).toBeGreaterThan(0)
      expect(Number(held)).toBeLessThanOrEqual(mostInotifyInstances)
    }
  })

  test('what eats memory is killed in its own machine; the others go on', async () => {
    const [hungry, ...others] = specs()
    if (hungry === undefined) throw new Error('there is one')
    const boots = () => Promise.all(others.map((spec) => cloud.inside(spec, 'systemctl show --property UserspaceTimestamp')))
    const before = await boots()
    const eaten = await cloud.machines.run(hungry.id, 'exec python3 -c "b = bytearray(600 * 2 ** 20)"', 60_000)
    expect(eaten.exitCode).not.toBe(0)
    expect(eaten.stderr).not.toContain('MemoryError')
    expect((await cloud.machines.running()).length).toBe(count)
    expect(await boots()).toEqual(before)
    for (const spec of others) expect(await cloud.inside(spec, 'systemctl is-system-running')).toBe('running\n')
    // A machine that has as much does it.
    const roomy = cloud.spec(count, { memoryMib: 1_024 })
    expect(await cloud.machines.start(roomy)).toEqual({ ok: true })
    expect(await cloud.inside(roomy, 'python3 -c "b = bytearray(600 * 2 ** 20); print(len(b))"')).toBe(`${600 * mib}\n`)
  })

  test('one for which the kernel has no inotify instance left does not start, and says of what there is none', async () => {
    const late = cloud.spec(count + 1)
    const hog = await everyInotifyInstance()
    onTestFinished(() => hog.free())
    expect(await cloud.machines.start(late)).toEqual({
      ok: false,
      message: expect.stringMatching(
        /did not start: it said nothing; \d+ inotify instances are held .*max_user_instances is \d+$/,
      ),
    })
    await hog.free()
    expect(await cloud.machines.start(late)).toEqual({ ok: true })
    await cloud.machines.destroy(late.id)
  })

  test('all of them end together', async () => {
    await Promise.all(specs().map((spec) => cloud.machines.destroy(spec.id)))
    expect(await cloud.machines.running()).toEqual([cloud.spec(count).id])
  })
})

/** Takes all there are left, until they are freed. */
async function everyInotifyInstance(): Promise<{ free(): Promise<void> }> {
  const hog = execa('python3', ['-c', takeAll], { stdin: 'pipe', reject: false })
  await once(hog.stdout, 'data')
  return {
    free: async () => {
      hog.stdin.end()
      await hog
    },
  }
}

const takeAll = `
import ctypes, sys
libc = ctypes.CDLL(None)
while libc.inotify_init() >= 0: pass
print("taken", flush=True)
sys.stdin.read()
`
