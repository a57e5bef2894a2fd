// Machines' outgoing TLS: passed through, unread, to the server it names in its first message.

import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { readServerName } from './client-hello.ts'
import type { HostSettings } from './host-settings.ts'
import { authorisation } from './http.ts'
import { chooseTarget } from './target.ts'

const helloTimeoutMs = 10_000
const connectTimeoutMs = 15_000

/** Ends the machine's connection without a byte when the server is forbidden or does not answer: the relay makes that a reset. */
export async function passTls(client: Socket, settings: HostSettings): Promise<void> {
  const hello = await readHello(client)
  const upstream = hello && (await open(hello.name, settings))
  if (!upstream) return void client.destroy()
  upstream.on('error', () => client.destroy())
  upstream.on('close', () => client.destroy())
  client.on('close', () => upstream.destroy())
  upstream.write(hello.bytes)
  client.pipe(upstream)
  upstream.pipe(client)
}

function readHello(client: Socket): Promise<{ readonly name: string; readonly bytes: Buffer } | undefined> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0)
    const finish = (name?: string) => {
      client.setTimeout(0)
      client.off('readable', onReadable).off('close', onClose)
      resolve(name === undefined ? undefined : { name, bytes })
    }
    const onClose = () => finish()
    const onReadable = () => {
      const chunk = client.read() as Buffer | null
      if (chunk === null) return
      bytes = Buffer.concat([bytes, chunk])
      const reading = readServerName(bytes)
      if (reading.kind === 'name') finish(reading.name)
      else if (reading.kind === 'none') finish()
    }
    client.setTimeout(helloTimeoutMs, () => client.destroy())
    client.on('readable', onReadable).on('close', onClose)
  })
}

async function open(name: string, { tlsProxy, mirrorHosts }: HostSettings): Promise<Socket | undefined> {
  const target = await chooseTarget(name, mirrorHosts)
  if (target.kind === 'forbidden') return undefined
  if (tlsProxy) return openThrough(tlsProxy, name)
  return target.kind === 'address' ? openDirectly(target.address) : undefined
}

function openDirectly(address: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 443, timeout: connectTimeoutMs })
    const give = () => {
      socket.destroy()
      resolve(undefined)
    }
    socket.once('timeout', give).once('error', give)
    socket.once('connect', () => {
      socket.setTimeout(0)
      resolve(socket.off('timeout', give).off('error', give))
    })
  })
}

function openThrough(proxy: URL, name: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const asked = request({
      host: proxy.hostname,
      port: proxy.port || 80,
      method: 'CONNECT',
      path: `${name}:443`,
      headers: { host: `${name}:443`, ...authorisation(proxy) },
      timeout: connectTimeoutMs,
    })
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')))
    asked.on('error', () => resolve(undefined))
    asked.on('connect', (answer, socket: Socket, head) => {
      if (answer.statusCode !== 200) {
        socket.destroy()
        return resolve(undefined)
      }
      // A server may speak before it is spoken to.
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
    asked.on('response', (answer) => {
      answer.destroy()
      resolve(undefined)
    })
    asked.end()
  })
}
