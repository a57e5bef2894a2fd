import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Detached } from '../../pipeline/ports/index.ts'
import { createExec } from '../../pipeline/system/index.ts'
import { parseProcessStat } from '../../pipeline/system/process-stat.ts'
import { firstLine, goneWithin, shell, startProgram, until } from './support.ts'

const exec = createExec()
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-detached-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('detach', () => {
  it('starts a session of its own, appends both streams to the log and can be ended', async () => {
    const logFile = join(folder, 'logs', 'one.log')
    const argv = shell('echo out; echo err >&2; ps -o sid= -p $$; sleep 300')
    const program = await exec.detach({ argv, logFile })
    expect(await until(async () => (await readFile(logFile, 'utf8')).split('\n').length === 4, 5_000)).toBe(true)
    const [out, err, session] = (await readFile(logFile, 'utf8')).split('\n')
    expect([out, err, Number(session)]).toEqual(['out', 'err', program.pid])

    expect(await exec.isAlive(program)).toBe(true)
    expect(await exec.end(program, 'SIGTERM')).toBe(true)
    expect(await goneWithin(program.pid, 2_000)).toBe(true)
    expect(await exec.isAlive(program)).toBe(false)
    expect(await exec.end(program, 'SIGKILL')).toBe(false)
  })

  it('tells a reused pid apart by its start time', async () => {
    const program = await exec.detach({ argv: ['sleep', '300'], logFile: join(folder, 'reused.log') })
    const earlier: Detached = { ...program, startTicks: program.startTicks - 1 }
    expect(await exec.isAlive(earlier)).toBe(false)
    expect(await exec.end(earlier, 'SIGKILL')).toBe(false)
    expect(await exec.isAlive(program)).toBe(true)
    await exec.end(program, 'SIGKILL')
  })

  it('knows the start time of a program that ends at once', async () => {
    const program = await exec.detach({ argv: ['true'], logFile: join(folder, 'short.log') })
    expect(program.startTicks).toBeGreaterThan(0)
    expect(await goneWithin(program.pid, 2_000)).toBe(true)
  })

  it('says what could not be started', async () => {
    const starting = exec.detach({ argv: ['/no/such/program'], logFile: join(folder, 'missing.log') })
    await expect(starting).rejects.toThrow('/no/such/program could not be started (ENOENT) [missing-tool]')
  })
})

describe('a runner that dies', () => {
  it('by SIGKILL leaves its detached program running, and another process finds it by pid and start time', async () => {
    const child = startProgram('detach', join(folder, 'survivor.log'))
    const program = JSON.parse(await firstLine(child)) as Detached
    child.kill('SIGKILL')
    expect(await goneWithin(child.pid as number, 2_000)).toBe(true)
    expect(await exec.isAlive(program)).toBe(true)
    expect(await exec.end(program, 'SIGKILL')).toBe(true)
    expect(await goneWithin(program.pid, 2_000)).toBe(true)
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s takes the programs it was waiting for along', async (name) => {
    const child = startProgram('run')
    const pid = Number(await firstLine(child))
    const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
    child.kill(name)
    expect(await ended).toBe(name)
    expect(await goneWithin(pid, 2_000)).toBe(true)
  })
})

describe('/proc/PID/stat', () => {
  it('is read right although a name may hold anything', () => {
    const text = `4242 (a) b) (Z 1 2) S 1 4242 4242 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 ${'0 '.repeat(28)}`
    expect(parseProcessStat(text)).toEqual({ running: true, startTicks: 987_654 })
    expect(parseProcessStat(text.replace(') S', ') Z')).running).toBe(false)
  })

  it('agrees with this very process', () => {
    const own = parseProcessStat(readFileSync('/proc/self/stat', 'utf8'))
    const startedSecondsAfterBoot = own.startTicks / 100
    const uptimeSeconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
    expect(Math.abs(uptimeSeconds - startedSecondsAfterBoot - process.uptime())).toBeLessThan(5)
  })
})
