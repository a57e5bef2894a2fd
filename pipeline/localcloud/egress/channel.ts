// The daemon's end of the relay: a unix socket whose connections are sorted by their first line.

import { createServer, type Socket } from 'node:net'
import { type ChannelHeader, longestHeaderBytes, parseChannelHeader } from './channel-header.ts'

export interface Channel {
  close(): Promise<void>
}

/** Resolves once it listens. The socket handed over starts with whatever followed the header line. */
export async function openChannel(path: string, onConnection: (header: ChannelHeader, socket: Socket) => void): Promise<Channel> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A machine that goes away in mid-sentence is no event.
    socket.on('error', () => socket.destroy())
    readHeader(socket, onConnection)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve)
  })
  return {
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function readHeader(socket: Socket, onConnection: (header: ChannelHeader, socket: Socket) => void): void {
  let seen = Buffer.alloc(0)
  const onReadable = () => {
    const chunk = socket.read() as Buffer | null
    if (chunk === null) return
    seen = Buffer.concat([seen, chunk])
    const end = seen.indexOf('\n')
    if (end < 0 && seen.length < longestHeaderBytes) return
    socket.off('readable', onReadable)
    const header = parseChannelHeader(seen.subarray(0, Math.max(end, 0)).toString('latin1'))
    if (!header) return void socket.destroy()
    if (seen.length > end + 1) socket.unshift(seen.subarray(end + 1))
    onConnection(header, socket)
  }
  socket.on('readable', onReadable)
}
