import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHttpProbe } from '../../pipeline/system/index.ts'

const probe = createHttpProbe()
let server: Server
let origin: string

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/silent') return
    if (request.url === '/moved') response.writeHead(302, { location: '/' }).end()
    else response.writeHead(request.url === '/' ? 200 : 404).end('hello')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test.each([
  ['/', 200],
  ['/nothing', 404],
  ['/moved', 302],
])('%s answers %d, redirects included', async (path, status) => {
  expect(await probe.get(origin + path, { timeoutMs: 5_000 })).toEqual({ ok: true, status })
})

test('a machine that never answers is given up in time', async () => {
  expect(await probe.get(`${origin}/silent`, { timeoutMs: 50 })).toEqual({ ok: false, message: 'no answer within 50 ms' })
})

test('a port nobody listens on says so', async () => {
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  const answer = await probe.get(`http://127.0.0.1:${port}/`, { timeoutMs: 5_000 })
  expect(answer).toMatchObject({ ok: false, message: expect.stringContaining('ECONNREFUSED') })
})

test('an interruption is thrown, not answered', async () => {
  const controller = new AbortController()
  const asking = probe.get(`${origin}/silent`, { timeoutMs: 5_000, signal: controller.signal })
  controller.abort(new Error('interrupted'))
  await expect(asking).rejects.toThrow('interrupted')
})
