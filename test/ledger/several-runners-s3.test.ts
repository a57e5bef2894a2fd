// Runners in processes of their own append to one ledger on a real S3 server, through a network that spoils every third answer.

import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createS3Store } from '../../pipeline/aws/index.ts'
import { createLedger } from '../../pipeline/ledger/index.ts'
import { createRandom } from '../../pipeline/system/index.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { type Mischief, startProxy } from './s3-proxy.ts'
import { credentials, region, type S3Server, startS3Server } from './s3-server.ts'

let server: S3Server
beforeAll(async () => {
  server = await startS3Server('acme-ledger')
})
afterAll(() => server.stop())

/** What a network or S3 may do to any request, and what S3 answers to conditional writes only. */
const anywhere: readonly Mischief[] = [
  ...(['lose the answer', 'lose the request', 'cut the answer', '500 InternalError', '503 SlowDown'] as const),
  ...(['delay the answer', 'delay the request'] as const),
]
const toWrites: readonly Mischief[] = ['lose the answer', '409 ConditionalRequestConflict', '412 PreconditionFailed']

/** Every third write and every third of the rest, each trick in its turn: so many runners write often enough for all of them. */
function mischiefOf(done: Mischief[]): (method: string) => Mischief {
  const counts = { writes: 0, others: 0 }
  return (method) => {
    const isWrite = method === 'PUT'
    const tricks = isWrite ? [...toWrites, ...anywhere] : anywhere
    const count = counts[isWrite ? 'writes' : 'others']++
    const trick = count % 3 === 0 ? (tricks[(count / 3) % tricks.length] ?? 'none') : 'none'
    done.push(trick)
    return trick
  }
}

async function runRunner(endpoint: string, prefix: string, name: string, events: number) {
  const program = new URL('programs/append-to-bucket.ts', import.meta.url).pathname
  const argv = ['--import', 'tsx', program, endpoint, prefix, name, String(events)]
  const { stdout } = await execa(process.execPath, argv)
  return stdout.split('\n').map((line) => JSON.parse(line) as { readonly sequence: number; readonly hash: string })
}

it.each([
  [2, 15],
  [10, 4],
])(
  '%s runners that append %s events each lose none, write none twice and believe none that was not written',
  async (runners, each) => {
    const done: Mischief[] = []
    const proxy = await startProxy(server.endpoint, mischiefOf(done))
    const prefix = `race-${runners}`
    const names = Array.from({ length: runners }, (_, index) => `runner${index}`)
    const reported = await Promise.all(names.map((name) => runRunner(proxy.endpoint, prefix, name, each)))
    await proxy.stop()

    const place = { bucket: 'acme-ledger', prefix, region, endpoint: server.endpoint, credentials }
    const ledger = createLedger(createS3Store({ ...place, clock: createVirtualClock(), random: createRandom() }))
    const events = await ledger.read()
    expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: runners * each }, (_, index) => index + 1))
    for (const [index, name] of names.entries()) {
      const own = events.filter(({ runner }) => runner === name)
      // Each once: an append that was taken for lost would stand there again.
      expect(own.map(({ event }) => event)).toEqual(
        Array.from({ length: each }, (_, number) => ({ type: 'bake.intended', token: `${name}-${number}` })),
      )
      expect(reported[index]).toEqual(own.map(({ sequence, hash }) => ({ sequence, hash })))
    }
    // All of it came to pass.
    expect([...new Set(done)].toSorted()).toEqual([...new Set<Mischief>(['none', ...anywhere, ...toWrites])].toSorted())
  },
  180_000,
)
