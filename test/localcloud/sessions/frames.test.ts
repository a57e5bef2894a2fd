// The bytes of a session's channel: framed and read back, in any order, in any pieces, and from nobody who means well.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type AgentMessage,
  asJson,
  decodeMessage,
  encodeMessage,
  uuidOf,
} from '../../../pipeline/localcloud/sessions/agent-message.ts'
import { createManyStreams } from '../../../pipeline/localcloud/sessions/many-streams.ts'
import { createMessageStream } from '../../../pipeline/localcloud/sessions/message-stream.ts'
import { createSeededRandom } from '../../support/seeded-random.ts'

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))
const id = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
const input = (sequence: number, text: string): AgentMessage => ({
  ...{ type: 'input_stream_data', sequence, id, payloadType: 1 },
  payload: Buffer.from(text),
})

test('a message is laid out as the plugin lays it out', () => {
  const framed = encodeMessage(input(7, 'abc'), 1_000)
  expect(framed.subarray(0, 4).toString('hex')).toBe('00000074')
  expect(framed.subarray(4, 36).toString('latin1')).toBe('input_stream_data'.padEnd(32))
  expect(framed.subarray(64, 80).toString('hex')).toBe('8899aabbccddeeff0011223344556677')
  expect(framed.subarray(116).toString('latin1')).toBe('\0\0\0\x03abc')
  expect(uuidOf(decodeMessage(framed)?.id ?? Buffer.alloc(0))).toBe('00112233-4455-6677-8899-aabbccddeeff')
})

test('whatever is framed is read back, and no part or change of it is', () => {
  fc.assert(
    fc.property(bytes(300), fc.nat(), fc.nat(), fc.nat(), (payload, sequence, cut, place) => {
      const framed = encodeMessage({ type: 'output_stream_data', sequence, id, payloadType: 1, payload }, 1)
      expect(decodeMessage(framed)).toEqual({ type: 'output_stream_data', sequence, id, payloadType: 1, payload })
      expect(decodeMessage(framed.subarray(0, cut % framed.length))).toBeUndefined()
      if (payload.length === 0) return
      framed.writeUInt8((framed.at(120 + (place % payload.length)) ?? 0) ^ 1, 120 + (place % payload.length))
      expect(decodeMessage(framed)).toBeUndefined()
    }),
  )
  fc.assert(fc.property(bytes(400), (noise) => void decodeMessage(noise)))
})

function stream() {
  const taken: string[] = []
  const sent: AgentMessage[] = []
  let now = 0
  const made = createMessageStream({
    random: createSeededRandom(1),
    now: () => now,
    onInput: (_type, payload) => taken.push(payload.toString()),
    onAcknowledged: () => undefined,
  })
  const send = (framed: Buffer) => void sent.push(decodeMessage(framed) as AgentMessage)
  const acknowledge = (sequence: number) => {
    const payload = asJson({ AcknowledgedMessageSequenceNumber: sequence })
    made.receive(encodeMessage({ type: 'acknowledge', sequence: 0, id, payloadType: 0, payload }, 1))
  }
  return { made, taken, sent, send, acknowledge, pass: (ms: number) => (now += ms) }
}

test('input is taken once and in order, and acknowledged each time it comes', () => {
  const { made, taken, sent, send } = stream()
  made.sendTo(send)
  for (const sequence of [1, 0, 0, 2, 1]) made.receive(encodeMessage(input(sequence, `m${sequence}`), 1))
  // Further ahead than anybody could be.
  made.receive(encodeMessage(input(1_000_000, 'far'), 1))
  expect(taken).toEqual(['m0', 'm1', 'm2'])
  expect(sent.map(({ payload }) => JSON.parse(payload.toString()).AcknowledgedMessageSequenceNumber)).toEqual([1, 0, 0, 2, 1])
})

test('what has not arrived is said again: the oldest after a while, everything to a client that comes back', () => {
  const { made, sent, send, acknowledge, pass } = stream()
  made.sendTo(send)
  for (const text of ['a', 'b']) made.say(1, Buffer.from(text))
  const since = () => sent.splice(0).map(({ payload }) => payload.toString())
  expect(since()).toEqual(['a', 'b'])
  made.repeat()
  expect(since()).toEqual([])
  pass(250)
  made.repeat()
  expect(since()).toEqual(['a'])
  acknowledge(0)
  made.sendTo(undefined)
  made.say(1, Buffer.from('c'))
  expect(since()).toEqual([])
  made.sendTo(send)
  expect(since()).toEqual(['b', 'c'])
  for (const sequence of [1, 2]) acknowledge(sequence)
  expect(made.pending()).toBe(0)
})

function many() {
  const seen: string[] = []
  const sent: Buffer[] = []
  const made = createManyStreams({
    send: (data) => void sent.push(data),
    onOpen: (stream) => void seen.push(`${stream} opens`),
    onData: (stream, data) => void seen.push(`${stream} ${data}`),
    onEnd: (stream) => void seen.push(`${stream} ends`),
  })
  return { made, seen, sent }
}

const frame = (what: number, stream: number, text = '') => {
  const head = Buffer.from([1, what, text.length & 255, text.length >> 8, stream & 255, stream >> 8, 0, 0])
  return Buffer.concat([head, Buffer.from(text)])
}

test('frames come out whole in whatever pieces they arrive', () => {
  const all = Buffer.concat([
    frame(0, 3),
    frame(2, 3, 'one'),
    frame(0, 5),
    frame(3, 0),
    frame(2, 5, 'two'),
    frame(1, 3),
    frame(2, 3, 'late'),
  ])
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
      const { made, seen } = many()
      for (let at = 0, turn = 0; at < all.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1
        expect(made.receive(all.subarray(at, at + size))).toBe(true)
        at += size
      }
      expect(seen).toEqual(['3 opens', '3 one', '5 opens', '5 two', '3 ends'])
    }),
  )
})

test('another version, an unknown command and too many streams end it; a stream that has ended is told nothing', () => {
  expect(many().made.receive(Buffer.from([2, 0, 0, 0, 3, 0, 0, 0]))).toBe(false)
  expect(many().made.receive(frame(9, 3))).toBe(false)
  const { made, sent } = many()
  const opened = Array.from({ length: 257 }, (_, stream) => made.receive(frame(0, stream)))
  expect([opened.filter(Boolean).length, opened.at(-1)]).toEqual([256, false])
  made.write(3, Buffer.alloc(40_000))
  expect(sent.map(({ length }) => length)).toEqual([32_776, 7_240])
  made.end(3)
  made.write(3, Buffer.from('late'))
  expect(sent).toHaveLength(3)
})
