// The socket: HTTP requests from the host and from machines, handed to the API or, on the host, to the admin door.

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { assert } from '../kernel/index.ts'
import type { WireRequest, WireResponse } from './wire/request.ts'

/** Where a request comes from: this machine, or a guest of that address. */
export type Origin = 'host' | { readonly guestAddress: string }

export interface Handlers {
  readonly api: (request: WireRequest) => Promise<WireResponse>
  /** Only ever called for requests from the host. */
  readonly admin: (request: WireRequest) => Promise<WireResponse>
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse, origin: Origin) => Promise<void>

export const adminPath = '/_drover/'

/** Larger than any request AWS takes. */
const longestBodyBytes = 1_048_576

export function createRequestHandler(handlers: Handlers): RequestHandler {
  return async (request, response, origin) => {
    const body = await bodyOf(request)
    if (body === undefined) return send(response, { status: 413, headers: { connection: 'close' }, body: '' })
    const asked = wireRequest(request, body, origin)
    const isAdmin = asked.path.startsWith(adminPath)
    if (isAdmin && origin !== 'host') return send(response, { status: 404, headers: {}, body: '' })
    send(response, await (isAdmin ? handlers.admin(asked) : handlers.api(asked)))
  }
}

export interface Listening {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  close(): Promise<void>
}

/** A connection that is to be a WebSocket from here on. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** Listens on loopback only; port 0 takes a free one. */
export async function listen(
  handle: RequestHandler,
  upgrade: UpgradeHandler,
  port: number,
  log: (line: string) => void,
): Promise<Listening> {
  const server = createServer((request, response) => {
    handle(request, response, 'host').catch((cause) => {
      // A client that went away is no failure of ours; anything else was logged where it happened.
      if (!request.destroyed || request.complete)
        log(`${request.method} ${request.url}: ${cause instanceof Error ? cause.message : cause}`)
      response.destroy()
    })
  })
  server.on('upgrade', upgrade)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  assert(address !== null && typeof address === 'object', 'a listening server has an address')
  return { endpoint: `http://127.0.0.1:${address.port}`, close: () => closed(server) }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** Undefined when the body is longer than any honest one. */
function bodyOf(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = []
  let length = 0
  return new Promise((resolve, reject) => {
    request.on('data', (part: Buffer) => {
      length += part.byteLength
      if (length <= longestBodyBytes) parts.push(part)
      else resolve(undefined)
    })
    request.on('end', () => resolve(parts.length === 1 ? parts[0] : Buffer.concat(parts)))
    request.on('error', reject)
  })
}

function wireRequest(request: IncomingMessage, body: Uint8Array, origin: Origin): WireRequest {
  const { url = '/', method = 'GET', headers: given } = request
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  const query = mark === -1 ? noQuery : new URLSearchParams(url.slice(mark + 1))
  const sourceAddress = origin === 'host' ? '127.0.0.1' : origin.guestAddress
  return { method, path, query, headers: headersOf(given), body, sourceAddress }
}

const noQuery: WireRequest['query'] = new URLSearchParams()

/** Node joins what comes more than once, all but `set-cookie`: then they are copied. */
function headersOf(given: IncomingHttpHeaders): WireRequest['headers'] {
  const { 'set-cookie': cookies } = given
  return (cookies === undefined ? given : { ...given, 'set-cookie': cookies.join(',') }) as WireRequest['headers']
}

function send(response: ServerResponse, answer: WireResponse): void {
  if (answer.isLost) {
    if (response.socket instanceof Socket) response.socket.resetAndDestroy()
    else response.destroy()
    return
  }
  const { status, headers, body } = answer
  const length = Buffer.byteLength(body)
  response.writeHead(status, { ...headers, 'content-length': length })
  // Text of as many bytes as characters is the same in Latin-1, which is copied and not converted.
  if (typeof body === 'string') response.end(body, length === body.length ? 'latin1' : 'utf8')
  else response.end(body)
}
