// How roles are taken, against the local cloud: external IDs, session tags, and how long a session by OIDC lasts.

import { GetRoleCommand, IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CloudOptions, createCloud } from '../../pipeline/aws/index.ts'
import type { FetchIdentityToken } from '../../pipeline/ports/index.ts'
import { sessionTagsOf } from '../../pipeline/rights/index.ts'
import type { PolicyDocument } from '../../pipeline/rights/policy.ts'
import { repositoryTrust, runnerTrust } from '../../pipeline/rights/trust.ts'
import { createRandom, createSystemClock } from '../../pipeline/system/index.ts'
import { anIssuer, githubIssuer, type Issuer } from '../localcloud/identity-issuer.ts'
import { type RunningCloud, runningCloud } from '../localcloud/running-cloud.ts'
import { repository } from '../rights/acme.ts'
import { administrator, hold, without } from '../support/rights.ts'
import { Fault, roled, session, stubAws } from './stub-aws.ts'

const account = '222222222222'
const role = `arn:aws:iam::${account}:role/drover-promote`
const place = { account, region: 'eu-central-1', role }
const tags = sessionTagsOf({ id: 'web-2026.47.1', family: 'web', lane: 'weekly' })

let running: RunningCloud
let issuer: Issuer

beforeAll(async () => {
  running = await runningCloud()
  issuer = await anIssuer()
  await running.cloud.admin.call('add-account', { id: account })
  await running.cloud.admin.call('add-identity-provider', {
    account,
    issuer: githubIssuer,
    audiences: ['sts.amazonaws.com'],
    keys: [{ ...issuer.publicKey, kty: 'RSA' }],
  })
  await hold(running.cloud, role, [], trustOf('acme-1'))
})

afterAll(() => running.cloud.close())

function trustOf(externalId: string | undefined): PolicyDocument {
  return runnerTrust([`arn:aws:iam::${running.cloud.credentials.account}:root`], externalId)
}

function cloudWith(options: Partial<CloudOptions>) {
  const { account: _, ...credentials } = running.cloud.credentials
  return createCloud({
    clock: createSystemClock(),
    random: createRandom(),
    sessionName: 'web-2026.47.1',
    sessionTags: tags,
    endpoint: running.cloud.endpoint,
    credentials: async () => credentials,
    ...options,
  }).at(place)
}

async function trust(document: object): Promise<void> {
  const iam = new IAMClient({
    region: place.region,
    endpoint: running.cloud.endpoint,
    credentials: await administrator(running.cloud, account),
  })
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'drover-promote', PolicyDocument: JSON.stringify(document) }))
  await iam.send(new GetRoleCommand({ RoleName: 'drover-promote' }))
}

const withId = (externalId: string) => ({ roles: { [role]: { by: 'assume', externalId } as const } })

describe('a role with an external ID', () => {
  test('is had with it, in a session that names the release', async () => {
    expect(await cloudWith(withId('acme-1')).identity()).toMatchObject({
      ok: true,
      value: { arn: `arn:aws:sts::${account}:assumed-role/drover-promote/drover-web-2026.47.1` },
    })
  })

  test.each([
    ['another one', withId('acme-2'), 'the external ID of drover.yaml and session tags (sts:TagSession)'],
    ['none', {}, 'no external ID, since drover.yaml has none for it and session tags (sts:TagSession)'],
  ])('is refused to whoever shows %s, and told what to do', async (_, options, shown) => {
    const answer = await cloudWith(options).identity()
    expect(answer).toMatchObject({ ok: false, kind: 'denied', code: 'AccessDenied' })
    expect(answer.ok || answer.message).toBe(
      `AssumeRole ${role}: User: arn:aws:iam::${running.cloud.credentials.account}:root is not authorized to perform: sts:AssumeRole on resource: ${role} (AccessDenied); the trust policy of drover-promote in account ${account} must let this runner in with ${shown}, and the runner's own policy must allow it; \`drover iam --account ${account}\` prints what it needs`,
    )
    expect(JSON.stringify(answer)).not.toContain('acme-')
  })
})

describe('session tags', () => {
  test('are refused where the trust policy does not let them in', async () => {
    const [{ document } = { document: trustOf(undefined) }] = without(
      [{ name: 'trust', document: trustOf(undefined) }],
      'sts:TagSession',
    )
    await trust(document)
    expect(await cloudWith({}).identity()).toMatchObject({ ok: false, message: expect.stringContaining('sts:TagSession on') })
    expect(await cloudWith({ sessionTags: undefined }).identity()).toMatchObject({ ok: true })
  })

  test('are drover’s own and no others', async () => {
    await trust(trustOf(undefined))
    expect(await cloudWith({}).identity()).toMatchObject({ ok: true })
    expect(await cloudWith({ sessionTags: { ...tags, team: 'web' } }).identity()).toMatchObject({ ok: false, kind: 'denied' })
  })
})

describe('by OIDC', () => {
  const tokenFor =
    (subject: string, other = {}): FetchIdentityToken =>
    async () => ({ ok: true, token: await issuer.token(subject, other) })
  const oidc = (identityToken: FetchIdentityToken | undefined) =>
    cloudWith({
      roles: { [role]: { by: 'oidc' } },
      identityToken,
      credentials: () => Promise.reject(new Error('the runner has no keys')),
      backoff: { firstMs: 1, longestMs: 2, tries: 9 },
    })
  const production = 'repo:acme/images:environment:production'

  beforeAll(() => trust(repositoryTrust({ partition: 'aws', account, regions: [] }, repository, ['production'])))

  test('it is had without any key, from the environment it trusts', async () => {
    expect(await oidc(tokenFor(production)).identity()).toMatchObject({ ok: true, value: { account } })
    expect(await oidc(tokenFor('repo:acme/images:environment:images')).identity()).toMatchObject({ ok: false, kind: 'denied' })
  })

  test('an expired token is told as such, after another was asked for', async () => {
    let asked = 0
    const expired = tokenFor(production, { expiresAt: Date.now() - 60_000 })
    const answer = await oidc(() => {
      asked++
      return expired()
    }).identity()
    expect(answer).toMatchObject({ ok: false, kind: 'expired-credentials', message: expect.stringContaining('Token expired') })
    expect(asked).toBe(2)
    let turn = 0
    expect(await oidc(() => (turn++ === 0 ? expired() : tokenFor(production)())).identity()).toMatchObject({ ok: true })
  })

  test('no token, no role: and how to get one', async () => {
    let asked = 0
    const refusing = oidc(async () => {
      asked++
      return { ok: false, message: 'give the job its permission', mayPass: false }
    })
    expect(await refusing.identity()).toMatchObject({
      kind: 'denied',
      code: 'NoIdentityToken',
      message: `${role} is taken by OIDC, and there is no identity token for it: give the job its permission`,
    })
    expect(asked).toBe(1)
  })

  test('whoever gives tokens is asked again while it only stumbles, and that is no denial', async () => {
    let stumbles = 3
    const stumbling = oidc(async () => {
      if (stumbles-- > 0) return { ok: false, message: 'GitHub gave none: status 503', mayPass: true }
      return tokenFor(production)()
    })
    expect(await stumbling.identity()).toMatchObject({ ok: true })
    expect(stumbles).toBe(-1)
    const down = oidc(async () => ({ ok: false, message: 'GitHub gave none: status 503', mayPass: true }))
    expect(await down.identity()).toMatchObject({ ok: false, kind: 'unavailable', code: 'NoIdentityToken' })
  })

  test('a token is shown again when STS has not reached whoever signed it', async () => {
    const unreached = new Fault(
      400,
      'InvalidIdentityToken',
      "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation",
    )
    const { cloud } = stubAws(
      {
        AssumeRoleWithWebIdentity: [unreached, unreached, session('FIRST', Date.UTC(2100, 0))],
        DescribeAvailabilityZones: ['<availabilityZoneInfo><item><zoneName>eu-west-1a</zoneName></item></availabilityZoneInfo>'],
      },
      { roles: { [roled.role ?? '']: { by: 'oidc' } }, identityToken: async () => ({ ok: true, token: 'a.b.c' }) },
    )
    expect(await cloud.at(roled).zones()).toMatchObject({ ok: true })
  })

  test('a session lasts as long as the role allows, and the length is asked for but once', async () => {
    const tooLong = new Fault(
      400,
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    )
    const end = Date.UTC(2100, 0)
    const { cloud, asked } = stubAws(
      {
        AssumeRoleWithWebIdentity: [tooLong, session('FIRST', end), session('SECOND', end)],
        DescribeAvailabilityZones: [
          '<availabilityZoneInfo><item><zoneName>eu-west-1a</zoneName></item></availabilityZoneInfo>',
          new Fault(400, 'RequestExpired'),
          '<availabilityZoneInfo><item><zoneName>eu-west-1a</zoneName></item></availabilityZoneInfo>',
        ],
      },
      { roles: { [roled.role ?? '']: { by: 'oidc' } }, identityToken: async () => ({ ok: true, token: 'a.b.c' }) },
    )
    await cloud.at(roled).zones()
    expect(await cloud.at(roled).zones()).toMatchObject({ ok: true })
    const seconds = asked.flatMap(({ parameters }) => parameters.DurationSeconds ?? [])
    expect(seconds).toEqual(['43200', '14400', '14400'])
  })
})
