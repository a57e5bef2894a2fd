import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener, request, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createSocketServer, type Server as SocketServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseChannelHeader } from '../../../pipeline/localcloud/egress/channel-header.ts'
import { readServerName } from '../../../pipeline/localcloud/egress/client-hello.ts'
import { parseProxies, parseSites } from '../../../pipeline/localcloud/egress/host-settings.ts'
import { createHttpHandler } from '../../../pipeline/localcloud/egress/http.ts'
import { isImmutable, openPackageCache, type PackageCache } from '../../../pipeline/localcloud/egress/package-cache.ts'
import { chooseTarget, isOpen } from '../../../pipeline/localcloud/egress/target.ts'
import { passTls } from '../../../pipeline/localcloud/egress/tls.ts'
import { createFiles } from '../../../pipeline/system/index.ts'

const servers: (Server | SocketServer)[] = []
let directory: string

beforeEach(async () => {
  directory = await mkdtemp('/tmp/drover-egress-')
})
afterEach(async () => {
  for (const server of servers.splice(0)) server.close()
  await rm(directory, { recursive: true })
})

async function listen<T extends Server | SocketServer>(server: T): Promise<{ readonly server: T; readonly port: number }> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

describe('outgoing HTTP through the host’s proxy', () => {
  /** What the proxy was asked for, and a machine's way through the handler. */
  async function open(answer: RequestListener, cache?: PackageCache) {
    const asked: string[] = []
    const proxy = await listen(
      createServer((incoming, response) => {
        asked.push(
          `${incoming.method} ${incoming.url} ${incoming.headers.host} ${incoming.headers['proxy-authorization'] ?? ''}`.trim(),
        )
        answer(incoming, response)
      }),
    )
    const handler = createHttpHandler({
      settings: { httpProxy: new URL(`http://user:pass@127.0.0.1:${proxy.port}`), tlsProxy: undefined, mirrorHosts: new Set() },
      cache: cache ?? (await openPackageCache(createFiles(), `${directory}/cache`, 1_000)),
      hosts: new Map([['played.internal', async (_request, response, peer) => void response.end(`played for ${peer.address}`)]]),
      isOpen: () => true,
    })
    const { port } = await listen(
      createServer((incoming, response) => {
        handler(incoming, response, { address: '10.1.2.3' }).catch(() => response.destroy())
      }),
    )
    const get = async (host: string, path: string, headers = {}) =>
      new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
        const outgoing = request({ port, host: '127.0.0.1', path, headers: { host, ...headers } }, async (response) => {
          resolve({ status: response.statusCode, body: await text(response).catch((error: Error) => error.message) })
        })
        outgoing.on('error', reject).end()
      })
    return { asked, get }
  }

  test('the proxy is asked for the whole URL, with its own credentials', async () => {
    const { asked, get } = await open((_, response) => void response.writeHead(203).end('body'))
    expect(await get('drover.invalid', '/path?x=1')).toEqual({ status: 203, body: 'body' })
    expect(asked).toEqual(['GET http://drover.invalid/path?x=1 drover.invalid Basic dXNlcjpwYXNz'])
  })

  test('packages are fetched once, however many ask at once or later; other things each time', async () => {
    const { asked, get } = await open((incoming, response) => void response.end(`body of ${incoming.url}`))
    const path = '/pool/a/a_1_all.deb'
    const answers = await Promise.all([1, 2, 3].map(() => get('drover.invalid', path)))
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set([`body of http://drover.invalid${path}`]))
    await expect.poll(() => createFiles().list(`${directory}/cache`)).toHaveLength(1)
    expect(await get('drover.invalid', path)).toMatchObject({ status: 200, body: `body of http://drover.invalid${path}` })
    expect(asked).toHaveLength(1)
    await get('drover.invalid', '/dists/stable/InRelease')
    await get('drover.invalid', '/dists/stable/InRelease')
    expect(asked).toHaveLength(3)
  })

  test('a package that broke off is not kept, and the machine sees that it broke off', async () => {
    const { asked, get } = await open((_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('half')
      setTimeout(() => response.destroy(), 50)
    })
    expect((await get('drover.invalid', '/a.deb')).body).toBe('aborted')
    expect(await createFiles().list(`${directory}/cache`)).toEqual([])
    await get('drover.invalid', '/a.deb')
    expect(asked).toHaveLength(2)
  })

  test('a missing package is reported as missing, and not kept', async () => {
    const { get } = await open((_, response) => void response.writeHead(404).end('none'))
    expect(await get('drover.invalid', '/a.deb')).toEqual({ status: 404, body: 'none' })
    expect(await createFiles().list(`${directory}/cache`)).toEqual([])
  })

  test('a server the cloud plays answers for itself', async () => {
    const { asked, get } = await open((_, response) => void response.end())
    expect(await get('played.internal', '/')).toEqual({ status: 200, body: 'played for 10.1.2.3' })
    expect(asked).toEqual([])
  })

  test.each(['localhost', '127.0.0.1', '169.254.169.254', '192.168.1.1', '10.0.0.1:80', '0.0.0.0'])(
    '%s is refused',
    async (host) => {
      const { asked, get } = await open((_, response) => void response.end())
      expect((await get(host, '/')).status).toBe(403)
      expect(asked).toEqual([])
    },
  )

  test('a request for a proxy is not one for this', async () => {
    const { get } = await open((_, response) => void response.end())
    expect((await get('drover.invalid', 'http://other.invalid/')).status).toBe(400)
  })
})

describe('the package cache', () => {
  test('only what never changes is kept', () => {
    expect(isImmutable('http://m/pool/a_1.deb')).toBe(true)
    expect(isImmutable('http://m/dists/trixie/main/by-hash/SHA256/abc')).toBe(true)
    expect(isImmutable('http://m/dists/trixie/InRelease')).toBe(false)
    expect(isImmutable('http://m/?file=a.deb')).toBe(false)
  })

  test('it stays within its bound, giving up what was not used for longest, also across runs', async () => {
    const files = createFiles()
    const bytes = (length: number) => new Uint8Array(length)
    const cache = await openPackageCache(files, `${directory}/cache`, 250)
    await cache.write('http://m/a', bytes(100))
    await cache.write('http://m/b', bytes(100))
    expect(await cache.read('http://m/a')).toHaveLength(100)
    await cache.write('http://m/c', bytes(100))
    expect(await cache.read('http://m/b')).toBeUndefined()
    expect(await cache.read('http://m/a')).toHaveLength(100)
    const again = await openPackageCache(files, `${directory}/cache`, 250)
    expect(await again.read('http://m/c')).toHaveLength(100)
    await again.write('http://m/d', bytes(100))
    expect(await files.list(`${directory}/cache`)).toHaveLength(2)
    expect(await again.read('http://m/c')).toHaveLength(100)
  })

  test('a file that is not as long as its name says is not served', async () => {
    const files = createFiles()
    const cache = await openPackageCache(files, `${directory}/cache`, 1_000)
    await cache.write('http://m/a', new Uint8Array(10))
    const [name] = await files.list(`${directory}/cache`)
    await files.write(`${directory}/cache/${name}`, 'short')
    expect(await cache.read('http://m/a')).toBeUndefined()
  })
})

describe('where machines may go', () => {
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '255.255.255.255',
  ])('not to %s', (address) => {
    expect(isOpen(address)).toBe(false)
  })

  test.each(['1.1.1.1', '151.101.2.132', '172.32.0.1', '2a04:4e42::644'])('to %s', (address) => {
    expect(isOpen(address)).toBe(true)
  })

  test('names are judged by what they resolve to; the host’s own mirror is trusted wherever it is', async () => {
    expect(await chooseTarget('localhost', new Set())).toEqual({ kind: 'forbidden' })
    expect(await chooseTarget('localhost', new Set(['localhost']))).toMatchObject({ kind: 'address' })
    expect(await chooseTarget('drover.invalid', new Set())).toEqual({ kind: 'unknown' })
  })
})

describe('TLS', () => {
  /** What a real client says first. */
  async function firstBytes(servername: string | undefined): Promise<Buffer> {
    const { server, port } = await listen(createSocketServer())
    const seen = new Promise<Buffer>((resolve) => {
      server.on('connection', (socket) =>
        socket.on('error', () => undefined).once('data', (bytes) => resolve(bytes) ?? socket.destroy()),
      )
    })
    connectTls({ port, host: '127.0.0.1', ...(servername ? { servername } : {}) }).on('error', () => undefined)
    return seen
  }

  test('the server’s name is read from a real hello, once all of it is there', async () => {
    const hello = await firstBytes('Deb.Debian.org')
    expect(readServerName(hello)).toEqual({ kind: 'name', name: 'deb.debian.org' })
    for (let length = 0; length < hello.length; length += 7)
      expect(readServerName(hello.subarray(0, length))).toEqual({ kind: 'incomplete' })
  })

  test('no name, no TLS and noise have none', async () => {
    expect(readServerName(await firstBytes(undefined))).toEqual({ kind: 'none' })
    expect(readServerName(Buffer.from('GET / HTTP/1.1\r\n'))).toEqual({ kind: 'none' })
    const hello = await firstBytes('a.example')
    fc.assert(
      fc.property(fc.nat(hello.length - 1), fc.nat(255), (at, value) => {
        const bent = Buffer.from(hello)
        bent[at] = value
        expect(['name', 'none', 'incomplete']).toContain(readServerName(bent).kind)
      }),
    )
  })

  test('a connection is passed through the host’s proxy untouched', async () => {
    const proxy = await listen(createServer())
    proxy.server.on('connect', (incoming, socket, head) => {
      socket.write(`HTTP/1.1 200 OK\r\n\r\nto ${incoming.url} with `)
      if (head.length > 0) socket.write(head)
      socket.once('data', (bytes) => socket.end(readServerName(bytes).kind))
    })
    const settings = { httpProxy: undefined, tlsProxy: new URL(`http://127.0.0.1:${proxy.port}`), mirrorHosts: new Set<string>() }
    const { port } = await listen(createSocketServer({ allowHalfOpen: true }, (socket) => void passTls(socket, settings)))
    const hello = await firstBytes('drover.invalid')
    const client = connect({ port, host: '127.0.0.1' })
    client.write(hello)
    expect(await text(client)).toBe('to drover.invalid:443 with name')
  })

  test('a name on this host gets no connection', async () => {
    const settings = { httpProxy: undefined, tlsProxy: undefined, mirrorHosts: new Set<string>() }
    const { port } = await listen(createSocketServer({ allowHalfOpen: true }, (socket) => void passTls(socket, settings)))
    const client = connect({ port, host: '127.0.0.1' })
    client.write(await firstBytes('localhost'))
    expect(await text(client)).toBe('')
  })
})

describe('how this host reaches packages', () => {
  test('proxies from apt’s configuration', () => {
    const dump = 'Acquire "";\nAcquire::http "";\nAcquire::http::Proxy "http://proxy.internal:3142";\n'
    expect(parseProxies(dump).httpProxy?.host).toBe('proxy.internal:3142')
    expect(parseProxies(dump).tlsProxy?.host).toBe('proxy.internal:3142')
    expect(parseProxies(`${dump}Acquire::https::Proxy "DIRECT";\n`).tlsProxy).toBeUndefined()
    expect(parseProxies('Acquire "";\n')).toEqual({ httpProxy: undefined, tlsProxy: undefined })
  })

  test('mirrors from apt’s sources', () => {
    expect(parseSites('http://deb.debian.org/debian\nhttps://mirror.internal:8443/debian\n\n')).toEqual(
      new Set(['deb.debian.org', 'mirror.internal']),
    )
  })
})

test('the relay’s header line', () => {
  expect(parseChannelHeader('http 10.1.2.3')).toEqual({ kind: 'http', address: '10.1.2.3' })
  for (const line of ['', 'http', 'other 10.1.2.3', 'http 10.1.2.3 more']) expect(parseChannelHeader(line)).toBeUndefined()
})
