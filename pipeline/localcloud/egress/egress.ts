// The machines' way out: metadata, the cloud's API, names, HTTP and TLS, carried by the relay from the router to here.

import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Exec, Files } from '../../ports/index.ts'
import { contains, netmaskOf, parseAddress, parseRange, type Range } from '../machines/ipv4.ts'
import { linkLocal, relayPort } from '../machines/network-plan.ts'
import type { GuestHandler } from '../metadata/serve.ts'
import type { ChannelHeader, ChannelKind } from './channel-header.ts'
import { frame, unframe } from './dns-forward.ts'
import { respond, responseCode } from './dns-message.ts'
import { readHostSettings } from './host-settings.ts'
import { createHttpHandler } from './http.ts'
import { openPackageCache } from './package-cache.ts'
import { startRelay } from './relay-program.ts'
import { createResolver, type Resolver } from './resolver.ts'
import { passTls } from './tls.ts'

export interface EgressOptions {
  readonly exec: Exec
  readonly files: Files
  /** `Machines.network`: the range machines have addresses in, and the router's own. */
  readonly network: { readonly cidr: string; readonly gateway: string }
  /** Runs a program in the router's namespace: `NspawnMachines.inRouter`. */
  readonly inRouter: (argv: readonly string[]) => [string, ...string[]]
  /** Where the relay's socket is made. */
  readonly stateDirectory: string
  /** Packages fetched by machines are kept here between runs; shared by clouds. */
  readonly cacheDirectory: string
  readonly metadata: GuestHandler
  /** The cloud's API, as machines reach it at `endpoint`. */
  readonly api: GuestHandler
  /** Web servers the local cloud plays for its machines, by name; their names resolve for machines only. */
  readonly hosts?: ReadonlyMap<string, GuestHandler>
}

export type EgressMode = 'open' | 'closed'

export interface Egress {
  /** What machines are to have as AWS_ENDPOINT_URL. */
  readonly endpoint: string
  /** Closed: names are refused and connections reset, also those under way. Metadata and API go on. */
  setEgress(mode: EgressMode): void
  close(): Promise<void>
}

const mostCacheBytes = 4 * 1024 ** 3
const idleNamesMs = 30_000

export async function createEgress(options: EgressOptions): Promise<Egress> {
  const { exec, files, inRouter, network, stateDirectory, hosts = new Map() } = options
  const settings = await readHostSettings(exec)
  let mode: EgressMode = 'open'
  const outgoing = new Set<Socket>()
  const range = parseRange(network.cidr) as Range

  const servers = {
    metadata: httpServer(options.metadata),
    api: httpServer(options.api),
    http: httpServer(
      createHttpHandler({
        settings,
        hosts,
        isOpen: () => mode === 'open',
        cache: await openPackageCache(files, options.cacheDirectory, mostCacheBytes),
      }),
    ),
  }
  const resolver = createResolver({
    files,
    range,
    hostNames: new Set(hosts.keys()),
    behindProxy: settings.httpProxy !== undefined,
  })
  const resolve: Resolver = async (query, over) =>
    mode === 'closed' ? respond(query, responseCode.refused) : resolver(query, over)

  /** Each kind of connection goes to what answers it. */
  const answers: Readonly<Record<ChannelKind, (socket: Socket) => void>> = {
    metadata: (socket) => servers.metadata.emit('connection', socket),
    api: (socket) => servers.api.emit('connection', socket),
    dns: (socket) => answerNames(socket, (query) => resolve(query, 'stream')),
    'dns-datagram': (socket) => answerNames(socket, (query) => resolve(query, 'datagram')),
    http: (socket) => {
      track(outgoing, socket)
      servers.http.emit('connection', socket)
    },
    tls: (socket) => {
      if (mode === 'closed') return void socket.destroy()
      track(outgoing, socket)
      void passTls(socket, settings)
    },
    control: (socket) => socket.destroy(),
  }

  function receive({ kind, address }: ChannelHeader, socket: Socket): void {
    const value = parseAddress(address)
    if (value === undefined || !contains(range, value)) return void socket.destroy()
    peers.set(socket, { address })
    answers[kind](socket)
  }

  const relay = await startRelay({
    exec,
    files,
    inRouter,
    stateDirectory,
    gateway: network.gateway,
    netmask: netmaskOf(range),
    receive,
  })
  return {
    endpoint: `http://${linkLocal.api}:${relayPort.api}`,
    setEgress(next) {
      mode = next
      if (mode === 'closed') for (const socket of outgoing) socket.destroy()
    },
    async close() {
      for (const server of Object.values(servers)) server.close()
      await relay.close()
    },
  }
}

const peers = new WeakMap<object, { readonly address: string }>()

/** A server that is never asked to listen: connections are handed to it. */
function httpServer(handler: GuestHandler): Server {
  const server = createServer(async (request, response) => {
    try {
      await handler(request, response, peers.get(request.socket) ?? { address: '' })
    } catch (error) {
      // What was promised can't be kept: the machine sees a failed answer, or one that broke off.
      if (response.headersSent) response.destroy()
      else response.writeHead(502, { 'content-type': 'text/plain' }).end(`drover egress: ${(error as Error).message}\n`)
    }
  })
  // apt holds a connection open between its requests.
  server.keepAliveTimeout = 60_000
  return server
}

function answerNames(socket: Socket, resolve: (query: Buffer) => Promise<Buffer>): void {
  let seen = Buffer.alloc(0)
  let waiting = Promise.resolve()
  socket.setTimeout(idleNamesMs, () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    seen = Buffer.concat([seen, chunk])
    for (let query = unframe(seen); query; query = unframe(seen)) {
      const asked = query
      seen = seen.subarray(2 + asked.length)
      waiting = waiting.then(async () => void socket.write(frame(await resolve(asked))))
    }
  })
  socket.on('end', () => void waiting.then(() => socket.end()))
}

function track(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket)
  socket.on('close', () => sockets.delete(socket))
}
