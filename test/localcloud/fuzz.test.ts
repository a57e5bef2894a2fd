// Whatever is sent to the endpoint, and however: it answers, never with a failure of its own, loses nothing and does not grow.

import { Agent } from 'node:http'
import { connect, type Socket } from 'node:net'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { coverage } from '../../pipeline/localcloud/coverage.ts'
import { serviceNamed } from '../../pipeline/localcloud/wire/service.ts'
import { type ChildCloud, type HttpAnswer, post, residentMiB, startChildCloud } from './child-cloud.ts'

let cloud: ChildCloud
let complaints = ''
let instanceId = ''
const agent = new Agent({ keepAlive: true, maxSockets: 20 })

beforeAll(async () => {
  cloud = await startChildCloud((text) => {
    complaints += text
  })
  const [imageId = ''] = await cloud.seedImages(1)
  const launched = await query({ Action: 'RunInstances', ImageId: imageId, MinCount: '1', MaxCount: '1' })
  instanceId = /<instanceId>([^<]+)/.exec(launched.text)?.[1] ?? ''
})
afterAll(async () => {
  agent.destroy()
  await cloud.stop()
})

const send = (headers: Record<string, string>, body: Uint8Array, path = '/') => post(agent, cloud.endpoint, headers, body, path)

async function signed(service: string, headers: Record<string, string>, body: Uint8Array, path = '/') {
  const { hostname, port } = new URL(cloud.endpoint)
  const signer = new SignatureV4({ credentials: cloud, region: 'eu-central-1', service, sha256: Sha256 })
  const host = { host: `${hostname}:${port}` }
  const asked = {
    method: 'POST',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path,
    query: {},
    headers: { ...host, ...headers },
    body,
  }
  return (await signer.sign(asked)).headers
}

async function query(parameters: Readonly<Record<string, string>>): Promise<HttpAnswer> {
  const body = Buffer.from(new URLSearchParams({ Version: '2016-11-15', ...parameters }).toString())
  const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
  return send(await signed('ec2', form, body), body)
}

/** As anybody would see it. */
async function visible(): Promise<string> {
  const { status, text } = await query({ Action: 'DescribeInstances' })
  expect(status).toBe(200)
  return text.replace(/<requestId>.*?<\/requestId>/, '').replace(/<instanceState>.*?<\/instanceState>/g, '')
}

const hostileNames = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  '.',
  '..',
  'Filter',
  'Filter.1',
  '0',
  '-1',
  '1e9',
]
const word = fc.oneof(fc.constantFrom(...hostileNames), fc.string({ maxLength: 30, unit: 'binary' }), fc.integer().map(String))
const name = fc.oneof(
  fc.array(word, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('.')),
  fc.constantFrom(
    'InstanceId.1',
    'Filter.1.Name',
    'Filter.1.Value.1',
    'MaxResults',
    'NextToken',
    'TagSpecification.1.Tag.1.Key',
    'MaxCount',
  ),
  fc.integer({ min: 10, max: 5_000 }).map((depth) => 'A.1.'.repeat(depth)),
)
const text = fc.oneof(
  word,
  fc.constantFrom('99999999999999999999', 'NaN', '*'.repeat(500), '\u0000', '\ud800', '<x>&\'"'),
  fc.base64String(),
)
const actions = [
  'DescribeInstances',
  'DescribeImages',
  'RunInstances',
  'TerminateInstances',
  'CreateTags',
  'CreateLaunchTemplate',
  'AuthorizeSecurityGroupIngress',
  'CopyImage',
  'constructor',
  'Nothing',
]
const form = fc.record({ action: fc.constantFrom(...actions), parameters: fc.array(fc.tuple(name, text), { maxLength: 12 }) })

const soundly = { numRuns: 250, seed: 20_261_128 }

test('forms that make no sense, rightly signed, are refused as the caller’s mistake', async () => {
  await fc.assert(
    fc.asyncProperty(form, async ({ action, parameters }) => {
      const fields = new URLSearchParams([['Action', action], ...parameters])
      const body = Buffer.from(fields.toString())
      const { status } = await send(await signed('ec2', { 'content-type': 'application/x-www-form-urlencoded' }, body), body)
      expect(status).toBeLessThan(500)
    }),
    soundly,
  )
  expect(complaints).toBe('')
})

const instanceIdLike = 'i-0123456789abcdef0'

/** Every action by the name of its service, with the parameters it handles: what gets past the door. */
const handled = coverage().filter(({ service }) => service !== 'sts')
const anyAction = fc.constantFrom(...handled).chain(({ service, action, handled: parameters }) =>
  fc.record({
    service: fc.constant(service),
    action: fc.constant(action),
    parameters: fc.array(
      fc.tuple(
        fc.constantFrom(...(parameters.length > 0 ? parameters : ['Nothing'])),
        fc.constantFrom('', '.1', '.member.1', '.1.Value', '.member.1.Key', '.entry.1.key'),
        fc.oneof(text, fc.constantFrom('{"Version":"2012-10-17","Statement":[]}', '2026-13-45', 'true', instanceIdLike)),
      ),
      { maxLength: 6 },
    ),
  }),
)
test('every action of every service takes its own parameters with senseless values for the caller’s mistake', async () => {
  await fc.assert(
    fc.asyncProperty(anyAction, async ({ service, action, parameters }) => {
      const fields = parameters.map(([name, path, value]): [string, string] => [`${name}${path}`, value])
      const isRest = service === 'eks'
      const isJson = service === 'ssm' || service === 'kms' || isRest
      const target = service === 'ssm' ? 'AmazonSSM' : 'TrentService'
      const headers: Record<string, string> = isRest
        ? { 'content-type': 'application/json' }
        : isJson
          ? { 'x-amz-target': `${target}.${action}`, 'content-type': 'application/x-amz-json-1.1' }
          : { 'content-type': 'application/x-www-form-urlencoded' }
      const body = isJson
        ? Buffer.from(JSON.stringify(Object.fromEntries(parameters.map(([name, , value]) => [name, value]))))
        : Buffer.from(new URLSearchParams([['Action', action], ...fields]).toString())
      const path = isRest ? restPath(action, parameters[0]?.[2] ?? '') : '/'
      const { status } = await send(await signed(service, headers, body, path), body, path)
      expect(status).toBeLessThan(500)
    }),
    { ...soundly, numRuns: 1_500 },
  )
  expect(complaints).toBe('')
})

/** The action's own path, every label the same senseless word. */
function restPath(action: string, word: string): string {
  const [, pattern = '/'] = serviceNamed('eks')?.action(action)?.http ?? []
  return pattern.replaceAll(
    /\{\w+\}/g,
    encodeURIComponent(
      Buffer.from(word)
        .toString()
        .replace(/^\.{0,2}$/, 'x'),
    ),
  )
}

test('a list of thirty thousand members is answered', async () => {
  const fields = Array.from({ length: 30_000 }, (_, index) => [`InstanceId.${index + 1}`, `i-${index}`] as [string, string])
  const body = Buffer.from(new URLSearchParams([['Action', 'DescribeInstances'], ...fields]).toString())
  const { status } = await send(await signed('ec2', { 'content-type': 'application/x-www-form-urlencoded' }, body), body)
  expect(status).toBe(400)
})

const json = fc.oneof(
  fc.json({ maxDepth: 6 }),
  fc.string({ unit: 'binary' }),
  fc.integer({ min: 1_000, max: 200_000 }).map((depth) => '['.repeat(depth)),
  fc.integer({ min: 1_000, max: 20_000 }).map((depth) => `${'{"Filters":['.repeat(depth)}${']}'.repeat(depth)}`),
)

/** Nothing at all in either: null, and CBOR's undefined. */
const nothings = [Buffer.from('null'), Uint8Array.of(0xf6), Uint8Array.of(0xf7), Uint8Array.of(0x80)]

test('bodies in JSON and CBOR that make no sense are refused as the caller’s mistake', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        json.map((one) => Buffer.from(one)),
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(...nothings),
      ),
      fc.boolean(),
      async (body, isCbor) => {
        const path = isCbor ? '/service/GraniteServiceVersion20100801/operation/DescribeAlarms' : '/'
        const headers: Record<string, string> = isCbor
          ? { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' }
          : { 'x-amz-target': 'AmazonSSM.DescribeInstanceInformation', 'content-type': 'application/x-amz-json-1.1' }
        const { status } = await send(await signed(isCbor ? 'monitoring' : 'ssm', headers, body, path), body, path)
        expect(status).toBeLessThan(500)
      },
    ),
    soundly,
  )
  expect(complaints).toBe('')
})

test('a signature that is wrong in any way changes nothing, and nothing is told', async () => {
  const before = await visible()
  const body = Buffer.from(new URLSearchParams({ Action: 'TerminateInstances', 'InstanceId.1': instanceId }).toString())
  const good = await signed('ec2', { 'content-type': 'application/x-www-form-urlencoded' }, body)
  const spoil = fc.oneof(
    fc.nat({ max: (good.authorization ?? '').length - 1 }).map((at) => ({ at })),
    fc.constantFrom('authorization', 'x-amz-date', 'x-amz-content-sha256').map((header) => ({ header })),
    fc.string({ maxLength: 100 }).map((authorization) => ({ authorization })),
    fc.constant({ body: Buffer.concat([body, Buffer.from('&Force=true')]) }),
  )
  await fc.assert(
    fc.asyncProperty(spoil, async (how) => {
      const headers: Record<string, string> = { ...good }
      if ('header' in how) delete headers[how.header]
      if ('at' in how) headers.authorization = flipped(good.authorization ?? '', how.at)
      if ('authorization' in how) headers.authorization = how.authorization.replaceAll(/[^\x20-\x7e]/g, '?')
      const { status } = await send(headers, 'body' in how ? how.body : body)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
    }),
    soundly,
  )
  expect(await visible()).toBe(before)
  expect(complaints).toBe('')
})

function flipped(authorization: string, at: number): string {
  const other = authorization[at] === 'a' ? 'b' : 'a'
  return `${authorization.slice(0, at)}${other}${authorization.slice(at + 1)}`
}

function raw(): Promise<Socket> {
  const { hostname, port } = new URL(cloud.endpoint)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket))
    socket.once('error', reject)
  })
}

test('bodies of which half is sent, and what is no HTTP, end with their connection', async () => {
  const before = await visible()
  const openings = [
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nAction=Des',
    'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -5\r\n\r\n',
    `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
    '\u0000\u0001\u0002\u0003',
    'POST / HTTP/1.1\r\nhost: x\r\n',
  ]
  for (let round = 0; round < 20; round++) {
    const sockets = await Promise.all(openings.map(raw))
    for (const [index, socket] of sockets.entries()) {
      socket.on('error', () => undefined)
      socket.write(openings[index] ?? '')
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
    for (const socket of sockets) socket.destroy()
  }
  expect(await visible()).toBe(before)
})

test('a thousand connections at once keep nobody else out', async () => {
  const sockets = await Promise.all(Array.from({ length: 1_000 }, raw))
  for (const socket of sockets) socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nA')
  expect((await query({ Action: 'DescribeInstances' })).status).toBe(200)
  for (const socket of sockets) socket.destroy()
  expect((await query({ Action: 'DescribeInstances' })).status).toBe(200)
})

test('what has been answered is forgotten: two hundred megabytes of requests leave no more memory in use than a few', async () => {
  const body = Buffer.from(`Action=DescribeInstances&Filter.1.Name=${'x'.repeat(500_000)}`)
  const headers = await signed('ec2', { 'content-type': 'application/x-www-form-urlencoded' }, body)
  const flood = async (count: number) => {
    for (let sent = 0; sent < count; sent += 10) await Promise.all(Array.from({ length: 10 }, () => send(headers, body)))
    return residentMiB(cloud.child)
  }
  const first = await flood(100)
  const last = await flood(300)
  expect(last - first).toBeLessThan(100)
  expect(await visible()).toContain(instanceId)
})
