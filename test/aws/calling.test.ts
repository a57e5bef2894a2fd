import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { patientBackoff, pauseAfter } from '../../pipeline/aws/backoff.ts'
import { testStart } from '../support/factories.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { Fault, place, roled, session, stubAws } from './stub-aws.ts'

const zones = '<availabilityZoneInfo><item><zoneName>eu-west-1a</zoneName></item></availabilityZoneInfo>'
const throttled = new Fault(503, 'RequestLimitExceeded')
const broken = new Fault(500, 'InternalError')
const expired = new Fault(400, 'RequestExpired')
const hourMs = 3_600_000

describe('backoff', () => {
  it('stays between half and the whole of a doubling, capped span', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer(), (failed, seed) => {
        const spanMs = Math.min(patientBackoff.longestMs, patientBackoff.firstMs * 2 ** (failed - 1))
        const pauseMs = pauseAfter(failed, patientBackoff, createSeededRandom(seed))
        expect(pauseMs).toBeGreaterThanOrEqual(spanMs / 2)
        expect(pauseMs).toBeLessThanOrEqual(spanMs)
      }),
    )
  })
})

describe('repeating a request', () => {
  it('tries again after throttling and server errors, pausing on the clock', async () => {
    const { cloud, asked, pauses } = stubAws({ DescribeAvailabilityZones: [throttled, broken, zones] })
    expect(await cloud.at(place).zones()).toEqual({ ok: true, value: ['eu-west-1a'] })
    expect(asked).toHaveLength(3)
    expect(pauses).toHaveLength(2)
  })

  it('gives up after nine tries, with the kind of the last', async () => {
    const { cloud, asked } = stubAws({ DescribeAvailabilityZones: [throttled] })
    expect(await cloud.at(place).zones()).toMatchObject({ ok: false, kind: 'throttled', code: 'RequestLimitExceeded' })
    expect(asked).toHaveLength(9)
  })

  it('repeats nothing that AWS has judged', async () => {
    const { cloud, asked } = stubAws({ DescribeAvailabilityZones: [new Fault(403, 'UnauthorizedOperation')] })
    expect(await cloud.at(place).zones()).toMatchObject({ ok: false, kind: 'denied' })
    expect(asked).toHaveLength(1)
  })

  it('repeats an act without a client token only when AWS surely did nothing', async () => {
    const command = { instanceIds: ['i-00000000000000001'], script: 'true', timeoutSeconds: 30, comment: 'test' }
    const lost = stubAws({ SendCommand: [broken] })
    expect(await lost.cloud.at(place).sendCommand(command)).toMatchObject({ ok: false, kind: 'unavailable' })
    expect(lost.asked).toHaveLength(1)
    const refused = stubAws({ SendCommand: [new Fault(400, 'ThrottlingException'), { Command: { CommandId: 'command-1' } }] })
    expect(await refused.cloud.at(place).sendCommand(command)).toEqual({ ok: true, value: { commandId: 'command-1' } })
  })

  it('tells a dead endpoint as such', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
    const { cloud } = stubAws({ DescribeAvailabilityZones: [refused] })
    expect(await cloud.at(place).zones()).toMatchObject({
      kind: 'unavailable',
      message: 'DescribeAvailabilityZones in 222222222222/eu-west-1: connect ECONNREFUSED 127.0.0.1:1 (ECONNREFUSED)',
    })
  })
})

describe('sessions', () => {
  it('takes the role once, however many calls wait for it', async () => {
    const { cloud, asked } = stubAws(
      { AssumeRole: [session('FIRST', testStart + hourMs)], DescribeAvailabilityZones: [zones] },
      { roles: { [roled.role ?? '']: { by: 'assume', externalId: 'acme' } }, sessionTags: { 'drover:release': 'web-2026.47.1' } },
    )
    const at = cloud.at(roled)
    await Promise.all([at.zones(), at.zones(), cloud.at(roled).zones()])
    expect(asked.map(({ action, accessKeyId }) => `${action} by ${accessKeyId}`)).toEqual([
      'AssumeRole by RUNNER',
      'DescribeAvailabilityZones by FIRST',
      'DescribeAvailabilityZones by FIRST',
      'DescribeAvailabilityZones by FIRST',
    ])
    expect(asked[0]?.parameters).toEqual({
      RoleArn: roled.role,
      RoleSessionName: 'drover-web-2026.47.1',
      DurationSeconds: '3600',
      ExternalId: 'acme',
      'Tags.member.1.Key': 'drover:release',
      'Tags.member.1.Value': 'web-2026.47.1',
    })
  })

  it('renews it before it ends', async () => {
    const { cloud, clock, asked } = stubAws({
      AssumeRole: [session('FIRST', testStart + hourMs), session('SECOND', testStart + 2 * hourMs)],
      DescribeAvailabilityZones: [zones],
    })
    await cloud.at(roled).zones()
    clock.advance(54 * 60_000)
    await cloud.at(roled).zones()
    clock.advance(2 * 60_000)
    await cloud.at(roled).zones()
    expect(asked.filter(({ action }) => action !== 'AssumeRole').map(({ accessKeyId }) => accessKeyId)).toEqual([
      'FIRST',
      'FIRST',
      'SECOND',
    ])
  })

  it('renews it once when AWS calls it expired early', async () => {
    const answers = { AssumeRole: [session('FIRST', testStart + hourMs), session('SECOND', testStart + hourMs)] }
    const healed = stubAws({ ...answers, DescribeAvailabilityZones: [expired, zones] })
    expect(await healed.cloud.at(roled).zones()).toMatchObject({ ok: true })
    const lost = stubAws({ ...answers, DescribeAvailabilityZones: [expired] })
    expect(await lost.cloud.at(roled).zones()).toMatchObject({ ok: false, kind: 'expired-credentials' })
    expect(lost.asked.map(({ action }) => action)).toEqual([
      'AssumeRole',
      'DescribeAvailabilityZones',
      'AssumeRole',
      'DescribeAvailabilityZones',
    ])
  })

  it('says which role it could not take, and tries again the next time', async () => {
    const { cloud } = stubAws({
      AssumeRole: [new Fault(403, 'AccessDenied', 'no trust'), session('FIRST', testStart + hourMs)],
      DescribeAvailabilityZones: [zones],
    })
    expect(await cloud.at(roled).zones()).toEqual({
      ok: false,
      kind: 'denied',
      code: 'AccessDenied',
      message: `AssumeRole ${roled.role}: no trust (AccessDenied); the trust policy of drover-promote in account 222222222222 must let this runner in with no external ID, since drover.yaml has none for it, and the runner's own policy must allow it; \`drover iam --account 222222222222\` prints what it needs`,
      requestId: 'request-1',
    })
    expect(await cloud.at(roled).zones()).toMatchObject({ ok: true })
  })
})

describe('the environment of a child', () => {
  it('holds a session with nearly its whole hour before it', async () => {
    const { cloud, clock } = stubAws(
      {
        AssumeRole: [session('FIRST', testStart + hourMs), session('SECOND', testStart + 2 * hourMs)],
        DescribeAvailabilityZones: [zones],
      },
      { endpoint: 'http://127.0.0.1:4566' },
    )
    await cloud.at(roled).zones()
    clock.advance(10 * 60_000)
    expect(await cloud.environmentFor(roled)).toEqual({
      ok: true,
      value: {
        AWS_REGION: 'eu-west-1',
        AWS_DEFAULT_REGION: 'eu-west-1',
        AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
        AWS_ACCESS_KEY_ID: 'SECOND',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_SESSION_TOKEN: 'token-SECOND',
      },
    })
  })

  it('holds the runner’s own credentials where there is no role, and none when the child finds them itself', async () => {
    const given = stubAws({})
    expect(await given.cloud.environmentFor(place)).toMatchObject({ value: { AWS_ACCESS_KEY_ID: 'RUNNER' } })
    const found = stubAws({}, { credentials: undefined })
    expect(await found.cloud.environmentFor(place)).toEqual({
      ok: true,
      value: { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1' },
    })
  })
})

describe('answers nobody should trust', () => {
  it.each([
    ['no XML', 'not xml at all', 'UnknownError'],
    ['no default VPC’s ID', '<vpcSet><item><isDefault>true</isDefault></item></vpcSet>', 'UnexpectedAnswer'],
    ['an ID that is none', '<vpcSet><item><vpcId>vpc-1; rm -rf /</vpcId></item></vpcSet>', 'UnexpectedAnswer'],
  ])('%s', async (_, answer, code) => {
    const { cloud } = stubAws({ DescribeVpcs: [answer] })
    expect(await cloud.at(place).defaultNetwork()).toMatchObject({ ok: false, kind: 'unavailable', code })
  })

  it('pages without an end', async () => {
    const { cloud, asked } = stubAws({ DescribeVolumes: ['<nextToken>again</nextToken>'] })
    expect(await cloud.at(place).findVolumes({ 'drover:bake': 'x' })).toMatchObject({ ok: false, code: 'UnexpectedAnswer' })
    expect(asked.length).toBeLessThan(10)
  })
})
