import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerMetadata, type MetadataAnswer } from '../../../pipeline/localcloud/metadata/answer.ts'
import type { InstanceFacts } from '../../../pipeline/localcloud/metadata/facts.ts'

const facts: InstanceFacts = {
  instanceId: 'i-0123456789abcdef0',
  imageId: 'ami-0123456789abcdef0',
  instanceType: 't3.large',
  privateAddress: '10.1.2.3',
  hostname: 'ip-10-1-2-3.eu-central-1.compute.internal',
  mac: '02:00:0a:01:02:03',
  networkInterfaceId: 'eni-0fedcba9876543210',
  subnetId: 'subnet-1',
  subnetCidr: '10.1.0.0/20',
  vpcId: 'vpc-1',
  vpcCidr: '10.1.0.0/16',
  securityGroups: [
    { id: 'sg-1', name: 'default' },
    { id: 'sg-2', name: 'web' },
  ],
  region: 'eu-central-1',
  zone: 'eu-central-1a',
  account: '111111111111',
  reservationId: 'r-1',
  launchIndex: 0,
  architecture: 'x86_64',
  pendingAt: '2026-01-01T00:00:00Z',
  keyPair: { name: 'operator', publicKey: 'ssh-ed25519 AAAA operator\n' },
  options: { tokens: 'required', endpoint: 'enabled' },
}

const profile = {
  arn: 'arn:aws:iam::111111111111:instance-profile/web',
  id: 'AIPA1',
  roleName: 'web',
  credentials: {
    accessKeyId: 'ASIA1',
    secretAccessKey: 'secret',
    sessionToken: 'session',
    updatedAt: '2026-01-01T00:00:00Z',
    expiresAt: '2026-01-01T06:00:00Z',
  },
}

const context = { secret: 'signing', nowMs: 1_000_000 }

function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  instance: InstanceFacts | undefined = facts,
  at = context,
): MetadataAnswer {
  return answerMetadata({ method, path, headers }, instance, at)
}

function tokenFor(instance: InstanceFacts, seconds = 60): string {
  const answer = ask('PUT', '/latest/api/token', { 'x-aws-ec2-metadata-token-ttl-seconds': String(seconds) }, instance)
  expect(answer.status).toBe(200)
  return String(answer.body)
}

function get(path: string, instance: InstanceFacts = facts): MetadataAnswer {
  return ask('GET', path, { 'x-aws-ec2-metadata-token': tokenFor(instance) }, instance)
}

describe('tokens', () => {
  test('without one there is no answer where they are required, and one where they are not', () => {
    expect(ask('GET', '/latest/meta-data/instance-id').status).toBe(401)
    const optional: InstanceFacts = { ...facts, options: { tokens: 'optional', endpoint: 'enabled' } }
    expect(ask('GET', '/latest/meta-data/instance-id', {}, optional)).toMatchObject({ status: 200, body: facts.instanceId })
    expect(ask('GET', '/latest/meta-data/', { 'x-aws-ec2-metadata-token': 'wrong' }, optional).status).toBe(401)
  })

  test('a token is good for one instance, until its time is over', () => {
    const headers = { 'x-aws-ec2-metadata-token': tokenFor(facts, 60) }
    expect(ask('GET', '/latest/meta-data/', headers, facts, { ...context, nowMs: context.nowMs + 59_999 }).status).toBe(200)
    expect(ask('GET', '/latest/meta-data/', headers, facts, { ...context, nowMs: context.nowMs + 60_000 }).status).toBe(401)
    expect(ask('GET', '/latest/meta-data/', headers, { ...facts, instanceId: 'i-other' }).status).toBe(401)
    expect(ask('GET', '/latest/meta-data/', headers, facts, { ...context, secret: 'another' }).status).toBe(401)
  })

  test('nobody guesses one', () => {
    fc.assert(
      fc.property(fc.string(), (token) => {
        expect(ask('GET', '/latest/meta-data/', { 'x-aws-ec2-metadata-token': token }).status).toBe(401)
      }),
    )
  })

  test.each([undefined, '', '0', '21601', '-1', '1.5', 'x'])('a lifetime of %j is refused', (seconds) => {
    const headers: Record<string, string> = seconds === undefined ? {} : { 'x-aws-ec2-metadata-token-ttl-seconds': seconds }
    expect(ask('PUT', '/latest/api/token', headers).status).toBe(400)
  })

  test('a request that came through a proxy gets none', () => {
    const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': '60', 'x-forwarded-for': '10.1.2.3' }
    expect(ask('PUT', '/latest/api/token', headers).status).toBe(403)
  })
})

describe('paths', () => {
  test.each([
    ['/latest/meta-data/ami-id', 'ami-0123456789abcdef0'],
    ['/latest/meta-data/placement/region', 'eu-central-1'],
    ['/latest/meta-data/placement/', 'availability-zone\nregion'],
    ['/latest/meta-data/placement', 'availability-zone\nregion'],
    ['/latest/meta-data/security-groups', 'default\nweb'],
    ['/latest/meta-data/public-keys/', '0=operator'],
    ['/latest/meta-data/public-keys/0/openssh-key', 'ssh-ed25519 AAAA operator\n'],
    ['/latest/meta-data/network/interfaces/macs/', '02:00:0a:01:02:03/'],
    ['/latest/meta-data/network/interfaces/macs/02:00:0a:01:02:03/security-group-ids', 'sg-1\nsg-2'],
    ['/2021-03-23/meta-data/local-ipv4', '10.1.2.3'],
    ['/2009-04-04/meta-data/instance-id?query', 'i-0123456789abcdef0'],
    ['/latest', 'dynamic/\nmeta-data/'],
  ])('%s', (path, body) => {
    expect(get(path)).toMatchObject({ status: 200, body })
  })

  test('HEAD answers as GET does', () => {
    const headers = { 'x-aws-ec2-metadata-token': tokenFor(facts) }
    expect(ask('HEAD', '/latest/meta-data/ami-id', headers)).toEqual(ask('GET', '/latest/meta-data/ami-id', headers))
  })

  test.each([
    '/latest/meta-data/no-such',
    '/latest/user-data',
    '/latest/meta-data/iam/info',
    '/latest/meta-data/ami-id/deeper',
    '/latest/meta-data/tags/instance',
    '/latest/meta-data/constructor',
    '/nonsense/meta-data/ami-id',
  ])('%s is not there', (path) => {
    expect(get(path).status).toBe(404)
  })

  test('other methods are not allowed', () => {
    for (const method of ['POST', 'DELETE']) expect(ask(method, '/latest/meta-data/').status).toBe(405)
    expect(ask('PUT', '/latest/meta-data/').status).toBe(405)
  })

  test('the identity document names account, image and region', () => {
    expect(JSON.parse(String(get('/latest/dynamic/instance-identity/document').body))).toMatchObject({
      accountId: '111111111111',
      imageId: 'ami-0123456789abcdef0',
      region: 'eu-central-1',
      privateIp: '10.1.2.3',
    })
  })

  test('user data comes as it is, byte for byte', () => {
    const userData = new Uint8Array([0x1f, 0x8b, 0, 255])
    expect(get('/latest/user-data', { ...facts, userData }).body).toEqual(userData)
  })

  test('an instance profile’s credentials, in the shape the SDKs read', () => {
    const instance = { ...facts, profile }
    expect(get('/latest/meta-data/iam/security-credentials/', instance).body).toBe('web')
    expect(JSON.parse(String(get('/latest/meta-data/iam/security-credentials/web', instance).body))).toEqual({
      Code: 'Success',
      LastUpdated: '2026-01-01T00:00:00Z',
      Type: 'AWS-HMAC',
      AccessKeyId: 'ASIA1',
      SecretAccessKey: 'secret',
      Token: 'session',
      Expiration: '2026-01-01T06:00:00Z',
    })
  })

  test('tags are shown to an instance that may see them, from the version that has them', () => {
    const instance = { ...facts, tags: { Name: 'web', 'drover:release': 'web-1' } }
    expect(get('/latest/meta-data/tags/instance', instance).body).toBe('Name\ndrover:release')
    expect(get('/latest/meta-data/tags/instance/drover:release', instance).body).toBe('web-1')
    expect(get('/2018-09-24/meta-data/tags/instance', instance).status).toBe(404)
  })
})

test('who is not known, or has its metadata switched off, learns nothing', () => {
  expect(answerMetadata({ method: 'GET', path: '/latest/meta-data/', headers: {} }, undefined, context).status).toBe(404)
  const off: InstanceFacts = { ...facts, options: { tokens: 'optional', endpoint: 'disabled' } }
  expect(ask('GET', '/latest/meta-data/', {}, off).status).toBe(403)
})

test('a machine of a group sees where it is being taken, any other has nothing of the kind', () => {
  const path = '/latest/meta-data/autoscaling/target-lifecycle-state'
  const leaving: InstanceFacts = { ...facts, targetLifecycleState: 'Terminated' }
  const token = { 'x-aws-ec2-metadata-token': tokenFor(leaving) }
  expect(ask('GET', path, token, leaving)).toMatchObject({ status: 200, body: 'Terminated' })
  expect(ask('GET', path, { 'x-aws-ec2-metadata-token': tokenFor(facts) })).toMatchObject({ status: 404 })
})
