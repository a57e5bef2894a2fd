// One message of a session's channel, as plugin and agent frame them. Pure.

import { createHash } from 'node:crypto'

// The layout is that of AWS's own plugin (session-manager-plugin 1.3.0.0, src/message): big-endian, types padded with blanks, the
// length of the payload behind what is called the header.
const headerBytes = 116
const at = { type: 4, version: 36, created: 40, sequence: 48, flags: 56, id: 64, digest: 80, payloadType: 112, length: 116 }
const typeBytes = 32
const payloadAt = headerBytes + 4

export const payloadTypes = { output: 1, handshakeRequest: 5, handshakeResponse: 6, handshakeComplete: 7, flag: 10 } as const

/** What a payload of type `flag` holds. */
export const flags = { disconnectToPort: 1, terminateSession: 2, connectToPortError: 3 } as const

export interface AgentMessage {
  /** `input_stream_data` comes from the client, `output_stream_data` goes to it; `acknowledge` goes both ways. */
  readonly type: string
  readonly sequence: number
  /** Sixteen bytes. */
  readonly id: Uint8Array
  readonly payloadType: number
  readonly payload: Buffer
}

export function encodeMessage(message: AgentMessage, createdAt: number): Buffer {
  const { type, sequence, id, payloadType, payload } = message
  const bytes = Buffer.alloc(payloadAt + payload.length)
  bytes.writeUInt32BE(headerBytes, 0)
  bytes.write(type.padEnd(typeBytes), at.type, 'latin1')
  bytes.writeUInt32BE(1, at.version)
  bytes.writeBigUInt64BE(BigInt(createdAt), at.created)
  bytes.writeBigInt64BE(BigInt(sequence), at.sequence)
  // The later half of an ID comes first.
  bytes.set(id.subarray(8, 16), at.id)
  bytes.set(id.subarray(0, 8), at.id + 8)
  bytes.set(createHash('sha256').update(payload).digest(), at.digest)
  bytes.writeUInt32BE(payloadType, at.payloadType)
  bytes.writeUInt32BE(payload.length, at.length)
  bytes.set(payload, payloadAt)
  return bytes
}

/** Undefined for what is no such message, is cut off, or has another payload than its digest says. */
export function decodeMessage(bytes: Buffer): AgentMessage | undefined {
  if (bytes.length < payloadAt || bytes.readUInt32BE(0) !== headerBytes) return undefined
  const payload = bytes.subarray(payloadAt)
  if (bytes.readUInt32BE(at.length) !== payload.length) return undefined
  const sequence = bytes.readBigInt64BE(at.sequence)
  if (sequence < 0n || sequence > BigInt(Number.MAX_SAFE_INTEGER)) return undefined
  const digest = bytes.subarray(at.digest, at.digest + 32)
  if (payload.length > 0 && !createHash('sha256').update(payload).digest().equals(digest)) return undefined
  return {
    type: bytes.toString('latin1', at.type, at.type + typeBytes).replace(/[ \0]+$/, ''),
    sequence: Number(sequence),
    id: Buffer.concat([bytes.subarray(at.id + 8, at.id + 16), bytes.subarray(at.id, at.id + 8)]),
    payloadType: bytes.readUInt32BE(at.payloadType),
    payload,
  }
}

/** What tells the sender that a message of its stream has arrived. */
export function acknowledgementOf({ type, id, sequence }: AgentMessage): Buffer {
  return asJson({
    AcknowledgedMessageType: type,
    AcknowledgedMessageId: uuidOf(id),
    AcknowledgedMessageSequenceNumber: sequence,
    IsSequentialMessage: true,
  })
}

/** The number of the message that has arrived; undefined when it is no acknowledgement. */
export function acknowledgedBy({ payload }: AgentMessage): number | undefined {
  const sequence = memberOf(payload, 'AcknowledgedMessageSequenceNumber')
  return typeof sequence === 'number' ? sequence : undefined
}

export function asJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

/** Of a JSON object; undefined where it is none. */
export function memberOf(payload: Buffer, name: string): unknown {
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'))
    return value !== null && typeof value === 'object' ? (value as Readonly<Record<string, unknown>>)[name] : undefined
  } catch {
    return undefined
  }
}

export function uuidOf(id: Uint8Array): string {
  const hex = Buffer.from(id).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
