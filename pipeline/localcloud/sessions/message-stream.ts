// Both directions of a session's messages: numbered, acknowledged, sent again until they are, taken in their order.

import type { Random } from '../../ports/index.ts'
import { type AgentMessage, acknowledgedBy, acknowledgementOf, decodeMessage, encodeMessage } from './agent-message.ts'

export interface MessageStreamOptions {
  readonly random: Random
  readonly now: () => number
  /** A message of the client's stream, the next in order. */
  readonly onInput: (payloadType: number, payload: Buffer) => void
  /** Fewer messages are unacknowledged than before. */
  readonly onAcknowledged: () => void
}

export interface MessageStream {
  /** From now on messages go there; what has not arrived is sent again. Undefined: nobody is there. */
  sendTo(send: ((bytes: Buffer) => void) | undefined): void
  /** False when it is no message at all. */
  receive(bytes: Buffer): boolean
  /** A message of this side's stream. */
  say(payloadType: number, payload: Buffer): void
  /** One that stands outside the stream and is sent once. */
  announce(type: string, payload: Buffer): void
  /** Sends the oldest that has not arrived again, when it has been long enough. */
  repeat(): void
  /** How many have not arrived. */
  pending(): number
}

/** The plugin waits as long at first, and takes what it could not hand on yet only when it comes again. */
const repeatAfterMs = 200
/** The plugin's own buffer for what comes too early. */
const mostEarly = 10_000

export function createMessageStream({ random, now, onInput, onAcknowledged }: MessageStreamOptions): MessageStream {
  const unacknowledged = new Map<number, { readonly bytes: Buffer; sentAt: number }>()
  const early = new Map<number, AgentMessage>()
  let send: ((bytes: Buffer) => void) | undefined
  let said = 0
  let expected = 0

  const encoded = (type: string, sequence: number, payloadType: number, payload: Buffer) =>
    encodeMessage({ type, sequence, id: Buffer.from(random.hex(32), 'hex'), payloadType, payload }, now())

  function take(message: AgentMessage): void {
    if (message.sequence - expected > mostEarly) return
    send?.(encoded('acknowledge', 0, 0, acknowledgementOf(message)))
    // One that came before comes again when its acknowledgement was lost.
    if (message.sequence < expected) return
    early.set(message.sequence, message)
    for (let next = early.get(expected); next !== undefined; next = early.get(expected)) {
      early.delete(expected)
      expected++
      onInput(next.payloadType, next.payload)
    }
  }

  return {
    sendTo(next) {
      send = next
      if (send !== undefined) for (const one of unacknowledged.values()) send(one.bytes)
    },
    receive(bytes) {
      const message = decodeMessage(bytes)
      if (message === undefined) return false
      if (message.type === 'input_stream_data') take(message)
      const arrived = message.type === 'acknowledge' ? acknowledgedBy(message) : undefined
      if (arrived !== undefined && unacknowledged.delete(arrived)) onAcknowledged()
      return true
    },
    say(payloadType, payload) {
      const bytes = encoded('output_stream_data', said, payloadType, payload)
      unacknowledged.set(said++, { bytes, sentAt: now() })
      send?.(bytes)
    },
    announce: (type, payload) => send?.(encoded(type, 0, 0, payload)),
    repeat() {
      const [oldest] = unacknowledged.values()
      if (oldest === undefined || now() - oldest.sentAt < repeatAfterMs) return
      oldest.sentAt = now()
      send?.(oldest.bytes)
    },
    pending: () => unacknowledged.size,
  }
}
