// FIPS endpoints on request: where the SDK's requests go, and what Packer is told.

import { HttpResponse } from '@smithy/core/protocols'
import { expect, test } from 'vitest'
import { createCloud } from '../../pipeline/aws/index.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const place = { account: '222222222222', region: 'us-east-1' }

async function ask(options: { readonly fips?: boolean; readonly endpoint?: string }) {
  const hosts: string[] = []
  const handle = async ({ hostname }: { readonly hostname: string }) => {
    hosts.push(hostname)
    return { response: new HttpResponse({ statusCode: 403, headers: {} }) }
  }
  const cloud = createCloud({
    clock: createVirtualClock(),
    random: createSeededRandom(1),
    sessionName: 'acme',
    credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'secret' }),
    requestHandler: { handle, metadata: { handlerProtocol: 'http/1.1' } } as never,
    ...options,
  })
  await cloud.at(place).describeInstances({ ids: ['i-0123456789abcdef0'] })
  const environment = await cloud.environmentFor(place)
  return { hosts, packer: environment.ok ? environment.value.AWS_USE_FIPS_ENDPOINT : environment.message }
}

test('asked for, drover and Packer use them', async () => {
  const { hosts, packer } = await ask({ fips: true })
  expect(hosts).toEqual(['ec2-fips.us-east-1.amazonaws.com'])
  expect(packer).toBe('true')
})

test('not asked for, or with an endpoint of one’s own, they do not', async () => {
  expect((await ask({})).packer).toBeUndefined()
  const { hosts, packer } = await ask({ fips: true, endpoint: 'http://127.0.0.1:1' })
  expect(hosts).toEqual(['127.0.0.1'])
  expect(packer).toBeUndefined()
})
