// Who gets no session, and no channel of one: nothing of what is sent there harms the others or the machine.

import { once as event } from 'node:events'
import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { ResumeSessionCommand, StartSessionCommand, TerminateSessionCommand } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { decodeMessage, encodeMessage } from '../../../pipeline/localcloud/sessions/agent-message.ts'
import { type Begun, once, portDocument, type SessionCloud, sessionCloud, sshDocument } from './a-session-cloud.ts'

let cloud: SessionCloud
let connections = 0

beforeAll(async () => {
  cloud = await sessionCloud(() => {
    connections++
    return new PassThrough()
  })
})
afterAll(() => cloud.cloud.close())

function start(input: { Target?: string; DocumentName?: string; Parameters?: Record<string, string[]> }): Promise<string> {
  const given = { Target: cloud.instanceId, DocumentName: sshDocument, ...input }
  return cloud.ssm.send(new StartSessionCommand(given)).then(
    () => 'begun',
    ({ name, message }) => `${name}: ${message}`,
  )
}

/** What the server says first to whoever says that first: the type of its message, or the code it closes with. */
async function greeted(url: string, first: string | Buffer): Promise<string | number> {
  const socket = new WebSocket(url)
  try {
    socket.on('error', () => undefined)
    const answer = new Promise<string | number>((resolve) => {
      socket.on('message', (data: Buffer) => resolve(decodeMessage(data)?.type ?? 'nonsense'))
      socket.on('close', resolve)
    })
    await Promise.race([event(socket, 'open'), answer])
    if (socket.readyState === WebSocket.OPEN) socket.send(first)
    return await answer
  } finally {
    socket.terminate()
  }
}

const token = ({ TokenValue }: Pick<Begun, 'TokenValue'>) => JSON.stringify({ MessageSchemaVersion: '1.0', TokenValue })
const refused = 1008

describe('StartSession', () => {
  test('wants a machine that runs the agent and is known to Systems Manager', async () => {
    expect(await start({ Target: 'i-0123456789abcdef0' })).toBe('TargetNotConnected: i-0123456789abcdef0 is not connected.')
  })

  test('has two documents, with ports for parameters', async () => {
    expect(await start({ DocumentName: 'AWS-StartNoSuchSession' })).toContain('InvalidDocument: ')
    expect(await start({ Parameters: { portNumber: ['70000'] } })).toBe('ValidationException: portNumber is a port, not 70000.')
    expect(await start({ Parameters: { portNumber: ['22; reboot'] } })).toContain('ValidationException')
    expect(await start({ Parameters: { host: ['10.0.0.1'] } })).toContain('UnsupportedOperation: ')
    expect(await start({ DocumentName: portDocument, Parameters: { localPortNumber: ['0'] } })).toBe('begun')
  })

  test('a session that is not there is neither resumed nor ended', async () => {
    for (const command of [ResumeSessionCommand, TerminateSessionCommand]) {
      await expect(cloud.ssm.send(new command({ SessionId: 'root-0' }) as ResumeSessionCommand)).rejects.toMatchObject({
        name: 'DoesNotExistException',
      })
    }
  })
})

describe('the channel', () => {
  test('is opened by its session’s own token and nothing else', async () => {
    const [one, other] = [await cloud.begin(), await cloud.begin()]
    expect(await greeted(one.StreamUrl, token(other))).toBe(refused)
    expect(await greeted(one.StreamUrl, token({ TokenValue: '' }))).toBe(refused)
    expect(await greeted(one.StreamUrl, '{"TokenValue":7}')).toBe(refused)
    expect(await greeted(one.StreamUrl, 'null')).toBe(refused)
    expect(await greeted(one.StreamUrl, Buffer.from([0, 1, 2, 255]))).toBe(refused)
    expect(await greeted(one.StreamUrl.replace(one.SessionId, 'root-0'), token(one))).toBe(refused)
    expect(await greeted(one.StreamUrl, token(one))).toBe('output_stream_data')
  })

  test('of an ended session stays shut, and so it does to the token of before it was resumed', async () => {
    const begun = await cloud.begin()
    const resumed = await cloud.ssm.send(new ResumeSessionCommand({ SessionId: begun.SessionId }))
    expect(await greeted(begun.StreamUrl, token(begun))).toBe(refused)
    expect(await greeted(begun.StreamUrl, token({ TokenValue: resumed.TokenValue ?? '' }))).toBe('output_stream_data')
    await cloud.ssm.send(new TerminateSessionCommand({ SessionId: begun.SessionId }))
    expect(await greeted(begun.StreamUrl, token({ TokenValue: resumed.TokenValue ?? '' }))).toBe(refused)
    expect(await cloud.ssm.send(new ResumeSessionCommand({ SessionId: begun.SessionId }))).not.toHaveProperty('TokenValue')
  })

  test('is not at any other address', async () => {
    const { StreamUrl } = await cloud.begin()
    for (const path of ['/', '/v1/data-channel/', '/v1/data-channel/%E0%A4%A', '/_drover/shutdown']) {
      const socket = new WebSocket(StreamUrl.replace(/\/v1\/.*/, path))
      const [error] = await event(socket, 'error')
      expect(String(error)).toContain('404')
    }
  })

  test('closes on what is no message or is too long; the session waits for a better client, and the machine has seen nothing', async () => {
    const begun = await cloud.begin()
    const before = connections
    const closedBy = async (bytes: Buffer) => {
      const socket = new WebSocket(begun.StreamUrl)
      await event(socket, 'open')
      socket.send(token(begun))
      await event(socket, 'message')
      socket.send(bytes)
      return ((await event(socket, 'close')) as [number])[0]
    }
    const id = Buffer.alloc(16)
    const whole = encodeMessage({ type: 'input_stream_data', sequence: 0, id, payloadType: 1, payload: Buffer.from('x') }, 1)
    const changed = Buffer.from(whole)
    changed.writeUInt8(121, changed.length - 1)
    const invalid = 1007
    expect(await closedBy(whole.subarray(0, 50))).toBe(invalid)
    expect(await closedBy(whole.subarray(0, whole.length - 1))).toBe(invalid)
    expect(await closedBy(changed)).toBe(invalid)
    expect(await closedBy(Buffer.alloc(119, 255))).toBe(invalid)
    expect(await closedBy(Buffer.alloc(1_000_000))).toBe(1009)
    expect(await greeted(begun.StreamUrl, token(begun))).toBe('output_stream_data')
    expect(connections).toBe(before)
  })

  test('a frame that is never finished and a client that never speaks keep nobody else out', async () => {
    const { StreamUrl, TokenValue } = await cloud.begin()
    const { port, host, pathname } = new URL(StreamUrl)
    const half = connect(Number(port), '127.0.0.1')
    half.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    )
    await event(half, 'data')
    half.write(Buffer.from([0x82, 0xfe, 0x10]))
    const silent = new WebSocket(StreamUrl)
    await event(silent, 'open')
    expect(await greeted(StreamUrl, token({ TokenValue }))).toBe('output_stream_data')
    silent.terminate()
    half.destroy()
  })
})

test('a session ends with its machine', async () => {
  const { StreamUrl, TokenValue } = await cloud.begin()
  const socket = new WebSocket(StreamUrl)
  const types: string[] = []
  socket.on('message', (data: Buffer) => types.push(decodeMessage(data)?.type ?? 'nonsense'))
  await event(socket, 'open')
  socket.send(token({ TokenValue }))
  await event(socket, 'message')
  const closed = event(socket, 'close')
  await cloud.ec2.send(new TerminateInstancesCommand({ InstanceIds: [cloud.instanceId] }))
  await closed
  expect(types.at(-1)).toBe('channel_closed')
  expect(await greeted(StreamUrl, token({ TokenValue }))).toBe(refused)
  expect(await once(async () => ((await cloud.active()).length === 0 ? true : undefined))).toBe(true)
  expect(await start({})).toContain('TargetNotConnected')
})
