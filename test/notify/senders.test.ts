// Each sender over a real server on this machine, or over a scripted cloud: what arrives, and who is told what.

import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import type { Notification } from '../../pipeline/config/index.ts'
import { tells } from '../../pipeline/notify/sender.ts'
import type { CloudAt } from '../../pipeline/ports/index.ts'
import { type LoopbackService, type ServiceRequest, startService } from '../support/loopback-service.ts'
import { startMailServer } from '../support/mail-server.ts'
import { refusedBy, scriptedCloud, succeeded } from '../support/scripted-cloud.ts'
import { aMessage, hostile, never, senderOf } from './sending.ts'

const limits = { timeoutMs: 5_000, signal: never }
const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function service(
  answer: Parameters<typeof startService>[0] = () => ({ status: 200, body: 'ok' }),
): Promise<LoopbackService> {
  const started = await startService(answer)
  open.push(started)
  return started
}

const slack: Notification = { kind: 'slack', webhook: { kind: 'environment', name: 'SLACK_WEBHOOK' }, tell: 'action' }
const group = { stage: 'prod', group: 'eu-west-1/web-canary in prod' }

test.each([
  ['failure', true, true],
  ['action', true, true],
  ['recovery', false, true],
  ['info', false, true],
] as const)('%s: told to who asked for what must be acted on: %s, for everything: %s', (level, action, everything) => {
  expect(tells({ tell: 'action' }, aMessage({ level }))).toBe(action)
  expect(tells({ tell: 'everything' }, aMessage({ level }))).toBe(everything)
})

describe('slack', () => {
  test('gets blocks in which nothing is a mention or a link', async () => {
    const { origin, asked } = await service()
    const sender = senderOf(slack, { environment: { SLACK_WEBHOOK: `${origin}/services/T0/B0/hunter2` } })
    expect(await sender.deliver(aMessage({ ...group, headline: `Failed: ${hostile}` }), limits)).toEqual({ ok: true })
    expect(asked[0]?.path).toBe('/services/T0/B0/hunter2')
    const body = JSON.parse(asked[0]?.body ?? '')
    expect(body.text).not.toMatch(/[<>]/)
    const types = [...JSON.stringify(body.blocks).matchAll(/"type":"(\w+)"/g)].map(([, type]) => type)
    expect(new Set(types)).toEqual(new Set(['header', 'section', 'context', 'plain_text']))
    await expect(`${JSON.stringify(body, null, 2)}\n`).toMatchFileSnapshot('golden/slack.json')
  })

  test('has no text that is longer than it takes', async () => {
    const { origin, asked } = await service()
    const long = 'x'.repeat(9_000)
    const message = aMessage({ headline: long, meaning: long, evidence: Array.from({ length: 30 }, () => long) })
    await senderOf(slack, { environment: { SLACK_WEBHOOK: origin } }).deliver(message, limits)
    const { blocks } = JSON.parse(asked[0]?.body ?? '')
    expect(blocks[0].text.text).toHaveLength(150)
    expect(blocks[1].text.text).toHaveLength(3_000)
    expect(blocks.at(-1).elements).toHaveLength(10)
  })

  test.each([
    ['a variable that is not set', {}, 'the variable SLACK_WEBHOOK is not set'],
    [
      'an address in the clear',
      { SLACK_WEBHOOK: 'http://hooks.slack.example/hunter2' },
      'what SLACK_WEBHOOK holds is not an https address',
    ],
    ['no address', { SLACK_WEBHOOK: 'hunter2' }, 'what SLACK_WEBHOOK holds is not an https address'],
  ])('%s is said without the secret', async (_, environment: Record<string, string>, message) => {
    expect(await senderOf(slack, { environment }).deliver(aMessage(), limits)).toEqual({ ok: false, message, mayPass: false })
  })

  test('a secret that the service repeats is blotted out', async () => {
    const { origin } = await service(({ path }) => ({ status: 404, body: `no_team at ${origin}${path}` }))
    const sender = senderOf(slack, { environment: { SLACK_WEBHOOK: `${origin}/hunter2` } })
    expect(await sender.deliver(aMessage(), limits)).toEqual({
      ok: false,
      message: 'it answered 404: no_team at …',
      mayPass: false,
    })
  })
})

describe('a webhook', () => {
  const secret = { kind: 'parameter', name: '/drover/webhook' } as const
  const value = `whsec_${Buffer.from('a key of its own').toString('base64')}`
  const cloud = scriptedCloud(() => ({ parameter: async () => succeeded(value) }))

  test('gets the message as JSON, signed over its ID, the time and the body', async () => {
    const { origin, asked } = await service()
    const sender = senderOf({ kind: 'webhook', url: `${origin}/hook`, secret, tell: 'action' }, { cloud })
    expect(await sender.deliver(aMessage(group), limits)).toEqual({ ok: true })
    const [{ headers, body }] = asked as [ServiceRequest]
    expect(headers).toMatchObject({ 'webhook-id': 'hash-3', 'webhook-timestamp': '1795327380' })
    const signed = createHmac('sha256', 'a key of its own').update(`hash-3.1795327380.${body}`).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signed}`)
    await expect(`${JSON.stringify(JSON.parse(body), null, 2)}\n`).toMatchFileSnapshot('golden/webhook.json')
  })

  test('may have its address in a secret too', async () => {
    const { origin, asked } = await service()
    const url = { kind: 'environment', name: 'HOOK' } as const
    const sender = senderOf({ kind: 'webhook', url, secret, tell: 'action' }, { cloud, environment: { HOOK: `${origin}/x` } })
    expect(sender.name).toBe('webhook (HOOK)')
    await sender.deliver(aMessage(), limits)
    expect(asked.map(({ path }) => path)).toEqual(['/x'])
  })

  test('goes nowhere unsigned', async () => {
    const { origin, asked } = await service()
    const denied = scriptedCloud(() => ({ parameter: async () => refusedBy('denied', 'GetParameter was denied') }))
    const sender = senderOf({ kind: 'webhook', url: origin, secret, tell: 'action' }, { cloud: denied })
    expect(await sender.deliver(aMessage(), limits)).toMatchObject({
      ok: false,
      message: "the parameter /drover/webhook can't be read: GetParameter was denied",
    })
    expect(asked).toEqual([])
  })
})

test('a letter is the message as text, in the thread of its family', async () => {
  const server = await startMailServer({ disabledCommands: ['STARTTLS'] })
  open.push(server)
  const mail = { kind: 'smtp', host: '127.0.0.1', security: 'none', login: undefined, tell: 'action' } as const
  const sender = senderOf({ ...mail, port: server.port, from: 'images@acme.example', to: ['ops@acme.example'] })
  expect(sender.name).toBe('smtp to ops@acme.example')
  expect(await sender.deliver(aMessage(), limits)).toEqual({ ok: true })
  const letter = (server.letters[0] ?? '').replace(/^Date: .*\r\n/m, '').replaceAll('\r\n', '\n')
  await expect(letter).toMatchFileSnapshot('golden/letter.txt')
})

describe('AWS sends', () => {
  const sent: unknown[] = []
  const acting = (outcome: Awaited<ReturnType<CloudAt['publish']>>) =>
    scriptedCloud((place) => ({
      publish: async (request) => {
        sent.push({ place, ...request })
        return outcome
      },
      sendEmail: async (request) => {
        sent.push({ place, ...request })
        return outcome
      },
    }))
  const topic = 'arn:aws:sns:eu-west-1:111111111111:drover'
  const sns: Notification = { kind: 'sns', topic, region: 'eu-west-1', tell: 'action' }

  afterEach(() => void sent.splice(0))

  test('to a topic, with what subscriptions filter by', async () => {
    await senderOf(sns, { cloud: acting(succeeded(undefined)) }).deliver(aMessage(group), limits)
    expect(sent).toMatchObject([
      {
        place: { account: '111111111111', region: 'eu-west-1' },
        topic,
        subject: 'The bake of web-2026.47.1 failed',
        attributes: {
          organisation: 'acme',
          level: 'failure',
          release: 'web-2026.47.1',
          family: 'web',
          key: 'web',
          stage: 'prod',
        },
      },
    ])
  })

  test('an e-mail', async () => {
    const ses = {
      kind: 'ses',
      region: 'eu-west-1',
      from: 'images@acme.example',
      to: ['ops@acme.example'],
      tell: 'action',
    } as const
    expect(await senderOf(ses, { cloud: acting(succeeded(undefined)) }).deliver(aMessage(), limits)).toEqual({ ok: true })
    expect(sent).toMatchObject([{ subject: '[drover acme] The bake of web-2026.47.1 failed', to: ['ops@acme.example'] }])
  })

  test.each([
    ['throttled', true],
    ['unavailable', false],
    ['denied', false],
  ] as const)('%s: again: %s', async (kind, mayPass) => {
    const outcome = await senderOf(sns, { cloud: acting(refusedBy(kind, 'no')) }).deliver(aMessage(), limits)
    expect(outcome).toEqual({ ok: false, message: 'no', mayPass })
  })
})
