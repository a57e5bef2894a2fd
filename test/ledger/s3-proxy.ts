// A proxy before a real S3 server that spoils the first answers as told, and decides between writers as S3 does.

import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** `409 Code`: S3's error of that status and code, without asking the server. `cut`: the answer ends in the middle of its body. */
export type Mischief =
  | 'lose the answer'
  | 'lose the request'
  | 'cut the answer'
  | 'delay the answer'
  | 'delay the request'
  | 'none'
  | `${number} ${string}`

/** Longer than an impatient client waits. */
export const delayMs = 1_000

export interface Proxy {
  readonly endpoint: string
  /** What was answered by the server or in its place, the lost answers included, in order. */
  statuses(): readonly number[]
  /** When the last request has come to its end, too. */
  stop(): Promise<void>
}

/** @param mischief one a request, in order; or what to do to a request of that method */
export async function startProxy(
  upstream: string,
  mischief: readonly Mischief[] | ((method: string) => Mischief),
): Promise<Proxy> {
  const left = typeof mischief === 'function' ? [] : [...mischief]
  const statuses: number[] = []
  const inTurn = createQueue()
  const underWay = new Set<Promise<void>>()
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const trick = typeof mischief === 'function' ? mischief(incoming.method ?? '') : left.shift()
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    if (trick === 'lose the request') return void outgoing.destroy()
    const [status = '', code = ''] = trick?.split(' ') ?? []
    if (/^\d/.test(status)) {
      statuses.push(Number(status))
      return void outgoing
        .writeHead(Number(status), { 'content-type': 'application/xml' })
        .end(`<Error><Code>${code}</Code></Error>`)
    }
    if (trick === 'delay the request') await sleep(delayMs)
    const answer = await inTurn(() => forward(upstream, incoming, body))
    statuses.push(answer.statusCode ?? 0)
    if (trick === 'lose the answer') return void outgoing.destroy()
    if (trick === 'delay the answer') await sleep(delayMs)
    if (trick === 'cut the answer') return cutOff(answer, outgoing)
    passOn(answer, outgoing)
  }
  const server = createServer((incoming, outgoing) => {
    // A client that has given up may be gone before its request is forwarded, and what it would have been told with it.
    const work = serve(incoming, outgoing).catch(() => void outgoing.destroy())
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    endpoint: `http://127.0.0.1:${port}`,
    statuses: () => statuses,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      await Promise.all(underWay)
    },
  }
}

/**
 * S3 lets one of many conditional writers win; the server behind looks first and writes then, so that under load several may
 * win. One request at a time, it decides as S3 does.
 */
function createQueue(): <Value>(task: () => Promise<Value>) => Promise<Value> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const turn = last.then(task, task)
    last = turn.catch(() => undefined)
    return turn
  }
}

/** Headers as they are: the signature covers the host. */
async function forward(upstream: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const asked = request(new URL(url ?? '/', upstream), { method: method ?? 'GET', headers })
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return answer
}

async function cutOff(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
  const length = Number(answer.headers['content-length'] ?? 0)
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  outgoing.write(Buffer.concat(chunks).subarray(0, Math.floor(length / 2)), () => outgoing.destroy())
}

function passOn(answer: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
  answer.pipe(outgoing)
}
