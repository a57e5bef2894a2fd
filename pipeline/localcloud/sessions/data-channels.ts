// The channels of sessions: WebSockets on the cloud's own endpoint, each opened by the token of its session and by nothing else.

import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { Random } from '../../ports/index.ts'
import type { Engine } from '../engine.ts'
import { isConnected } from '../store/connected-session.ts'
import type { MachineSession } from '../store/machine-session.ts'
import { type CloudState, Draft, type PlaceKey } from '../store/state.ts'
import { memberOf } from './agent-message.ts'
import { createPortSession, type PortSession } from './port-session.ts'

export interface DataChannelsOptions {
  readonly engine: Engine
  readonly random: Random
  readonly wallNow: () => number
}

export interface DataChannels {
  /** Takes over a connection that asks for a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Ends the channels of sessions that have ended in the meantime. */
  see(state: CloudState): void
  close(): void
}

interface Channel {
  readonly place: PlaceKey
  readonly session: PortSession
  socket: WebSocket | undefined
}

/** The plugin's messages have about a kilobyte. */
const longestFrame = 65_536
/** For a client to show its token. */
const longestSilenceMs = 10_000
/** Clients that have not. */
const mostUnknown = 64
const tickMs = 100
/** Of WebSocket: whoever is refused, and what says nothing that is understood. */
const closeCode = { refused: 1008, nonsense: 1007, done: 1000 } as const

export function createDataChannels({ engine, random, wallNow }: DataChannelsOptions): DataChannels {
  const server = new WebSocketServer({ noServer: true, maxPayload: longestFrame, perMessageDeflate: false })
  const channels = new Map<string, Channel>()
  let unknown = 0
  let ticking: NodeJS.Timeout | undefined

  function tick(): void {
    for (const { session } of channels.values()) session.tick()
  }

  function find(id: string): { readonly place: PlaceKey; readonly row: MachineSession } | undefined {
    const draft = new Draft(engine.state)
    for (const place of draft.places()) {
      const row = draft.get(place, 'machineSessions', id)
      if (row !== undefined && isConnected(draft, place, row)) return { place, row }
    }
    return undefined
  }

  /** The first thing a client says is its token. */
  function greet(socket: WebSocket, id: string): void {
    unknown++
    const leave = () => {
      clearTimeout(patience)
      unknown--
    }
    const patience = setTimeout(() => socket.terminate(), longestSilenceMs)
    socket.once('close', leave)
    socket.on('error', () => socket.terminate())
    socket.once('message', (data: RawData) => {
      socket.off('close', leave)
      leave()
      const found = find(id)
      const token = memberOf(bytesOf(data), 'TokenValue')
      if (found === undefined || typeof token !== 'string' || !isSame(token, found.row.token)) {
        return socket.close(closeCode.refused, 'the token opens no session')
      }
      attach(socket, found.place, found.row)
    })
  }

  function attach(socket: WebSocket, place: PlaceKey, row: MachineSession): void {
    const channel = channels.get(row.id) ?? open(place, row)
    const before = channel.socket
    channel.socket = socket
    before?.terminate()
    socket.on('message', (data: RawData) => {
      if (channel.socket === socket && !channel.session.receive(bytesOf(data))) socket.close(closeCode.nonsense)
    })
    socket.on('close', () => {
      if (channel.socket !== socket) return
      channel.socket = undefined
      channel.session.detach()
    })
    channel.session.attach((bytes) => socket.send(bytes))
  }

  function open(place: PlaceKey, row: MachineSession): Channel {
    const session = createPortSession({
      session: row,
      random,
      now: wallNow,
      connect: () => engine.machines.connect(row.target, row.port),
      onEnd: () => forget(row.id),
    })
    const channel: Channel = { place, session, socket: undefined }
    channels.set(row.id, channel)
    ticking ??= setInterval(tick, tickMs).unref()
    return channel
  }

  function forget(id: string): void {
    const channel = channels.get(id)
    if (channel === undefined) return
    channels.delete(id)
    channel.socket?.close(closeCode.done)
    if (channels.size === 0) {
      clearInterval(ticking)
      ticking = undefined
    }
    void engine.transact((draft) => {
      if (draft.get(channel.place, 'machineSessions', id)?.isEnded) return
      draft.change(channel.place, 'machineSessions', id, { isEnded: true })
    })
  }

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      const id = sessionIn(request.url ?? '')
      if (id === undefined || unknown >= mostUnknown) {
        return void socket.end(
          `HTTP/1.1 ${id === undefined ? '404 Not Found' : '503 Service Unavailable'}\r\nContent-Length: 0\r\n\r\n`,
        )
      }
      server.handleUpgrade(request, socket, head, (accepted) => greet(accepted, id))
    },
    see(state) {
      if (channels.size === 0) return
      const draft = new Draft(state)
      for (const [id, { place, session }] of [...channels]) {
        const row = draft.get(place, 'machineSessions', id)
        if (row === undefined || !isConnected(draft, place, row)) session.end('')
      }
    },
    close() {
      for (const { session } of [...channels.values()]) session.end('')
      for (const client of server.clients) client.terminate()
      server.close()
    },
  }
}

/** As StartSession writes it; undefined for every other address. */
function sessionIn(url: string): string | undefined {
  const written = /^\/v1\/data-channel\/([^/?]+)(\?|$)/.exec(url)?.[1]
  try {
    return written === undefined ? undefined : decodeURIComponent(written)
  } catch {
    return undefined
  }
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}

function isSame(given: string, token: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(token)]
  return left.length === right.length && timingSafeEqual(left, right)
}
