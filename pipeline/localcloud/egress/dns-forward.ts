// Asking the host's own name servers, with a message passed on as it is.

import { createSocket } from 'node:dgram'
import { connect } from 'node:net'

/** Resolves with the answer, or undefined when the server did not give one in time. */
export type AskServer = (server: string, query: Buffer, timeoutMs: number) => Promise<Buffer | undefined>

export const askByDatagram: AskServer = (server, query, timeoutMs) =>
  new Promise((resolve) => {
    const socket = createSocket(server.includes(':') ? 'udp6' : 'udp4')
    const finish = (answer: Buffer | undefined) => {
      clearTimeout(timer)
      // A datagram or an error may still come after the first.
      socket.removeAllListeners().on('error', () => undefined)
      socket.close()
      resolve(answer)
    }
    const timer = setTimeout(() => finish(undefined), timeoutMs)
    socket.once('error', () => finish(undefined))
    // A connected socket takes datagrams from that server only, and learns of a closed port at once.
    socket.connect(53, server, () => socket.send(query))
    socket.on('message', (answer) => {
      if (answer.subarray(0, 2).equals(query.subarray(0, 2))) finish(answer)
    })
  })

export const askByStream: AskServer = (server, query, timeoutMs) =>
  new Promise((resolve) => {
    const socket = connect({ host: server, port: 53 })
    const finish = (answer: Buffer | undefined) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(timeoutMs, () => finish(undefined))
    socket.once('error', () => finish(undefined))
    socket.once('close', () => finish(undefined))
    socket.write(frame(query))
    let seen = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      seen = Buffer.concat([seen, chunk])
      const message = unframe(seen)
      if (message) finish(message)
    })
  })

/** DNS over a stream: the length in two bytes, then the message. */
export function frame(message: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}

/** The first whole message, or undefined while it is not all there. */
export function unframe(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 2) return undefined
  const end = 2 + bytes.readUInt16BE(0)
  return bytes.length < end ? undefined : bytes.subarray(2, end)
}
