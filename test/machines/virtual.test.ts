// A machine with a kernel of its own: it boots, is reached, rebooted and switched off as one that shares the host's.

import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installedEmulator, openTestCloud, type TestCloud, tracesOf } from './local-machines.ts'
import { ssh as sshWith } from './log-in.ts'

/** Emulated, a boot takes half a minute on a quiet machine; nothing is asserted about it. */
describe('a machine with a kernel of its own', { timeout: 400_000 }, () => {
  const id = `v${process.pid}`
  let cloud: TestCloud

  beforeAll(async () => {
    cloud = await openTestCloud(id, { emulator: await installedEmulator() })
  }, 120_000)
  afterAll(async () => {
    await cloud.close()
    expect(await tracesOf(id)).toEqual([])
  }, 60_000)

  const ssh = async (command: string) => (await sshWith(cloud.keyFile, cloud.spec(0).address, command)).stdout

  /** What the command printed once the machine lets us in. */
  async function onceUp(command: string): Promise<string> {
    const until = Date.now() + 180_000
    for (;;) {
      try {
        return await ssh(command)
      } catch (error) {
        if (Date.now() > until) throw new Error(`${error}\n${await cloud.machines.console(cloud.spec(0).id)}`)
        await new Promise((resolve) => setTimeout(resolve, 1_000))
      }
    }
  }

  test('it boots its image’s kernel, takes its name and key from the metadata, and reaches what others reach', async () => {
    const spec = cloud.spec(0, { kernel: 'own' })
    expect(await cloud.machines.start(spec)).toEqual({ ok: true })
    expect(await onceUp('hostname && sudo id -u')).toBe(`${spec.hostname}\n0`)
    expect(await cloud.machines.running()).toEqual([spec.id])
    expect(await cloud.machines.reachable(spec.id)).toBe(true)
    expect(await ssh('systemd-detect-virt --container || systemctl is-system-running --wait')).toBe('none\nrunning')
    expect(await ssh('cat /sys/class/dmi/id/sys_vendor; uname -r; ls /sys/class/net')).toMatch(
      /^Amazon EC2\n\d\S+-cloud-\S+\nens5\nlo$/,
    )
    const status = JSON.parse(await ssh('cloud-init status --format json || test $? = 2'))
    expect(status).toMatchObject({ status: 'done', errors: [] })
    expect(status.datasource).toMatch(/^ec2/)
    expect(await ssh('getent hosts deb.debian.org')).toContain('deb.debian.org')
    expect(await ssh('systemctl show-environment')).toContain(`AWS_ENDPOINT_URL=${cloud.egress.endpoint}`)
  })

  test('it begins nothing that its egress rules don’t let out, and answers', async () => {
    const spec = cloud.spec(0)
    const status = () => ssh(`curl -s -m 5 -o /dev/null -w '%{http_code}' ${cloud.egress.endpoint}/ || true`)
    expect(await status()).toBe('200')
    await cloud.machines.setFirewall(spec.id, { ingress: spec.firewall.ingress, egress: [] })
    expect(await status()).toBe('000')
    expect(await ssh('getent hosts deb.debian.org')).toContain('deb.debian.org')
    await cloud.machines.setFirewall(spec.id, spec.firewall)
    expect(await status()).toBe('200')
  })

  test('a reboot is another boot of the same disk', async () => {
    const spec = cloud.spec(0, { kernel: 'own' })
    const boot = 'cat /proc/sys/kernel/random/boot_id'
    const before = await ssh(`echo kept > ~/note; ${boot}`)
    expect(await cloud.machines.reboot(spec)).toEqual({ ok: true })
    expect(await onceUp(boot)).not.toBe(before)
    expect(await ssh('cat ~/note')).toBe('kept')
    // It was asked to power off and did: nothing had to be repaired on the disk.
    expect(await ssh('sudo dmesg')).not.toContain('recovery required')
  })

  test('its agent runs what it is told, several things at once, each with its streams, its exit code and its time', async () => {
    const { id: machine } = cloud.spec(0)
    const run = (script: string, timeoutMs = 60_000) => cloud.machines.run(machine, script, timeoutMs)
    await expect.poll(() => cloud.machines.unitActive(machine, 'amazon-ssm-agent.service'), { timeout: 60_000 }).toBe(true)
    expect(await cloud.machines.unitActive(machine, 'no-such.service')).toBe(false)
    const asked = await Promise.all([
      run('sleep 600', 10_000),
      run('name=ü; echo "$name"; id -u; echo beside >&2; exit 7'),
      run('head -c 3000000 /dev/zero | tr "\\0" x'),
    ])
    expect(asked[0]).toMatchObject({ exitCode: undefined, timedOut: true })
    expect(asked[1]).toEqual({ exitCode: 7, stdout: 'ü\n0\n', stderr: 'beside\n', timedOut: false })
    expect(asked[2]).toMatchObject({ exitCode: 0, stderr: '', timedOut: false })
    expect(asked[2]?.stdout).toMatch(/^x{2000000}$/)
    expect(await ssh('systemctl list-units --no-legend --type=service "run-*" | wc -l')).toBe('0')
  })

  test('a connection to its own ports is made over its card', async () => {
    const stream = await cloud.machines.connect(cloud.spec(0).id, 22)
    const [greeting] = await once(stream as Duplex, 'data')
    stream?.destroy()
    expect(String(greeting)).toMatch(/^SSH-2\.0-OpenSSH/)
    expect(await cloud.machines.connect(cloud.spec(0).id, 23)).toBeUndefined()
  })

  test('without its agent nothing is run in it, no image is made of it, and it leaves nothing behind', async () => {
    const { id: machine } = cloud.spec(0)
    await ssh('sudo systemctl stop amazon-ssm-agent.service')
    expect(await cloud.machines.unitActive(machine, 'ssh.service')).toBe(false)
    expect(await cloud.machines.run(machine, 'touch /late', 100)).toMatchObject({ exitCode: undefined, timedOut: true })
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    await ssh('sudo systemctl start amazon-ssm-agent.service')
    await expect.poll(() => cloud.machines.unitActive(machine, 'ssh.service'), { timeout: 60_000 }).toBe(true)
    expect(await ssh('ls /late 2>&1 || true')).toContain('No such file')
    expect(await cloud.machines.stop(machine)).toEqual({ ok: true })
    expect(await cloud.machines.running()).toEqual([])
    expect(await cloud.machines.captureLayer(machine, 'layer')).toMatchObject({ ok: false })
    expect(await cloud.machines.destroy(machine)).toEqual({ ok: true })
    expect(existsSync(`${cloud.directory}/state/machines/${machine}`)).toBe(false)
  })
})

test('without QEMU it does not start, and says what to install', async () => {
  const id = `w${process.pid}`
  const cloud = await openTestCloud(id)
  try {
    const outcome = await cloud.machines.start(cloud.spec(0, { kernel: 'own' }))
    expect(outcome).toMatchObject({ ok: false, message: expect.stringContaining('./scripts/setup qemu') })
  } finally {
    await cloud.close()
  }
}, 60_000)
