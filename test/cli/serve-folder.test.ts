// A folder played as a web server: a machine gets what is in it, and nothing that is not.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveFolder } from '../../pipeline/cli/serve-folder.ts'
import { createFiles } from '../../pipeline/system/index.ts'

let directory: string
let server: Server

beforeAll(async () => {
  directory = await mkdtemp('/tmp/drover-serve-')
  await mkdir(`${directory}/public/debsecan`, { recursive: true })
  await writeFile(`${directory}/secret`, 'secret')
  await writeFile(`${directory}/public/debsecan/trixie`, 'list')
  await writeFile(`${directory}/public/with space`, 'spaced')
  const handler = serveFolder(createFiles(), `${directory}/public`)
  server = createServer((incoming, outgoing) => {
    handler(incoming, outgoing, undefined as never).catch((error: unknown) => outgoing.destroy(error as Error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterAll(async () => {
  server.close()
  await rm(directory, { recursive: true })
})

/** The path goes out as it is written: `fetch` would tidy it up. */
function ask(path: string, method = 'GET', body = ''): Promise<{ readonly status: number | undefined; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo
    const asking = request({ host: '127.0.0.1', port, path, method }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode, text }))
    })
    asking.on('error', reject)
    asking.end(body)
  })
}

test.each([
  ['/debsecan/trixie', 'list'],
  ['/debsecan/trixie?release=1', 'list'],
  ['/with%20space', 'spaced'],
])('%s is served', async (path, text) => expect(await ask(path)).toEqual({ status: 200, text }))

test.each([
  '/',
  '/debsecan',
  '/missing',
  '/../secret',
  '/debsecan/../../secret',
  '/%2e%2e/secret',
  '/%2e%2e%2fsecret',
  '/debsecan/%2E%2E/%2E%2E/secret',
  '//etc/hostname',
  '/%00',
  '/%',
  '/%e0%a4%a',
  'http://elsewhere/debsecan/trixie',
])('%s is not there', async (path) => expect(await ask(path)).toEqual({ status: 404, text: '' }))

test.each(['HEAD', 'POST', 'PUT', 'DELETE'])('%s is not answered', async (method) => {
  expect(await ask('/debsecan/trixie', method, method === 'HEAD' ? '' : 'x'.repeat(100_000))).toEqual({ status: 404, text: '' })
})
