// Words with the stand-in of the SSM agent in a machine with a kernel of its own, over a serial port that QEMU puts into it.

import { assert } from '../../kernel/index.ts'
import type { Clock, Exec } from '../../ports/index.ts'
import type { GuestCommandOutcome } from './types.ts'

/** The port's name in the machine; what plays the agent there looks for it. */
export const agentPort = 'com.amazonaws.ssm-agent'
/** Beside the machine's disk QEMU reads the pipe of this name with `.in`, and writes that with `.out`. */
export const agentPipe = 'agent'

export interface AgentChannel {
  /** Runs a program in the machine, beside what else runs there; an agent that does not answer has timed out. */
  run(argv: readonly string[], timeoutMs: number): Promise<GuestCommandOutcome>
  /** False once an end is gone, or the machine has said more than an answer may hold: another channel begins anew. */
  readonly isOpen: boolean
  close(): void
}

/** For the machine to notice that the time is up, and to say so. */
const graceMs = 10_000
/** More than both streams of the stand-in take in base64. What is in the machine may say anything, and without an end. */
const longestReply = 6_000_000

/** Ends when the machine's end is gone, too. */
const script = '{ cat "$1"; kill "$$"; } & exec cat > "$2"'

/** `inGroup` puts what carries the words where the machine's end finds it; `directory` is the machine's, absolute. */
export function openAgentChannel(
  { exec, clock }: { readonly exec: Exec; readonly clock: Clock },
  inGroup: (argv: readonly string[]) => [string, ...string[]],
  directory: string,
): AgentChannel {
  const [out, into] = [`${directory}/${agentPipe}.out`, `${directory}/${agentPipe}.in`]
  const stream = exec.converse({ argv: inGroup(['sh', '-c', script, 'sh', out, into]) })
  const waiting = new Map<string, (outcome: GuestCommandOutcome) => void>()
  let heard = ''
  let asked = 0

  const silence = () => {
    for (const answer of waiting.values()) answer(unanswered)
    waiting.clear()
  }
  stream.on('error', silence)
  stream.on('close', silence)
  stream.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1')
    const lines = heard.split('\n')
    heard = lines.pop() ?? ''
    for (const line of lines) {
      const reply = replyOf(line)
      if (reply === undefined) continue
      waiting.get(reply.id)?.(reply.outcome)
      waiting.delete(reply.id)
    }
    if (heard.length > longestReply) stream.destroy()
  })

  return {
    async run(argv, timeoutMs) {
      assert(argv.length > 0, 'a program has a name')
      if (stream.destroyed) return unanswered
      const id = `${clock.wallNow()}-${asked++}`
      const untilMs = clock.wallNow() + timeoutMs + graceMs
      const enough = new AbortController()
      const answered = new Promise<GuestCommandOutcome>((resolve) => waiting.set(id, resolve))
      // One that comes up later does not begin what nobody waits for any more.
      stream.write(`${id} ${Math.ceil(untilMs / 1_000)} ${timeoutMs} ${base64(JSON.stringify(argv))}\n`)
      const late = clock.pause(timeoutMs + graceMs, enough.signal).then(
        () => unanswered,
        () => unanswered,
      )
      const outcome = await Promise.race([answered, late])
      enough.abort()
      waiting.delete(id)
      return outcome
    },
    get isOpen() {
      return !stream.destroyed
    },
    close: () => void stream.destroy(),
  }
}

const unanswered: GuestCommandOutcome = { exitCode: undefined, stdout: '', stderr: 'its agent does not answer', timedOut: true }

/** `ID EXIT-CODE STDOUT STDERR`, the streams in base64; `-` for the exit code of what ran out of time. */
export function replyOf(line: string): { readonly id: string; readonly outcome: GuestCommandOutcome } | undefined {
  const found = /^(\d+-\d+) (-|\d{1,3}) ([\w+/]*={0,2}) ([\w+/]*={0,2})$/.exec(line)
  if (found === null) return undefined
  const [, id = '', code = '', stdout = '', stderr = ''] = found
  const text = (encoded: string) => Buffer.from(encoded, 'base64').toString('utf8')
  const timedOut = code === '-'
  return {
    id,
    outcome: { exitCode: timedOut ? undefined : Number(code), stdout: text(stdout), stderr: text(stderr), timedOut },
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
