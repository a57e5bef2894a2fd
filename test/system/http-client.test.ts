import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHttpClient } from '../../pipeline/system/index.ts'

const client = createHttpClient()
const never = new AbortController().signal
let server: Server
let origin: string

beforeAll(async () => {
  server = createServer(async (request, response) => {
    if (request.url === '/silent') return
    if (request.url === '/moved') return void response.writeHead(307, { location: '/' }).end()
    if (request.url === '/endless') return void endless(response)
    response
      .writeHead(201, { 'Retry-After': '7' })
      .end(`${request.method} ${request.headers.authorization} ${await bodyOf(request)}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

function endless(response: {
  write(text: string): boolean
  on(name: 'drain' | 'close', then: () => void): unknown
  destroyed: boolean
}) {
  const chunk = 'x'.repeat(1 << 16)
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', more)
  more()
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += chunk
  return body
}

test('sends what it is given, and gives back status, headers in small letters and body', async () => {
  const request = { method: 'PATCH', url: `${origin}/`, headers: { Authorization: 'Bearer t' }, body: 'Grüße' } as const
  const reply = await client.send({ ...request, timeoutMs: 5_000, signal: never })
  expect(reply).toMatchObject({ ok: true, status: 201, headers: { 'retry-after': '7' }, body: 'PATCH Bearer t Grüße' })
})

test('does not follow a redirect: what is sent is for one address', async () => {
  const reply = await client.send({
    method: 'POST',
    url: `${origin}/moved`,
    headers: {},
    body: 'x',
    timeoutMs: 5_000,
    signal: never,
  })
  expect(reply).toMatchObject({ ok: true, status: 307 })
})

test('reads only the beginning of a body without end', async () => {
  const reply = await client.send({ method: 'GET', url: `${origin}/endless`, headers: {}, timeoutMs: 20_000, signal: never })
  expect(reply.ok && reply.body.length).toBe(4 << 20)
})

test.each([
  ['/silent', 'no answer within 50 ms'],
  [' no address with a hunter2 in it', 'the address is no URL'],
])('%s: %s', async (path, message) => {
  const url = path.startsWith('/') ? `${origin}${path}` : path
  expect(await client.send({ method: 'GET', url, headers: {}, timeoutMs: 50, signal: never })).toEqual({ ok: false, message })
})

test('an aborted signal is an answer, not an error', async () => {
  const reply = await client.send({ method: 'GET', url: origin, headers: {}, timeoutMs: 5_000, signal: AbortSignal.abort() })
  expect(reply).toEqual({ ok: false, message: 'it was given up' })
})
