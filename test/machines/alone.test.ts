// Hardening without a release: `drover harden` and `drover scan` on a real root directory and on a machine over SSH.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { baseRoot, openTestCloud, type TestCloud, tracesOf } from './local-machines.ts'

const drover = new URL('../../scripts/drover', import.meta.url).pathname
const run = (...words: string[]) => execa(drover, words, { reject: false })

/** Names, modes, owners and contents below a folder. */
const treeOf = async (root: string): Promise<string> =>
  (
    await execa('bash', [
      '-c',
      'cd "$1" && find . -printf "%p %y %m %U %G %l\\n" | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum',
      'tree',
      root,
    ])
  ).stdout

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp('/var/tmp/drover-alone-')
  await execa('cp', ['-a', await baseRoot(), `${directory}/root`])
}, 180_000)
afterAll(() => rm(directory, { recursive: true, force: true }))

describe('a root directory', { timeout: 300_000 }, () => {
  test('a scan tells what fails and changes nothing', async () => {
    const before = await treeOf(`${directory}/root`)
    const { exitCode, stdout, stderr } = await run('scan', `${directory}/root`, '--json')
    expect(exitCode, stderr).toBe(3)
    const { report } = JSON.parse(stdout)
    expect(report.scans).toHaveLength(1)
    expect(report.scans[0].facts).toMatchObject({ method: 'fast', environment: 'container' })
    expect(report.verdict.outcome).toBe('refuse')
    expect(await treeOf(`${directory}/root`)).toBe(before)
  })

  test('hardening meets far more rules, stays off this host, and keeps its evidence', async () => {
    const host = () =>
      Promise.all(
        ['net/ipv4/conf/all/log_martians', 'kernel/dmesg_restrict'].map((name) => readFile(`/proc/sys/${name}`, 'utf8')),
      )
    const [settings, tables] = [await host(), (await execa('nft', ['list', 'ruleset'])).stdout]
    const { exitCode, stdout, stderr } = await run('harden', `${directory}/root`, '--out', `${directory}/out`)
    expect(exitCode, stderr).toBe(0)
    const percent = (label: string) => Number(new RegExp(`${label} .*\\((\\d+\\.\\d) %`).exec(stdout)?.[1])
    expect(percent('scan')).toBeGreaterThan(95)
    expect(percent('before')).toBeLessThan(75)
    expect(stdout).toContain('nothing against it, but a fast scan is no verdict')
    expect(await host()).toEqual(settings)
    expect((await execa('nft', ['list', 'ruleset'])).stdout).toBe(tables)
    expect(await readdir(`${directory}/out`)).toEqual(
      expect.arrayContaining(['before.xml.gz', 'report.csv', 'report.html', 'report.sarif', 'scan.xml.gz']),
    )
    expect(await readdir(`${directory}/root/run`)).not.toContain('drover')
    expect(await readdir(`${directory}/root/usr/sbin`)).not.toContain('policy-rc.d')
    expect(await readFile('/proc/self/mounts', 'utf8')).not.toContain(directory)
  })

  test.each([
    [['/nowhere/at/all'], 'there is no directory /nowhere/at/all'],
    [['/etc/'], '/etc has no usr/lib/os-release: it is not the root of a system'],
    [['/'], '/ is this running machine, not a directory'],
    [['ami-0123456789abcdef0'], 'ami-0123456789abcdef0 is an image'],
    [['-oProxyCommand=true'], 'unknown option'],
    [['nobody@127.0.0.1', '--port', '9'], 'nobody@127.0.0.1: '],
    [['.', '--minimum-score', 'high'], 'high is not a percentage'],
  ])('%j is told what is wrong with it', async (words, message) => {
    const { exitCode, stderr } = await run('harden', ...words)
    expect(stderr).toContain(message)
    expect(exitCode).toBe(2)
  })
})

describe('a running machine', { timeout: 300_000 }, () => {
  const id = `a${process.pid}`
  let cloud: TestCloud
  beforeAll(async () => {
    cloud = await openTestCloud(id)
    expect(await cloud.machines.start(cloud.spec(0))).toEqual({ ok: true })
    await cloud.inside(cloud.spec(0), 'systemctl is-system-running --wait')
    await writeFile(
      `${cloud.directory}/config`,
      `StrictHostKeyChecking accept-new\nUserKnownHostsFile ${cloud.directory}/known_hosts\nLogLevel ERROR\n`,
    )
  }, 120_000)
  afterAll(async () => {
    await cloud.close()
    expect(await tracesOf(id)).toEqual([])
  })

  test('is judged by a plain scan over SSH, and nothing of it stays there', async () => {
    const target = `admin@${cloud.spec(0).address}`
    const options = ['-i', cloud.keyFile, '-F', `${cloud.directory}/config`]
    const { exitCode, stdout, stderr } = await run('scan', target, ...options, '--minimum-score', '90%', '--json')
    expect(exitCode, stderr).toBe(3)
    const { report } = JSON.parse(stdout)
    expect(report.scans[0].facts).toMatchObject({ method: 'plain', environment: 'container' })
    expect(report.verdict.reasons.join('\n')).toMatch(/applicable rules are met \(\d\d\.\d %\), fewer than 90 %\./)
    expect(report.verdict.reasons.join('\n')).not.toContain('Only a plain scan')
    expect(await cloud.inside(cloud.spec(0), 'ls -d /tmp/drover-* /var/lib/drover-alone 2> /dev/null | wc -l')).toBe('0\n')
  })
})
