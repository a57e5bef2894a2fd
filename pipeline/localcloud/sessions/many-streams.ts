// Many connections over one stream of bytes, as the plugin multiplexes what comes to its local port: smux, version 1, the serving side.

// A frame is a version, a command, the length of its data and the number of its stream, little-endian (github.com/xtaci/smux, frame.go).
const headerBytes = 8
const version = 1
const command = { open: 0, end: 1, data: 2, nothing: 3 } as const
/** More at once than anybody who bakes would open. */
const mostStreams = 256
/** The client's own limit for one frame. */
const longestData = 32_768

export interface ManyStreams {
  /** False when this is no smux, or more of it than is carried: the session is of no use any more. */
  receive(bytes: Buffer): boolean
  /** To the client, on that stream. */
  write(stream: number, data: Buffer): void
  /** This side has nothing more to say on it. */
  end(stream: number): void
}

export interface ManyStreamsOptions {
  readonly send: (bytes: Buffer) => void
  readonly onOpen: (stream: number) => void
  readonly onData: (stream: number, data: Buffer) => void
  readonly onEnd: (stream: number) => void
}

export function createManyStreams({ send, onOpen, onData, onEnd }: ManyStreamsOptions): ManyStreams {
  const open = new Set<number>()
  let seen: Buffer = Buffer.alloc(0)

  function handle(what: number, stream: number, data: Buffer): boolean {
    if (what === command.open) {
      if (open.has(stream)) return true
      if (open.size >= mostStreams) return false
      open.add(stream)
      onOpen(stream)
    } else if (what === command.data) {
      if (open.has(stream)) onData(stream, data)
    } else if (what === command.end) {
      if (open.delete(stream)) onEnd(stream)
    } else return what === command.nothing
    return true
  }

  return {
    receive(bytes) {
      seen = seen.length === 0 ? bytes : Buffer.concat([seen, bytes])
      while (seen.length >= headerBytes) {
        const [what, length, stream] = [seen.readUInt8(1), seen.readUInt16LE(2), seen.readUInt32LE(4)]
        if (seen.readUInt8(0) !== version) return false
        if (seen.length < headerBytes + length) break
        const data = seen.subarray(headerBytes, headerBytes + length)
        seen = seen.subarray(headerBytes + length)
        if (!handle(what, stream, data)) return false
      }
      return true
    },
    write(stream, data) {
      for (let start = 0; open.has(stream) && start < data.length; start += longestData) {
        send(frame(command.data, stream, data.subarray(start, start + longestData)))
      }
    },
    end(stream) {
      if (open.delete(stream)) send(frame(command.end, stream, Buffer.alloc(0)))
    },
  }
}

function frame(what: number, stream: number, data: Buffer): Buffer {
  const bytes = Buffer.alloc(headerBytes + data.length)
  bytes.writeUInt8(version, 0)
  bytes.writeUInt8(what, 1)
  bytes.writeUInt16LE(data.length, 2)
  bytes.writeUInt32LE(stream, 4)
  bytes.set(data, headerBytes)
  return bytes
}
