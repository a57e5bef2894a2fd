// The server name in a TLS ClientHello (RFC 8446, RFC 6066), read without touching the connection. Pure.

export type HelloReading =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'none' }

const handshakeRecord = 22
const clientHello = 1
const serverNameExtension = 0
const hostName = 0
/** A ClientHello with post-quantum keys is about 2 KiB. */
const longestBytes = 16_384

export function readServerName(bytes: Buffer): HelloReading {
  if (bytes.length > 0 && bytes[0] !== handshakeRecord) return { kind: 'none' }
  const hello = joinRecords(bytes)
  if (hello.length < 4 || hello.length < 4 + hello.readUIntBE(1, 3)) {
    return bytes.length < longestBytes ? { kind: 'incomplete' } : { kind: 'none' }
  }
  if (hello[0] !== clientHello) return { kind: 'none' }
  try {
    const name = nameIn(hello.subarray(4, 4 + hello.readUIntBE(1, 3)))
    return name === undefined ? { kind: 'none' } : { kind: 'name', name }
  } catch (error) {
    // Lengths that point outside the message.
    if (error instanceof RangeError) return { kind: 'none' }
    throw error
  }
}

/** A handshake message may be spread over several records. */
function joinRecords(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  let at = 0
  while (at + 5 <= bytes.length && bytes[at] === handshakeRecord) {
    const length = bytes.readUInt16BE(at + 3)
    parts.push(bytes.subarray(at + 5, at + 5 + length))
    at += 5 + length
  }
  return Buffer.concat(parts)
}

function nameIn(hello: Buffer): string | undefined {
  let at = 2 + 32
  at += 1 + hello.readUInt8(at)
  at += 2 + hello.readUInt16BE(at)
  at += 1 + hello.readUInt8(at)
  if (at + 2 > hello.length) return undefined
  const end = at + 2 + hello.readUInt16BE(at)
  at += 2
  while (at + 4 <= end) {
    const [type, length] = [hello.readUInt16BE(at), hello.readUInt16BE(at + 2)]
    if (type === serverNameExtension) return firstName(hello.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return undefined
}

function firstName(list: Buffer): string | undefined {
  if (list.readUInt8(2) !== hostName) return undefined
  const name = list.toString('latin1', 5, 5 + list.readUInt16BE(3)).toLowerCase()
  return /^[a-z0-9.-]+$/.test(name) ? name : undefined
}
