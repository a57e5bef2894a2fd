import { describe, expect, it } from 'vitest'
import { createExec } from '../../pipeline/system/index.ts'
import { goneWithin, shell } from './support.ts'

const exec = createExec()

describe('run', () => {
  it('gives both streams and the exit code of a program that succeeds', async () => {
    const outcome = await exec.run({ argv: shell('echo out; echo err >&2') })
    expect(outcome).toMatchObject({ ok: true, exitCode: 0, stdout: 'out\n', stderr: 'err\n', message: '', timedOut: false })
  })

  it('says in one sentence how a program failed, with the last line it complained with', async () => {
    const outcome = await exec.run({ argv: shell('echo first >&2; echo "no space left" >&2; exit 7') })
    expect(outcome).toMatchObject({ ok: false, exitCode: 7, message: 'sh exited with 7: no space left' })
  })

  it('keeps arguments out of the message, for they may be secret', async () => {
    const outcome = await exec.run({ argv: ['/bin/false', '--password=hunter2'] })
    expect(outcome.message).toBe('false exited with 1')
  })

  it('reports a program that does not exist as an outcome', async () => {
    const outcome = await exec.run({ argv: ['/no/such/program'] })
    expect(outcome).toMatchObject({ ok: false, exitCode: undefined, message: 'program could not be started (ENOENT)' })
  })

  it('reports a folder that does not exist as an outcome', async () => {
    const outcome = await exec.run({ argv: ['true'], cwd: '/no/such/folder' })
    expect(outcome).toMatchObject({ ok: false, exitCode: undefined })
    expect(outcome.message).toContain('could not be started')
  })

  it('names the signal that ended a program', async () => {
    const outcome = await exec.run({ argv: shell('kill -KILL $$') })
    expect(outcome).toMatchObject({ ok: false, exitCode: undefined, signalName: 'SIGKILL', message: 'sh was ended by SIGKILL' })
  })

  it('never goes through a shell', async () => {
    const outcome = await exec.run({ argv: ['printf', '%s|', '$HOME', '; echo hacked', '*'] })
    expect(outcome.stdout).toBe('$HOME|; echo hacked|*|')
  })

  it('passes input, folder and environment, and can take a variable away', async () => {
    process.env.DROVER_TEST_GONE = 'still here'
    const outcome = await exec.run({
      argv: shell('cat; pwd; echo "$ADDED"; printenv DROVER_TEST_GONE || echo gone; printenv PATH >/dev/null && echo path'),
      input: 'in\n',
      cwd: '/usr',
      env: { ADDED: 'added', DROVER_TEST_GONE: undefined },
    })
    delete process.env.DROVER_TEST_GONE
    expect(outcome.stdout).toBe('in\n/usr\nadded\ngone\npath\n')
  })

  it('does not mind a program that never reads its input', async () => {
    const outcome = await exec.run({ argv: ['true'], input: new Uint8Array(4 * 1024 * 1024) })
    expect(outcome).toMatchObject({ ok: true, exitCode: 0 })
  })

  it('ends the whole process group at the time limit', async () => {
    const outcome = await exec.run({ argv: shell('sleep 300 & echo $!; wait'), timeoutMs: 300 })
    expect(outcome).toMatchObject({ ok: false, timedOut: true, cancelled: false, message: 'sh did not end within 300 ms' })
    expect(await goneWithin(Number(outcome.stdout), 2_000)).toBe(true)
  })

  it('kills what does not listen to the request to end', async () => {
    const outcome = await exec.run({ argv: shell('trap "" TERM; echo $$; while :; do sleep 0.1; done'), timeoutMs: 300 })
    expect(outcome).toMatchObject({ ok: false, timedOut: true })
    expect(await goneWithin(Number(outcome.stdout), 2_000)).toBe(true)
  })

  it('is not held up by a grandchild that left the group with the pipes in its hands', async () => {
    const outcome = await exec.run({ argv: shell('setsid sleep 300 & echo $!; wait'), timeoutMs: 300 })
    expect(outcome).toMatchObject({ ok: false, timedOut: true })
    process.kill(Number(outcome.stdout), 'SIGKILL')
  })

  it('ends when the caller gives up, and does not start when the caller has given up already', async () => {
    const giveUp = new AbortController()
    const running = exec.run({
      argv: shell('echo started; sleep 300'),
      signal: giveUp.signal,
      onLine: () => giveUp.abort(),
    })
    expect(await running).toMatchObject({ ok: false, cancelled: true, timedOut: false, stdout: 'started\n' })
    const late = await exec.run({ argv: shell('echo started'), signal: giveUp.signal })
    expect(late).toMatchObject({ ok: false, cancelled: true, stdout: '' })
  })

  it('calls back with whole lines of both streams, the last one even without a line end', async () => {
    const lines: string[] = []
    const outcome = await exec.run({
      argv: shell('printf "gr\\303"; sleep 0.1; printf "\\274n\\r\\nb"; echo e >&2; sleep 0.1; printf "lau"'),
      onLine: (line, stream) => lines.push(`${stream} ${line}`),
    })
    expect(outcome.ok).toBe(true)
    expect(lines.toSorted()).toEqual(['stderr e', 'stdout blau', 'stdout grün'])
  })

  it('keeps the end of a long output, and hands every line of it over all the same', async () => {
    let count = 0
    const outcome = await exec.run({ argv: ['seq', '200000'], keepBytes: 20, onLine: () => (count += 1) })
    expect(outcome.stdout).toBe('\n199998\n199999\n200000\n'.slice(-20))
    expect(count).toBe(200_000)
  })

  it('cuts what it keeps between characters', async () => {
    const outcome = await exec.run({ argv: ['printf', 'aüüü'], keepBytes: 3 })
    expect(outcome.stdout).toBe('ü')
  })
})
