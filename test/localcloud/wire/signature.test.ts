// Signatures made by the SDK's own signer, checked as AWS checks them.

import { describe, expect, test } from 'vitest'
import { encodeOutput } from '../../../pipeline/localcloud/wire/encode-answer.ts'
import { addressOf, type WireRequest } from '../../../pipeline/localcloud/wire/request.ts'
import { type FaultFamily, type ServiceName, serviceNamed } from '../../../pipeline/localcloud/wire/service.ts'
import { checkSignature, claimOf, type Secret } from '../../../pipeline/localcloud/wire/signature.ts'
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
async function verdict(
  request: WireRequest,
  known: Secret | undefined,
  family: FaultFamily,
  wallNow = Date.now(),
): Promise<string> {
  const claim = claimOf(request)
  if (claim === undefined) return 'unsigned'
  return checkSignature(request, claim, known, family, wallNow).then(
    () => 'accepted',
    (fault) => fault.code,
  )
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
    expect(await verdict(await signed(service, action, input), secret, 'query')).toBe('accepted')
  })

  test('names the region and the service it is for', async () => {
    const claim = claimOf(await signed('ec2', 'DescribeRegions', {}))
    expect(claim).toMatchObject({ accessKeyId: 'AKIATEST', region: 'eu-central-1', service: 'ec2' })
  })

  test('is accepted with the token of its session, and only with that', async () => {
    const request = await signed('ec2', 'DescribeRegions', {}, { ...testCredentials, sessionToken: 'token-1' })
    expect(await verdict(request, { ...secret, sessionToken: 'token-1' }, 'ec2')).toBe('accepted')
    expect(await verdict(request, { ...secret, sessionToken: 'token-2' }, 'ec2')).toBe('AuthFailure')
    expect(await verdict(request, secret, 'ec2')).toBe('AuthFailure')
  })
})

describe('a request is refused', () => {
  test.each<[string, FaultFamily, string]>([
    ['whose secret is wrong', 'ec2', 'AuthFailure'],
    ['whose secret is wrong', 'query', 'SignatureDoesNotMatch'],
    ['whose secret is wrong', 'json', 'InvalidSignatureException'],
  ])('%s (%s: %s)', async (_what, family, code) => {
    expect(await verdict(await signed('ec2', 'DescribeRegions', {}), { secretAccessKey: 'other' }, family)).toBe(code)
  })

  test.each<[FaultFamily, string]>([
    ['ec2', 'AuthFailure'],
    ['query', 'InvalidClientTokenId'],
    ['json', 'UnrecognizedClientException'],
  ])('whose key nobody knows (%s: %s)', async (family, code) => {
    expect(await verdict(await signed('ec2', 'DescribeRegions', {}), undefined, family)).toBe(code)
  })

  test('whose body was changed on the way', async () => {
    const request = await signed('ec2', 'DescribeRegions', {})
    const body = new Uint8Array(Buffer.from('Action=TerminateInstances&Version=2016-11-15'))
    expect(await verdict({ ...request, body }, secret, 'query')).toBe('SignatureDoesNotMatch')
  })

  test('that is a quarter of an hour old, five minutes for EC2', async () => {
    const request = await signed('sts', 'GetCallerIdentity', {})
    const minute = 60_000
    expect(await verdict(request, secret, 'query', Date.now() + 14 * minute)).toBe('accepted')
    expect(await verdict(request, secret, 'query', Date.now() + 16 * minute)).toBe('SignatureDoesNotMatch')
    expect(await verdict(request, secret, 'query', Date.now() - 16 * minute)).toBe('SignatureDoesNotMatch')
    expect(await verdict(request, secret, 'ec2', Date.now() + 6 * minute)).toBe('RequestExpired')
  })

  test.each<[FaultFamily, string]>([
    ['ec2', 'RequestExpired'],
    ['query', 'ExpiredToken'],
    ['json', 'ExpiredTokenException'],
  ])('whose session has ended (%s: %s)', async (family, code) => {
    expect(await verdict(await signed('ec2', 'DescribeRegions', {}), { ...secret, expiresAt: Date.now() - 1 }, family)).toBe(code)
  })

  test('whose Authorization header is something else', async () => {
    const request = await signed('ec2', 'DescribeRegions', {})
    expect(() => claimOf({ ...request, headers: { ...request.headers, authorization: 'Basic eDp5' } })).toThrow(
      'not a Signature Version 4 header',
    )
  })
})
