// SNS and SES: what the SDK puts on the wire, and what becomes of the answer.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createCloud } from '../../pipeline/aws/index.ts'
import { createRandom, createSystemClock } from '../../pipeline/system/index.ts'
import { Fault, place, stubAws } from './stub-aws.ts'

const topic = 'arn:aws:sns:eu-west-1:222222222222:drover'

describe('a topic', () => {
  it('is given text, subject and attributes', async () => {
    const { cloud, asked } = stubAws({ Publish: ['<MessageId>m-1</MessageId>'] })
    const request = { topic, subject: 'The bake failed', text: 'all of it', attributes: { level: 'failure', family: 'web' } }
    expect(await cloud.at(place).publish(request)).toEqual({ ok: true, value: undefined })
    expect(asked[0]?.parameters).toEqual({
      TopicArn: topic,
      Subject: 'The bake failed',
      Message: 'all of it',
      'MessageAttributes.entry.1.Name': 'level',
      'MessageAttributes.entry.1.Value.DataType': 'String',
      'MessageAttributes.entry.1.Value.StringValue': 'failure',
      'MessageAttributes.entry.2.Name': 'family',
      'MessageAttributes.entry.2.Value.DataType': 'String',
      'MessageAttributes.entry.2.Value.StringValue': 'web',
    })
  })

  it.each([
    ['Grüße an “alle”', 'Gru?e an ?alle?'],
    ['x'.repeat(150), `${'x'.repeat(96)}...`],
  ])('gets a subject that SNS takes: %s', async (subject, expected) => {
    const { cloud, asked } = stubAws({ Publish: ['<MessageId>m-1</MessageId>'] })
    await cloud.at(place).publish({ topic, subject, text: 't', attributes: {} })
    expect(asked[0]?.parameters.Subject).toBe(expected)
  })

  it('that answered with a breakdown may have it already, so it is not told twice', async () => {
    const { cloud, asked } = stubAws({ Publish: [new Fault(500, 'InternalError')] })
    expect(await cloud.at(place).publish({ topic, subject: 's', text: 't', attributes: {} })).toMatchObject({ ok: false })
    expect(asked).toHaveLength(1)
  })
})

it('an e-mail goes to SES as plain text', async () => {
  const got: { url: string; body: unknown }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    got.push({ url: `${request.method} ${request.url}`, body: JSON.parse(body) })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"MessageId":"m-1"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const cloud = createCloud({
      clock: createSystemClock(),
      random: createRandom(),
      sessionName: 'acme',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: async () => ({ accessKeyId: 'RUNNER', secretAccessKey: 'secret' }),
    })
    const letter = { from: 'images@acme.example', to: ['ops@acme.example'], subject: 'Grüße', text: 'all of it' }
    expect(await cloud.at(place).sendEmail(letter)).toEqual({ ok: true, value: undefined })
  } finally {
    server.closeAllConnections()
    server.close()
  }
  expect(got).toEqual([
    {
      url: 'POST /v2/email/outbound-emails',
      body: {
        FromEmailAddress: 'images@acme.example',
        Destination: { ToAddresses: ['ops@acme.example'] },
        Content: {
          Simple: { Subject: { Data: 'Grüße', Charset: 'UTF-8' }, Body: { Text: { Data: 'all of it', Charset: 'UTF-8' } } },
        },
      },
    },
  ])
})

it('who may be impatient is: tries are as many as were asked for', async () => {
  const backoff = { firstMs: 1, longestMs: 1, tries: 2 }
  const { cloud, asked } = stubAws({ Publish: [new Fault(400, 'Throttling')] }, { backoff })
  expect(await cloud.at(place).publish({ topic, subject: 's', text: 't', attributes: {} })).toMatchObject({ kind: 'throttled' })
  expect(asked).toHaveLength(2)
})
