// Machines' outgoing HTTP: sent to the host it names, through the host's apt proxy if there is one, packages by way of a cache.

import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
  request as startRequest,
} from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { GuestHandler } from '../metadata/serve.ts'
import { type Download, startDownload } from './download.ts'
import type { HostSettings } from './host-settings.ts'
import { isImmutable, longestCachedBytes, type PackageCache } from './package-cache.ts'
import { chooseTarget } from './target.ts'

export interface HttpOptions {
  readonly settings: HostSettings
  readonly cache: PackageCache
  /** Web servers the local cloud plays itself, by Host header. */
  readonly hosts: ReadonlyMap<string, GuestHandler>
  readonly isOpen: () => boolean
}

const upstreamTimeoutMs = 30_000

/** Headers that concern one hop only (RFC 9110, 7.6.1). */
const hopHeaders = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-authorization',
])

export function createHttpHandler(options: HttpOptions): GuestHandler {
  const downloads = new Map<string, Promise<Download | undefined>>()

  return async (request, response, peer) => {
    const host = request.headers.host?.split(':')[0]?.toLowerCase()
    const played = host === undefined ? undefined : options.hosts.get(host)
    if (played) return played(request, response, peer)
    if (!options.isOpen()) return void request.socket.destroy()
    if (!host || !request.url?.startsWith('/')) return refuse(response, 400, 'no host, or not a path')
    const url = `http://${host}${request.url}`
    if (!URL.canParse(url)) return refuse(response, 400, 'not a URL')
    const cacheable = request.method === 'GET' && request.headers.range === undefined && isImmutable(url)
    if (cacheable && (await serveCached(url, response))) return
    const upstream = await connectionFor(host, url, options.settings)
    if (typeof upstream === 'string') return refuse(response, 403, upstream)
    if (cacheable) return serveDownload(url, upstream, response)
    return forward(request, upstream, response)
  }

  async function serveCached(url: string, response: ServerResponse): Promise<boolean> {
    const bytes = await options.cache.read(url)
    if (!bytes) return false
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length }).end(bytes)
    return true
  }

  async function serveDownload(url: string, upstream: RequestOptions, response: ServerResponse): Promise<void> {
    const running = downloads.get(url) ?? begin(url, upstream)
    const download = await running
    // Not a whole file of a known length: everyone asks for himself.
    if (!download) return answerWith(upstream, 'GET', {}, undefined, response)
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': download.length })
    await pipeline(download.follow(), response)
  }

  function begin(url: string, upstream: RequestOptions): Promise<Download | undefined> {
    const starting = download(upstream)
    downloads.set(url, starting)
    const finish = async () => {
      const whole = await (await starting)?.whole()
      if (whole) await options.cache.write(url, whole)
    }
    // A cache that can't be written (a full disk) costs a later download, not this one.
    void finish()
      .catch(() => undefined)
      .finally(() => downloads.delete(url))
    return starting
  }
}

async function download(upstream: RequestOptions): Promise<Download | undefined> {
  const answer = await ask(upstream, 'GET', {})
  const length = Number(answer.headers['content-length'])
  if (answer.statusCode !== 200 || !(length <= longestCachedBytes)) return void answer.destroy()
  return startDownload(answer, length)
}

function forward(request: IncomingMessage, upstream: RequestOptions, response: ServerResponse): Promise<void> {
  return answerWith(upstream, request.method ?? 'GET', request.headers, request, response)
}

async function answerWith(
  upstream: RequestOptions,
  method: string,
  headers: IncomingHttpHeaders,
  body: IncomingMessage | undefined,
  response: ServerResponse,
): Promise<void> {
  const answer = await ask(upstream, method, headers, body)
  response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers))
  await pipeline(answer, response)
}

function ask(
  upstream: RequestOptions,
  method: string,
  headers: IncomingHttpHeaders,
  body?: IncomingMessage,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const merged = { ...endToEnd(headers), ...upstream.headers }
    const outgoing = startRequest({ ...upstream, method, headers: merged, timeout: upstreamTimeoutMs }, resolve)
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')))
    outgoing.on('error', reject)
    if (body) body.pipe(outgoing)
    else outgoing.end()
  })
}

/** Where to connect and what to ask there; a sentence when that place is not for machines. */
async function connectionFor(
  host: string,
  url: string,
  { httpProxy, mirrorHosts }: HostSettings,
): Promise<RequestOptions | string> {
  const target = await chooseTarget(host, mirrorHosts)
  if (target.kind === 'forbidden') return `${host} is on this machine or next to it`
  if (httpProxy) {
    return { host: httpProxy.hostname, port: httpProxy.port || 80, path: url, headers: { host, ...authorisation(httpProxy) } }
  }
  if (target.kind === 'unknown') return `${host} could not be resolved`
  const { pathname, search } = new URL(url)
  return { host: target.address, port: 80, path: `${pathname}${search}`, headers: { host } }
}

export function authorisation(proxy: URL): Record<string, string> {
  if (!proxy.username) return {}
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopHeaders.has(name)))
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(`drover egress: ${why}\n`)
}
