// The relay: a program of its own inside the router namespace that carries machines' connections to the daemon, and ends with it.

import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { connect, createServer, type Socket } from 'node:net'
import process from 'node:process'
import { linkLocal, relayPort } from '../machines/network-plan.ts'
import { type ChannelKind, channelHeader } from './channel-header.ts'
import { answerDhcp } from './dhcp.ts'

/** More at once than thirty machines would ever hold; beyond it connections are reset, so that the relay stays small. */
const mostConnections = 2_000

const listeners: readonly { readonly kind: ChannelKind; readonly address: string; readonly port: number }[] = [
  { kind: 'metadata', address: linkLocal.metadata, port: 80 },
  { kind: 'api', address: linkLocal.api, port: relayPort.api },
  { kind: 'dns', address: linkLocal.resolver, port: 53 },
  { kind: 'http', address: linkLocal.hosts, port: 80 },
  { kind: 'http', address: linkLocal.api, port: relayPort.http },
  { kind: 'tls', address: linkLocal.api, port: relayPort.tls },
]

const [socketPath = '', gateway = '', netmask = ''] = process.argv.slice(2)
let connections = 0

await Promise.all([...listeners.map(listen), listenForNames(), listenForLeases()])
// The daemon takes this line for "all listening"; when it goes away, however it does, so does the relay.
const control = connect(socketPath, () => control.write(channelHeader('control', '0.0.0.0')))
control.on('error', leave).on('close', leave).resume()

function leave(): never {
  process.exit(0)
}

function listen({ kind, address, port }: (typeof listeners)[number]): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (client) => carry(kind, client))
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen({ host: address, port }, resolve)
  })
}

function carry(kind: ChannelKind, client: Socket): void {
  if (connections >= mostConnections) return void client.resetAndDestroy()
  connections++
  const daemon = connect({ path: socketPath, allowHalfOpen: true })
  daemon.write(channelHeader(kind, client.remoteAddress ?? ''))
  client.pipe(daemon)
  daemon.pipe(client, { end: false })
  client.on('error', () => daemon.destroy())
  daemon.on('error', () => client.resetAndDestroy())
  // A daemon that hangs up without a word refused: the machine is to see that, not an empty answer.
  daemon.on('end', () => (daemon.bytesRead === 0 ? client.resetAndDestroy() : client.end()))
  daemon.on('close', () => client.destroySoon())
  client.on('close', () => {
    connections--
    daemon.destroy()
  })
}

/** A datagram travels as DNS does over TCP: its length in two bytes, then itself. */
async function listenForNames(): Promise<void> {
  const server = createSocket('udp4')
  server.on('message', (query, { address, port }) => {
    if (connections >= mostConnections) return
    connections++
    const daemon = connect({ path: socketPath })
    const answer: Buffer[] = []
    daemon.on('data', (chunk) => answer.push(chunk))
    daemon.on('error', () => daemon.destroy())
    daemon.on('close', () => {
      connections--
      const message = Buffer.concat(answer).subarray(2)
      if (message.length > 0) server.send(message, port, address)
    })
    const length = Buffer.alloc(2)
    length.writeUInt16BE(query.length)
    daemon.end(Buffer.concat([Buffer.from(channelHeader('dns-datagram', address)), length, query]))
  })
  await bind(server, 53, linkLocal.resolver)
}

async function listenForLeases(): Promise<void> {
  const server = createSocket('udp4')
  server.on('message', (message) => {
    const answer = answerDhcp(message, { gateway, netmask, resolver: linkLocal.resolver })
    if (answer) server.send(answer.message, 68, answer.address)
  })
  await bind(server, 67, '0.0.0.0')
}

function bind(server: DatagramSocket, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).bind(port, address, () => {
      // A machine that is gone by the time it is answered is no reason to end.
      server.off('error', reject).on('error', () => undefined)
      resolve()
    })
  })
}
