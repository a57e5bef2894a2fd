// The host's end of the serial port to a machine's agent, with programs in the machine's place: one that answers, and ones that lie.

import { mkdtemp, rm } from 'node:fs/promises'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type AgentChannel, openAgentChannel, replyOf } from '../../../pipeline/localcloud/machines/agent-channel.ts'
import { createExec, createSystemClock } from '../../../pipeline/system/index.ts'

let directory: string
let channel: AgentChannel

beforeEach(async () => {
  directory = await mkdtemp('/tmp/drover-agent-')
  await execa('mkfifo', [`${directory}/agent.in`, `${directory}/agent.out`])
  channel = openAgentChannel({ exec: createExec(), clock: createSystemClock() }, (argv) => ['env', ...argv], directory)
})
afterEach(async () => {
  channel.close()
  await rm(directory, { recursive: true })
})

/** A shell in the machine's place, its input and output the port. */
function machine(script: string): void {
  const played = execa('sh', ['-c', `{ ${script}\n} < "$1/agent.in" > "$1/agent.out"`, 'sh', directory], { reject: false })
  onTestFinished(async () => {
    played.kill('SIGKILL')
    await played
  })
}

const nothing = { exitCode: undefined, stdout: '', stderr: 'its agent does not answer', timedOut: true }

describe('a question', () => {
  test('is answered by its own reply, whatever comes before and between', async () => {
    machine(`
      read -r first rest; read -r second rest
      echo "a console's words"; echo '1-1 0 %% -'; echo "$second 3 $(printf two | base64) $(printf late | base64)"
      echo "$first 0 $(printf one | base64) "; cat > /dev/null`)
    expect(await Promise.all([channel.run(['first'], 5_000), channel.run(['second'], 5_000)])).toEqual([
      { exitCode: 0, stdout: 'one', stderr: '', timedOut: false },
      { exitCode: 3, stdout: 'two', stderr: 'late', timedOut: false },
    ])
  })

  test('carries the program whole, and until when it may begin', async () => {
    machine(`
      read -r id until timeout argv
      echo "$id 0 $(printf '%s %s %s' "$until" "$timeout" "$argv" | base64 -w 0) "; cat > /dev/null`)
    const asked = Date.now()
    const [until, timeout, argv] = (await channel.run(['sh', '-c', "echo 'a b'\n"], 20_000)).stdout.split(' ')
    expect(timeout).toBe('20000')
    expect(JSON.parse(Buffer.from(argv ?? '', 'base64').toString())).toEqual(['sh', '-c', "echo 'a b'\n"])
    expect(Number(until) * 1_000 - asked).toBeGreaterThanOrEqual(20_000)
  })

  test('that nobody reads, or answers, has timed out; the next is answered', async () => {
    channel.close()
    const clock = { ...createSystemClock(), pause: async () => {} }
    channel = openAgentChannel({ exec: createExec(), clock }, (argv) => ['env', ...argv], directory)
    expect(await channel.run(['true'], 1)).toEqual(nothing)
    expect(await channel.run(['true'], 1)).toEqual(nothing)
  })

  test('has no answer from a machine whose end is gone, before its time and after', async () => {
    machine('read -r id rest')
    expect(await channel.run(['true'], 600_000)).toEqual(nothing)
    expect(await channel.run(['true'], 600_000)).toEqual(nothing)
  })

  test('has none from a machine that talks without an end, of which no more is kept than an answer may be long', async () => {
    machine('tr "\\\\0" x < /dev/zero')
    expect(channel.isOpen).toBe(true)
    expect(await channel.run(['true'], 600_000)).toEqual(nothing)
    expect(channel.isOpen).toBe(false)
  })
})

test.each(['', '1-1 0', '1-1 0 a b c', '1-1 1000  ', '1-1 -1  ', '1-1 0 %%% ', 'x 0  ', ' 1-1 0  '])('%j is no reply', (line) => {
  expect(replyOf(line)).toBeUndefined()
})
