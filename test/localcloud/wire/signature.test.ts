// Signatures made by the SDK's own signer, checked as AWS checks them.

import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeOutput } from '../../../pipeline/localcloud/wire/encode-answer.ts'
import type { ApiFault } from '../../../pipeline/localcloud/wire/fault.ts'
import { addressOf, type WireRequest } from '../../../pipeline/localcloud/wire/request.ts'
import { type FaultFamily, type ServiceName, serviceNamed } from '../../../pipeline/localcloud/wire/service.ts'
import { checkSignature, claimOf, type Secret } from '../../../pipeline/localcloud/wire/signature.ts'
import { answerTo } from '../ask-in-process.ts'
import { simulateCloud } from '../simulated-cloud.ts'
import { send, type TestCredentials, testCredentials } from './sdk-client.ts'

const secret: Secret = { secretAccessKey: 'secret' }

/** A request as a client signs it now. */
async function signed(
  service: ServiceName,
  action: string,
  input: object,
  credentials: TestCredentials = testCredentials,
): Promise<WireRequest> {
  let seen: WireRequest | undefined
  const answer = async (request: WireRequest) => {
    seen = request
    return encodeOutput(addressOf(request, serviceNamed(service)), {}, 'r')
  }
  await send(service, action, input, answer, { credentials })
  if (seen === undefined) throw new Error('nothing was sent')
  return seen
}

/** The code of the refusal, or `accepted`. */
function verdict(request: WireRequest, known: Secret | undefined, family: FaultFamily, wallNow = Date.now()): string {
  const claim = claimOf(request)
  if (claim === undefined) return 'unsigned'
  try {
    checkSignature(request, claim, known, family, wallNow)
    return 'accepted'
  } catch (fault) {
    return (fault as ApiFault).code
  }
}

describe('a request signed by the SDK', () => {
  test.each<[ServiceName, string, object]>([
    ['ec2', 'DescribeImages', { Owners: ['self'], Filters: [{ Name: 'name', Values: ['a b+c*~/é'] }] }],
    ['autoscaling', 'DescribeAutoScalingGroups', {}],
    ['sts', 'GetCallerIdentity', {}],
    ['ssm', 'GetParameter', { Name: '/a/b' }],
    ['monitoring', 'DescribeAlarms', {}],
    ['iam', 'GetInstanceProfile', { InstanceProfileName: 'web' }],
  ])('is accepted by %s', async (service, action, input) => {
    expect(verdict(await signed(service, action, input), secret, 'query')).toBe('accepted')
  })

  test('names the region and the service it is for', async () => {
    const claim = claimOf(await signed('ec2', 'DescribeRegions', {}))
    expect(claim).toMatchObject({ accessKeyId: 'AKIATEST', region: 'eu-central-1', service: 'ec2' })
  })

  test('is accepted with the token of its session, and only with that', async () => {
    const request = await signed('ec2', 'DescribeRegions', {}, { ...testCredentials, sessionToken: 'token-1' })
    expect(verdict(request, { ...secret, sessionToken: 'token-1' }, 'ec2')).toBe('accepted')
    expect(verdict(request, { ...secret, sessionToken: 'token-2' }, 'ec2')).toBe('AuthFailure')
    expect(verdict(request, secret, 'ec2')).toBe('AuthFailure')
  })
})

describe('any request the SDK signs', () => {
  const text = fc.string({ unit: fc.constantFrom(..."aZ09-_.~!*'()&%+=;,/\\ \t", 'é', '漢', '🐑'), maxLength: 8 })
  const ascii = fc.string({ unit: fc.constantFrom(..."aZ09-_.~!*'()&%+=;,/\\ \t"), maxLength: 8 })
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT'),
    segments: fc.array(fc.constantFrom('', '.', '..', 'a', 'b%20c', '%2F', "d!*'()", '~e'), { maxLength: 5 }),
    query: fc.dictionary(text, fc.array(text, { minLength: 1, maxLength: 3 }), { maxKeys: 4, noNullPrototype: true }),
    headers: fc.dictionary(fc.constantFrom('x-a', 'x-b', 'content-type', 'x-amz-target'), ascii, { noNullPrototype: true }),
    body: fc.uint8Array({ maxLength: 20 }),
    key: text.filter((value) => value !== ''),
    signedAt: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1_000),
    isDigestNamed: fc.boolean(),
  })
  type Asked = typeof request extends fc.Arbitrary<infer T> ? T : never

  async function signedBySdk(asked: Asked): Promise<WireRequest> {
    const signer = new SignatureV4({
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: asked.key },
      region: 'eu-central-1',
      service: 'ec2',
      sha256: Sha256,
      applyChecksum: asked.isDigestNamed,
    })
    const { method, query, body } = asked
    const path = `/${asked.segments.join('/')}`
    const headers = { host: '127.0.0.1', ...asked.headers }
    const toSign = { method, protocol: 'http:', hostname: '127.0.0.1', path, query, headers, body }
    const { headers: sent } = await signer.sign(toSign, { signingDate: new Date(asked.signedAt) })
    const pairs = Object.entries(query).flatMap(([name, values]) => values.map((value) => [name, value]))
    return { method, path, query: new URLSearchParams(pairs), headers: sent, body }
  }

  test('is accepted, and refused when anything of it was changed', async () => {
    const property = fc.asyncProperty(request, async (asked) => {
      const sent = await signedBySdk(asked)
      const checked = (change: Partial<WireRequest>, key = asked.key) =>
        verdict({ ...sent, ...change }, { secretAccessKey: key }, 'query', asked.signedAt)
      expect(checked({})).toBe('accepted')
      const refused = [
        checked({ method: 'PATCH' }),
        checked({ path: `${sent.path}/x` }),
        checked({ query: new URLSearchParams([...sent.query, ['x', '']]) }),
        checked({ headers: { ...sent.headers, host: 'elsewhere' } }),
        checked({ body: new Uint8Array([...asked.body, 0]) }),
        checked({}, `${asked.key}x`),
      ]
      expect(refused).toEqual(refused.map(() => 'SignatureDoesNotMatch'))
    })
    await fc.assert(property)
  })
})

describe('a request is refused', () => {
  test('that claims a day there is not', async () => {
    const request = await signed('ec2', 'DescribeRegions', {})
    const headers = { ...request.headers, 'x-amz-date': '20260230T000000Z' }
    expect(verdict({ ...request, headers }, secret, 'ec2')).toBe('IncompleteSignature')
  })

  test.each<[string, FaultFamily, string]>([
    ['whose secret is wrong', 'ec2', 'AuthFailure'],
    ['whose secret is wrong', 'query', 'SignatureDoesNotMatch'],
    ['whose secret is wrong', 'json', 'InvalidSignatureException'],
  ])('%s (%s: %s)', async (_what, family, code) => {
    expect(verdict(await signed('ec2', 'DescribeRegions', {}), { secretAccessKey: 'other' }, family)).toBe(code)
  })

  test.each<[FaultFamily, string]>([
    ['ec2', 'AuthFailure'],
    ['query', 'InvalidClientTokenId'],
    ['json', 'UnrecognizedClientException'],
  ])('whose key nobody knows (%s: %s)', async (family, code) => {
    expect(verdict(await signed('ec2', 'DescribeRegions', {}), undefined, family)).toBe(code)
  })

  test('whose body was changed on the way', async () => {
    const request = await signed('ec2', 'DescribeRegions', {})
    const body = new Uint8Array(Buffer.from('Action=TerminateInstances&Version=2016-11-15'))
    expect(verdict({ ...request, body }, secret, 'query')).toBe('SignatureDoesNotMatch')
  })

  test('that is a quarter of an hour old, five minutes for EC2', async () => {
    const request = await signed('sts', 'GetCallerIdentity', {})
    const minute = 60_000
    expect(verdict(request, secret, 'query', Date.now() + 14 * minute)).toBe('accepted')
    expect(verdict(request, secret, 'query', Date.now() + 16 * minute)).toBe('SignatureDoesNotMatch')
    expect(verdict(request, secret, 'query', Date.now() - 16 * minute)).toBe('SignatureDoesNotMatch')
    expect(verdict(request, secret, 'ec2', Date.now() + 6 * minute)).toBe('RequestExpired')
  })

  test.each<[FaultFamily, string]>([
    ['ec2', 'RequestExpired'],
    ['query', 'ExpiredToken'],
    ['json', 'ExpiredTokenException'],
  ])('whose session has ended (%s: %s)', async (family, code) => {
    expect(verdict(await signed('ec2', 'DescribeRegions', {}), { ...secret, expiresAt: Date.now() - 1 }, family)).toBe(code)
  })

  test('that carries a header of AWS its signature leaves out', async () => {
    const request = await signed('ec2', 'DescribeRegions', {})
    const headers = { ...request.headers, 'x-amz-target': 'AmazonSSM.GetParameter' }
    expect(verdict({ ...request, headers }, secret, 'json')).toBe('IncompleteSignature')
  })

  test.each<[ServiceName, string, object, ServiceName, string]>([
    ['ssm', 'ListCommands', {}, 'sts', 'InvalidSignatureException'],
    ['monitoring', 'DescribeAlarms', {}, 'ec2', 'SignatureDoesNotMatch'],
  ])('whose scope is another service’s than its target (%s)', async (service, action, input, scope, code) => {
    const { cloud } = await simulateCloud()
    const { credentials } = cloud
    const request = await signed(service, action, input, credentials)
    const { authorization: _own, ...headers } = request.headers
    const signer = new SignatureV4({ credentials: { ...credentials }, region: 'eu-central-1', service: scope, sha256: Sha256 })
    const again = await signer.sign({ ...request, query: {}, protocol: 'http:', hostname: '127.0.0.1', headers })
    const answer = await answerTo(cloud)({ ...request, headers: again.headers })
    expect(`${answer.body} ${JSON.stringify(answer.headers)}`).toContain(code)
    expect(String(answer.body)).toContain(`Credential should be scoped to correct service: '${service}'.`)
  })

  test('whose Authorization header is something else', async () => {
    const request = await signed('ec2', 'DescribeRegions', {})
    expect(() => claimOf({ ...request, headers: { ...request.headers, authorization: 'Basic eDp5' } })).toThrow(
      'not a Signature Version 4 header',
    )
  })
})
