// The log collector: its listener takes what a shipper sends, its scripts are scripts, its name leads to the helper.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { collectedScript, collectorUserData, listenerProgram, startCollectorScript } from '../../pipeline/verify/collector.ts'
import { shellRoom } from './shell-room.ts'

const collector = { hostname: 'log-collector.acme.internal', port: 514 }

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

describe('the listener', () => {
  let directory: string
  let port: number
  let child: ChildProcess
  beforeAll(async () => {
    directory = await mkdtemp('/tmp/drover-collector-')
    port = await freePort()
    child = spawn('python3', ['-c', listenerProgram(port, `${directory}/log`)], { stdio: 'inherit' })
  })
  afterAll(async () => {
    child.kill('SIGKILL')
    await rm(directory, { recursive: true })
  })

  const received = () => readFile(`${directory}/log`, 'utf8').catch(() => '')
  async function deliver(text: string): Promise<void> {
    for (;;) {
      const socket = connect(port, '127.0.0.1')
      const answered = await once(socket, 'connect').then(
        () => true,
        () => false,
      )
      if (answered) {
        socket.end(text)
        socket.resume()
        await once(socket, 'close')
        return
      }
      await sleep(50)
    }
  }
  async function until(text: string): Promise<string> {
    for (;;) {
      const log = await received()
      if (log.includes(text)) return log
      await sleep(20)
    }
  }

  test('keeps the lines of every shipper, whole', async () => {
    await Promise.all(['one\ntwo\n', 'three\n'].map(deliver))
    const log = (await until('three\n')) && (await until('two\n'))
    expect(log.split('\n').filter(Boolean).sort()).toEqual(['one', 'three', 'two'])
  })

  test('takes a line that never ends in pieces, and no more than its room in all', async () => {
    await deliver('x'.repeat(5 << 20)).catch(() => undefined)
    await deliver('after\n').catch(() => undefined)
    await sleep(200)
    const { length } = await received()
    expect(length).toBeGreaterThan(1 << 20)
    expect(length).toBeLessThanOrEqual(4 << 20)
  })
})

describe('the scripts', () => {
  test.each([
    ['start', startCollectorScript(collector)],
    ['wait', collectedScript('drover-nobody', 60)],
  ])('%s is a shell script', async (_, script) => {
    const { exitCode, stderr } = await execa('sh', ['-n'], { input: script, reject: false })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  test('the program reaches python as it was written, the port is let through an active firewall only', async () => {
    const programs = {
      'systemd-run': 'for last; do :; done; printf "%s" "$last"',
      ss: 'echo "LISTEN 0 5 0.0.0.0:514 0.0.0.0:*"',
      ufw: '[ "$1" = status ] && echo "Status: active" || echo "ufw $*" >&2',
    }
    const room = await shellRoom(programs)
    const started = await room.run(startCollectorScript(collector))
    await room.close()
    expect(started.exitCode).toBe(0)
    expect(started.stderr).toBe('ufw allow 514/tcp')
    expect(started.stdout).toBe(listenerProgram(514, '/run/drover-verify-collector.log'))
  })

  test('a collector that does not listen is said so', async () => {
    const room = await shellRoom({ 'systemd-run': 'exit 0', ss: 'exit 0', ufw: 'exit 1', sleep: 'exit 0' })
    const started = await room.run(startCollectorScript(collector))
    await room.close()
    expect(started).toMatchObject({ exitCode: 1, stderr: 'the collector does not listen' })
  })

  test.each([
    ['has come', 'case $1 in grep) exit 0 ;; esac', 0, ''],
    [
      'has not',
      'case $2 in grep) exit 1 ;; cat) printf "a\\nb\\n" ;; esac',
      1,
      'no line about drover-nobody among 2 lines received',
    ],
  ])('a line about the user %s', async (_, sudo, exitCode, stderr) => {
    const room = await shellRoom({ sudo, sleep: 'exit 0' })
    const seen = await room.run(collectedScript('drover-nobody', 2))
    await room.close()
    expect(seen).toEqual({ exitCode, stdout: '', stderr })
  })
})

describe('user data', () => {
  test('writes the collector’s name once into the hosts file', async () => {
    const userData = collectorUserData(collector, '10.0.0.7')
    expect(userData.split('\n')[0]).toBe('#cloud-config')
    const directory = await mkdtemp('/tmp/drover-hosts-')
    const [program, ...argv] = parse(userData).bootcmd[0].map((word: string) =>
      word.replaceAll('/etc/hosts', `${directory}/hosts`),
    )
    for (let boot = 0; boot < 2; boot++) await execa(program, argv)
    expect(await readFile(`${directory}/hosts`, 'utf8')).toBe('10.0.0.7 log-collector.acme.internal\n')
    await rm(directory, { recursive: true })
  })

  test('is nothing where the family has no collector', () => expect(collectorUserData(undefined, '10.0.0.7')).toBe(''))
})
