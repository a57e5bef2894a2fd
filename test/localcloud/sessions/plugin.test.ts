// AWS's own plugin at the client's end of a session, against ports that the test answers.

import { type ChildProcess, spawn } from 'node:child_process'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { StartSessionCommand, TerminateSessionCommand } from '@aws-sdk/client-ssm'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { installedTools } from '../installed-tools.ts'
import { once, portDocument, region, type SessionCloud, sessionCloud, sshDocument } from './a-session-cloud.ts'

const { session: plugin } = installedTools()
const greeting = 'hello from the machine\n'
const mebibyte = 1_048_576

let server: Server
let cloud: SessionCloud
const started: ChildProcess[] = []
const accepted = new Set<Socket>()

/** Greets, says back what it hears, and hangs up after `bye`. */
beforeAll(async () => {
  server = createServer((socket) => {
    accepted.add(socket.on('close', () => accepted.delete(socket)).on('error', () => socket.destroy()))
    socket.write(greeting)
    socket.on('data', (data) => (data.toString() === 'bye' ? socket.end() : socket.write(data)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as { readonly port: number }
  cloud = await sessionCloud((port) => (port === 22 ? connect(address.port, '127.0.0.1') : undefined))
})
afterEach(async () => {
  for (const one of started.splice(0)) one.kill('SIGKILL')
  // Nobody at this end is no reason for a session to end.
  await cloud.endAll()
  await once(async () => accepted.size === 0 || undefined)
})
afterAll(async () => {
  await cloud.cloud.close()
  server.close()
})

/** As drover and Packer start it; what it says is collected. */
function run(begun: object, DocumentName: string, Parameters: Record<string, string[]>) {
  const request = JSON.stringify({ Target: cloud.instanceId, DocumentName, Parameters })
  const { accessKeyId, secretAccessKey } = cloud.cloud.credentials
  const child = spawn(plugin.path, ['AWS_SSM_START_SESSION_RESPONSE', region, 'StartSession', '', request, ''], {
    env: {
      AWS_SSM_START_SESSION_RESPONSE: JSON.stringify(begun),
      AWS_ENDPOINT_URL: cloud.cloud.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  started.push(child)
  const said: Buffer[] = []
  child.stdout.on('data', (data: Buffer) => said.push(data))
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  return { child, ended, text: () => Buffer.concat(said).toString('latin1') }
}

async function begin(DocumentName: string, Parameters: Record<string, string[]>) {
  const begun = await cloud.begin(Parameters, DocumentName)
  return { id: begun.SessionId, ...run(begun, DocumentName, Parameters) }
}

describe('one connection over its input and output', () => {
  test('carries both ways, in order and whole, and goes when the machine hangs up', async () => {
    const { child, ended, text, id } = await begin(sshDocument, { portNumber: ['22'] })
    await once(async () => text().includes(greeting) || undefined)
    const sent = Buffer.from(Array.from({ length: mebibyte / 4 }, (_, index) => 97 + ((index * 7) % 26)))
    child.stdin?.write(sent)
    const heard = () => text().slice(text().indexOf(greeting) + greeting.length)
    await once(async () => heard().length >= sent.length || undefined)
    expect(heard()).toBe(sent.toString('latin1'))
    child.stdin?.write('bye')
    expect(await ended).toBe(0)
    expect(text()).toContain(`Exiting session with sessionId: ${id}`)
    expect(await cloud.active()).not.toContain(id)
  }, 30_000)

  test('ends when somebody ends the session', async () => {
    const { ended, text, id } = await begin(sshDocument, { portNumber: ['22'] })
    await once(async () => text().includes(greeting) || undefined)
    await cloud.ssm.send(new TerminateSessionCommand({ SessionId: id }))
    expect(await ended).toBe(0)
    expect(await cloud.active()).not.toContain(id)
  })

  test('to a port where nobody answers says so', async () => {
    const { ended, text, id } = await begin(sshDocument, { portNumber: ['23'] })
    expect(await ended).toBe(0)
    expect(text()).toContain(`${id} : Connection to destination port failed`)
  })

  test('survives a lost channel: the plugin asks for a new token and goes on where it was', async () => {
    const Parameters = { portNumber: ['22'] }
    const begun = await cloud.begin(Parameters)
    const { child, text } = run(begun, sshDocument, Parameters)
    await once(async () => text().includes(greeting) || undefined)
    // Whoever shows the token last is the client, and the plugin's own connection is closed.
    const other = new WebSocket(begun.StreamUrl)
    const taken = new Promise((resolve) => other.on('close', resolve))
    other.on('open', () => other.send(JSON.stringify({ TokenValue: begun.TokenValue })))
    // With its new token it takes the session back.
    await taken
    child.stdin?.write('once more')
    await once(async () => text().endsWith(`${greeting}once more`) || undefined)
  })
})

describe('a local port', () => {
  test('carries many connections, one after another and at once', async () => {
    const { text, id } = await begin(portDocument, { portNumber: ['22'], localPortNumber: ['0'] })
    const port = await once(async () => Number(/Port (\d+) opened/.exec(text())?.[1] ?? Number.NaN) || undefined)
    const ask = (word: string) =>
      new Promise<string>((resolve, reject) => {
        let heard = ''
        const socket = connect(port, '127.0.0.1', () => socket.write(word))
        socket.on('error', reject).on('data', (data) => {
          heard += data
          if (heard.endsWith(word)) socket.write('bye')
        })
        socket.on('close', () => resolve(heard))
      })
    const words = Array.from({ length: 12 }, (_, index) => `word ${index} `.repeat(500))
    expect(await Promise.all(words.map(ask))).toEqual(words.map((word) => greeting + word))
    expect(await ask('the last')).toBe(`${greeting}the last`)
    expect(await cloud.active()).toContain(id)
  }, 30_000)

  test('to which nobody answers on the machine closes its connections, and stays', async () => {
    const { text } = await begin(portDocument, { portNumber: ['23'], localPortNumber: ['0'] })
    const port = await once(async () => Number(/Port (\d+) opened/.exec(text())?.[1] ?? Number.NaN) || undefined)
    for (const _ of [1, 2]) {
      const closed = await new Promise((resolve) =>
        connect(port, '127.0.0.1')
          .on('error', resolve)
          .on('close', () => resolve('closed'))
          .resume(),
      )
      expect(closed).toBe('closed')
    }
    expect(text()).toContain('Connection to destination port failed')
  })
})

test('the AWS CLI’s way to ask is understood', async () => {
  const answer = await cloud.ssm.send(new StartSessionCommand({ Target: cloud.instanceId, DocumentName: portDocument }))
  expect(answer.StreamUrl).toBe(
    `ws://${cloud.cloud.endpoint.slice(7)}/v1/data-channel/${answer.SessionId}?role=publish_subscribe`,
  )
})
