// Real machines: boot, metadata, network, disks and images, and that nothing of them stays behind.

import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sweepLocalCloud } from '../../pipeline/localcloud/machines/sweep.ts'
import { createExec, createFiles } from '../../pipeline/system/index.ts'
import { openTestCloud, type TestCloud, tracesOf } from './local-machines.ts'
import { ssh as sshWith } from './log-in.ts'

/** It exits with 2 for anything it has to say, deprecations included. */
const cloudInitStatus = 'cloud-init status --format json || test $? = 2'
const booted = 'systemctl is-system-running --wait'
/** The time to live of the first packet that comes from the metadata service, read off the card. */
const hopsLeft = `python3 - << 'end'
import socket
card = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
caller = socket.create_connection(('169.254.169.254', 80))
packet = card.recv(65536)
while packet[12:16] != socket.inet_aton('169.254.169.254'):
    packet = card.recv(65536)
print(packet[8])
end`
const tcp = (port: number, cidr = '0.0.0.0/0') => ({ protocol: 'tcp', fromPort: port, toPort: port, cidr }) as const
const knock = (address: string, port: number) => `timeout 2 bash -c 'exec 3<> /dev/tcp/${address}/${port}'`

describe('machines of one cloud', { timeout: 120_000 }, () => {
  const id = `m${process.pid}`
  let cloud: TestCloud

  beforeAll(async () => {
    cloud = await openTestCloud(id)
  })
  afterAll(async () => {
    await cloud.close()
    expect(await tracesOf(id)).toEqual([])
  })

  const ssh = (address: string, command: string) => sshWith(cloud.keyFile, address, command)

  const opens = async (address: string, port: number) =>
    (await execa('sh', ['-c', knock(address, port)], { reject: false })).exitCode

  test('two boot to running, with cloud-init done and a key to log in with', async () => {
    const specs = [cloud.spec(0), cloud.spec(1, { metadataHopLimit: 2 })]
    expect(await Promise.all(specs.map(cloud.machines.start))).toEqual([{ ok: true }, { ok: true }])
    for (const spec of specs) {
      expect(await cloud.inside(spec, booted)).toBe('running\n')
      const status = JSON.parse(await cloud.inside(spec, cloudInitStatus)) as { recoverable_errors?: object }
      expect(status).toMatchObject({ status: 'done', datasource: 'ec2local', errors: [] })
      // Debian's own configuration has keys that this version calls deprecated; nothing else may be amiss.
      expect(Object.keys(status.recoverable_errors ?? {}).filter((level) => level !== 'DEPRECATED')).toEqual([])
      expect(await cloud.machines.reachable(spec.id)).toBe(true)
      expect((await ssh(spec.address, 'hostname && sudo id -u')).stdout).toBe(`${spec.hostname}\n0`)
    }
    expect((await cloud.machines.running()).toSorted()).toEqual(specs.map((spec) => spec.id))
    expect(await cloud.inside(cloud.spec(0), 'ls /sys/class/net')).toBe('ens5\nlo\n')
  })

  test('a script runs in a unit of its own, with the services’ environment, exit code and time limit', async () => {
    const spec = cloud.spec(0)
    expect(await cloud.machines.run(spec.id, 'value=x; echo "$value $AWS_ENDPOINT_URL"; echo no >&2; exit 7', 20_000)).toEqual({
      exitCode: 7,
      stdout: `x ${cloud.egress.endpoint}\n`,
      stderr: 'no\n',
      timedOut: false,
    })
    expect(await cloud.machines.run(spec.id, 'sleep 60', 500)).toMatchObject({ exitCode: undefined, timedOut: true })
    expect(await cloud.machines.unitActive(spec.id, 'ssh.service')).toBe(true)
    expect(await cloud.machines.unitActive(spec.id, 'no-such.service')).toBe(false)
  })

  test('a health check is answered by what listens in the machine, or says how it was not', async () => {
    const spec = cloud.spec(0)
    const ask = (port: number, protocol: 'HTTP' | 'TCP' = 'HTTP', path = '/') =>
      cloud.machines.healthCheck(spec.id, { protocol, port, path, timeoutMs: 2_000 })
    expect(await ask(8080)).toEqual({ kind: 'refused' })
    await cloud.inside(spec, 'mkdir -p /srv/www && echo well > /srv/www/healthz')
    await cloud.inside(spec, 'systemd-run --unit=web python3 -m http.server 8080 --directory /srv/www')
    await cloud.inside(spec, `until ${knock('127.0.0.1', 8080)}; do sleep 0.1; done`)
    expect(await ask(8080, 'HTTP', '/healthz')).toEqual({ kind: 'answered', status: 200 })
    expect(await ask(8080, 'HTTP', '/$(reboot)')).toEqual({ kind: 'answered', status: 404 })
    expect(await ask(8080, 'TCP')).toEqual({ kind: 'answered' })
    await cloud.inside(spec, 'systemctl kill --signal=STOP web')
    expect(await ask(8080)).toEqual({ kind: 'timed-out' })
    await cloud.inside(spec, 'systemctl kill --signal=KILL web')
  })

  test('metadata wants a token, and its answers do not get past the hop limit', async () => {
    const spec = cloud.spec(0)
    const url = 'http://169.254.169.254/latest'
    expect(await cloud.inside(spec, `curl -s -o /dev/null -w '%{http_code}' ${url}/meta-data/`)).toBe('401')
    const withToken = `token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${url}/api/token) &&
      curl -sf -m 2 -H "X-aws-ec2-metadata-token: $token" ${url}/meta-data/instance-id`
    expect(await cloud.inside(spec, withToken)).toBe(spec.id)
    // What is left of each packet's life when it arrives: at 1, a container behind the machine gets none of it.
    expect(await cloud.inside(cloud.spec(0), hopsLeft)).toBe('1\n')
    expect(await cloud.inside(cloud.spec(1), hopsLeft)).toBe('2\n')
  })

  test('the cloud’s API answers and knows who asks', async () => {
    const spec = cloud.spec(1)
    expect(await cloud.inside(spec, 'curl -sf "$AWS_ENDPOINT_URL/path"')).toBe(`GET /path from ${spec.address}`)
  })

  test('apt reaches the mirror; this host and its neighbours are out of reach', async () => {
    const spec = cloud.spec(0)
    await cloud.inside(
      spec,
      'apt-get update -qq -o Acquire::Languages=none && apt-get install -qq -y --no-install-recommends cowsay',
    )
    expect(await cloud.inside(spec, 'dpkg --status cowsay')).toContain('Status: install ok installed')
    const proxied = (host: string) => `curl -s -o /dev/null -w '%{http_code}' -H 'Host: ${host}' http://192.0.2.80/`
    for (const host of ['localhost', '127.0.0.1', '169.254.169.254', cloud.machines.network.gateway]) {
      expect(await cloud.inside(spec, proxied(host))).toBe('403')
    }
    expect(
      (await cloud.machines.run(spec.id, knock(cloud.machines.network.gateway.replace(/1$/, '2'), 22), 20_000)).exitCode,
    ).not.toBe(0)
  })

  test('closed egress refuses names and resets connections, metadata goes on', async () => {
    const spec = cloud.spec(0)
    cloud.egress.setEgress('closed')
    const lookup = await cloud.machines.run(spec.id, 'getent hosts deb.debian.org', 20_000)
    expect(lookup.exitCode).not.toBe(0)
    const fetched = await cloud.machines.run(spec.id, 'curl -sS -m 5 http://192.0.2.80/', 20_000)
    expect(fetched.stderr).toContain('Connection reset by peer')
    expect(await cloud.inside(spec, 'curl -s -o /dev/null -w "%{http_code}" http://169.254.169.254/')).toBe('401')
    cloud.egress.setEgress('open')
    expect(await cloud.inside(spec, 'getent hosts deb.debian.org')).toContain('deb.debian.org')
  })

  test('security groups hold for the host and between machines, and can be changed', async () => {
    const [one, two] = [cloud.spec(0), cloud.spec(1)]
    await cloud.inside(two, 'systemd-run --quiet --unit web python3 -m http.server 8000; sleep 1')
    expect(await opens(two.address, 22)).toBe(0)
    // 124: no answer at all, as EC2 has it, not a refusal.
    expect(await opens(two.address, 8000)).toBe(124)
    expect((await cloud.machines.run(one.id, knock(two.address, 8000), 20_000)).exitCode).toBe(124)
    const { egress } = two.firewall
    await cloud.machines.setFirewall(two.id, { ingress: [tcp(8000, `${one.address}/32`)], egress })
    expect((await cloud.machines.run(one.id, knock(two.address, 8000), 20_000)).exitCode).toBe(0)
    expect(await opens(two.address, 8000)).toBe(124)
    expect(await opens(two.address, 22)).toBe(124)
    // Members of a group: those in it are let in, whoever is not stays out.
    const members = [one.address, cloud.spec(7).address].map((address) => `${address}/32`)
    const toMembers = members.map((cidr) => tcp(8000, cidr))
    await cloud.machines.setFirewall(two.id, { ingress: toMembers, egress })
    expect((await cloud.machines.run(one.id, knock(two.address, 8000), 20_000)).exitCode).toBe(0)
    await cloud.machines.setFirewall(two.id, { ingress: toMembers.slice(1), egress })
    expect((await cloud.machines.run(one.id, knock(two.address, 8000), 20_000)).exitCode).toBe(124)
    expect(await cloud.inside(one, `getent hosts ${two.hostname}`)).toContain(two.address)
  })

  test('what a machine may begin is what its egress rules say; answers, names and metadata are not theirs to stop', async () => {
    const [one, two] = [cloud.spec(0), cloud.spec(1)]
    const { machines } = cloud
    const reached = async (address: string, port: number) => (await machines.run(one.id, knock(address, port), 20_000)).exitCode
    /** Through the relay, which refuses to go to that host, and says so. */
    const status = async (url: string) =>
      (await machines.run(one.id, `curl -s -m 2 -o /dev/null -w '%{http_code}' -H 'Host: localhost' ${url}`, 20_000)).stdout
    const [elsewhere, api] = ['http://192.0.2.80/', '"$AWS_ENDPOINT_URL/"']
    const allow = (...egress: ReturnType<typeof tcp>[]) => machines.setFirewall(one.id, { ingress: one.firewall.ingress, egress })

    await machines.setFirewall(two.id, { ingress: [tcp(22), tcp(8000)], egress: [] })
    expect([await reached(two.address, 8000), await status(elsewhere), await status(api)]).toEqual([0, '403', '200'])
    await allow()
    expect([await reached(two.address, 8000), await status(elsewhere), await status(api)]).toEqual([124, '000', '000'])
    expect((await ssh(one.address, 'echo answered')).stdout).toBe('answered')
    expect(await status('http://169.254.169.254/')).toBe('401')
    expect(await cloud.inside(one, `getent hosts ${two.hostname}`)).toContain(two.address)

    await allow(tcp(8000, `${two.address}/32`))
    expect([await reached(two.address, 8000), await reached(two.address, 22)]).toEqual([0, 124])
    await allow(tcp(8000, `${cloud.spec(7).address}/32`), tcp(8000, `${two.address}/32`))
    expect([await reached(two.address, 8000), await status(elsewhere)]).toEqual([0, '000'])
    // By where it was sent, not by where the relay listens.
    await allow(tcp(80, '192.0.2.80/32'))
    expect([await status(elsewhere), await status('http://192.0.2.81/')]).toEqual(['403', '000'])
    // The cloud's API is where AWS's would be, for a rule.
    await allow(tcp(443))
    expect([await status(api), await status(elsewhere)]).toEqual(['200', '000'])
    for (const spec of [one, two]) await machines.setFirewall(spec.id, spec.firewall)
  })

  test('a machine that may begin nothing gets its lease and its key, and can be logged in to', async () => {
    const { ingress } = cloud.spec(6).firewall
    const spec = cloud.spec(6, { firewall: { ingress, egress: [] } })
    expect(await cloud.machines.start(spec)).toEqual({ ok: true })
    expect(await cloud.inside(spec, booted)).toBe('running\n')
    expect((await ssh(spec.address, 'hostname')).stdout).toBe(spec.hostname)
    expect((await cloud.machines.run(spec.id, knock(cloud.spec(1).address, 22), 20_000)).exitCode).toBe(124)
    expect(await cloud.machines.destroy(spec.id)).toEqual({ ok: true })
  })

  test('a machine comes back from a reboot, asked for from outside or inside', async () => {
    const spec = cloud.spec(0)
    const bootId = () => cloud.inside(spec, 'journalctl --quiet --list-boots | wc -l')
    expect(Number(await bootId())).toBe(1)
    // With the firewall that it is to have by then.
    const { egress } = spec.firewall
    expect(await cloud.machines.reboot({ ...spec, firewall: { ingress: [], egress } })).toEqual({ ok: true })
    expect(await cloud.inside(spec, booted)).toBe('running\n')
    expect(await opens(spec.address, 22)).toBe(124)
    await cloud.machines.setFirewall(spec.id, spec.firewall)
    expect(await opens(spec.address, 22)).toBe(0)
    await cloud.machines.run(spec.id, 'systemctl reboot', 20_000)
    await expect
      .poll(() => cloud.machines.run(spec.id, 'journalctl --quiet --list-boots | wc -l', 20_000), { timeout: 20_000 })
      .toMatchObject({
        stdout: '3\n',
      })
    expect(await cloud.inside(spec, booted)).toBe('running\n')
  })

  test('power-off from inside ends it; a start brings the same disk back', async () => {
    const spec = cloud.spec(0)
    await cloud.inside(spec, 'echo mine > /root/kept')
    await cloud.machines.run(spec.id, 'systemctl poweroff', 20_000)
    await expect.poll(() => cloud.machines.running(), { timeout: 20_000 }).not.toContain(spec.id)
    expect(await cloud.machines.start(spec)).toEqual({ ok: true })
    expect(await cloud.inside(spec, 'cat /root/kept')).toBe('mine\n')
  })

  test('a command in flight does not hold up a power-off', async () => {
    const spec = cloud.spec(0)
    // Without the bus's socket a command waits where every process of a closing machine is stopped, then killed.
    await cloud.inside(spec, 'mv /run/dbus/system_bus_socket /run/dbus/aside')
    const waiting = cloud.machines.run(spec.id, 'true', 60_000)
    await expect.poll(async () => (await execa('pgrep', ['--full', 'until .*system_bus_socket'])).stdout).not.toBe('')
    expect(await cloud.machines.stop(spec.id)).toEqual({ ok: true })
    expect(await waiting).toMatchObject({ timedOut: false })
    expect(await cloud.machines.start(spec)).toEqual({ ok: true })
  })

  test('an image of a stopped machine boots as a machine of its own, without a trace of how it was run', async () => {
    const spec = cloud.spec(0)
    const before = await cloud.inside(spec, 'cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub')
    await cloud.inside(spec, 'rm -rf /root/kept /usr/share/doc/adduser; : > /etc/machine-id; cloud-init clean --logs')
    expect(await cloud.machines.captureLayer(spec.id, 'ami-1')).toMatchObject({ ok: false })
    expect(await cloud.machines.stop(spec.id)).toEqual({ ok: true })
    expect(await cloud.machines.captureLayer(spec.id, 'ami-1')).toEqual({ ok: true })
    expect(await cloud.machines.layerBytes('ami-1')).toBeGreaterThan(1_000_000)
    const layer = `${cloud.directory}/state/layers/ami-1`
    for (const path of ['etc/resolv.conf', 'sys/hypervisor', 'etc/localtime']) expect(existsSync(`${layer}/${path}`)).toBe(false)

    const copy = cloud.spec(2, { layers: ['base', 'ami-1'] })
    expect(await cloud.machines.start(copy)).toEqual({ ok: true })
    expect(await cloud.inside(copy, booted)).toBe('running\n')
    expect(
      await cloud.inside(copy, 'test ! -e /root/kept && test ! -e /usr/share/doc/adduser && command -v /usr/games/cowsay'),
    ).toContain('cowsay')
    const after = await cloud.inside(copy, 'cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub')
    expect(after.split('\n')[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(after.split('\n').filter((line) => line !== '' && before.includes(line))).toEqual([])

    // A layer goes with the last machine that stands on it.
    await cloud.machines.removeLayer('ami-1')
    expect(await cloud.inside(copy, 'cat /etc/hostname')).toContain(copy.hostname)
    expect(await cloud.machines.destroy(copy.id)).toEqual({ ok: true })
    expect(existsSync(layer)).toBe(false)
  })

  test('a machine that is not to boot ends as one whose init is gone, and its console outlives it', async () => {
    const spec = cloud.spec(4, { fate: 'never-boots' })
    const panic = 'Kernel panic - not syncing: No working init found.'
    expect(await cloud.machines.start(spec)).toEqual({ ok: false, message: `${spec.id} did not start: ${panic}` })
    expect(await cloud.machines.running()).not.toContain(spec.id)
    expect(await cloud.machines.destroy(spec.id)).toEqual({ ok: true })
    expect(await cloud.machines.console(spec.id)).toContain(panic)
  })

  test('a silent machine boots and never answers; a reboot without it does, and it can be killed', async () => {
    const { machines } = cloud
    const spec = cloud.spec(5)
    expect(await machines.start({ ...spec, fate: 'silent' })).toEqual({ ok: true })
    // Its PID 1 answers those who are inside already, and nobody else ever gets there.
    await expect.poll(() => machines.unitActive(spec.id, 'init.scope'), { timeout: 20_000 }).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 5_000))
    expect(await machines.reachable(spec.id)).toBe(false)
    expect(await machines.unitActive(spec.id, 'amazon-ssm-agent.service')).toBe(false)
    expect(await machines.running()).toContain(spec.id)
    expect(await machines.reboot(spec)).toEqual({ ok: true })
    expect(await cloud.inside(spec, booted)).toBe('running\n')
    expect(await machines.reachable(spec.id)).toBe(true)

    await cloud.inside(spec, 'echo kept > /root/kept')
    const started = performance.now()
    expect(await machines.kill(spec.id)).toEqual({ ok: true })
    expect(performance.now() - started).toBeLessThan(5_000)
    expect(await machines.running()).not.toContain(spec.id)
    expect(await machines.start(spec)).toEqual({ ok: true })
    expect(await cloud.inside(spec, 'cat /root/kept')).toBe('kept\n')
    expect(await machines.destroy(spec.id)).toEqual({ ok: true })
  })

  test('a machine whose layer is missing does not start, and says so', async () => {
    expect(await cloud.machines.start(cloud.spec(3, { layers: ['base', 'gone'] }))).toEqual({
      ok: false,
      message: 'there is no layer gone',
    })
  })
})

test('a killed daemon leaves what sweep ends, next to a cloud that is not touched', async () => {
  const [doomedId, besideId] = [`d${process.pid}`, `b${process.pid}`]
  const program = fileURLToPath(new URL('./doomed-cloud.ts', import.meta.url))
  const doomed = execa(process.execPath, ['--import', import.meta.resolve('tsx'), program, doomedId], { reject: false })
  const line = new Promise<string>((resolve, reject) => {
    doomed.stdout.once('data', (chunk) => resolve(String(chunk)))
    doomed.then((outcome) => reject(new Error(outcome.stderr)), reject)
  })
  const beside = await openTestCloud(besideId)
  try {
    const { started, directory } = JSON.parse(await line) as { started: unknown; directory: string }
    expect(started).toEqual({ ok: true })
    expect(await beside.machines.start(beside.spec(0))).toEqual({ ok: true })

    doomed.kill('SIGKILL')
    await doomed
    const processes = async () => (await tracesOf(doomedId)).filter((trace) => trace.includes(directory)).join('\n')
    expect(await processes()).toContain('systemd-nspawn')
    // The relay ends by itself when its daemon is gone.
    await expect.poll(processes, { timeout: 10_000 }).not.toContain('relay.sock')
    await sweepLocalCloud(createExec(), createFiles(), doomedId)
    expect(await tracesOf(doomedId)).toEqual([])
    expect(existsSync(`${directory}/state/machines`)).toBe(true)
    await rm(directory, { recursive: true })

    expect(await beside.inside(beside.spec(0), booted)).toBe('running\n')
  } finally {
    doomed.kill('SIGKILL')
    await beside.close()
  }
  expect(await tracesOf(besideId)).toEqual([])
}, 120_000)
