// A runner whose own role is taken by OIDC, against the local cloud's STS: the ledger's bucket is reached after an hour too.

import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { HttpResponse } from '@smithy/core/protocols'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createCloud, createS3Store, runnerCredentials, type S3Place } from '../../pipeline/aws/index.ts'
import { runnerSession } from '../../pipeline/rights/index.ts'
import { repositoryTrust } from '../../pipeline/rights/trust.ts'
import { createRandom, createSystemClock } from '../../pipeline/system/index.ts'
import { anIssuer, githubIssuer, type Issuer } from '../localcloud/identity-issuer.ts'
import { type RunningCloud, runningCloud } from '../localcloud/running-cloud.ts'
import { repository } from '../rights/acme.ts'
import { value } from '../roll/local-world.ts'
import { minuteMs } from '../support/factories.ts'
import { administrator, hold } from '../support/rights.ts'

const account = '111111111111'
const region = 'eu-central-1'
const role = `arn:aws:iam::${account}:role/drover-runner-production`
const trust = repositoryTrust({ partition: 'aws', account, regions: [] }, repository, ['production'])
const ports = { clock: createSystemClock(), random: createRandom() }

let running: RunningCloud
let issuer: Issuer
let tokens: number

beforeAll(async () => {
  running = await runningCloud()
  issuer = await anIssuer()
  await running.cloud.admin.call('add-account', { id: account })
  const keys = [{ ...issuer.publicKey, kty: 'RSA' as const }]
  await running.cloud.admin.call('add-identity-provider', {
    account,
    issuer: githubIssuer,
    audiences: ['sts.amazonaws.com'],
    keys,
  })
  await hold(running.cloud, role, [], trust)
})

afterAll(() => running.cloud.close())

beforeEach(() => {
  tokens = 0
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
})

afterEach(() => vi.useRealTimers())

function credentialsOf(taken = role) {
  const identityToken = async () => {
    tokens++
    return { ok: true as const, token: await issuer.token('repo:acme/images:environment:production') }
  }
  return runnerCredentials(
    { role: taken, region },
    { ...ports, sessionName: 'acme', endpoint: running.cloud.endpoint, identityToken },
  )
}

function cloudBy(credentials: ReturnType<typeof credentialsOf>) {
  return createCloud({ ...ports, sessionName: 'acme', endpoint: running.cloud.endpoint, credentials })
}

/** A bucket that says yes to all, and keeps whose session asked. */
function aBucket(credentials: S3Place['credentials']) {
  const askedBy: (string | undefined)[] = []
  const handle = async ({ headers }: { readonly headers: Readonly<Record<string, string>> }) => {
    askedBy.push(headers['x-amz-security-token'])
    return { response: new HttpResponse({ statusCode: 200, headers: {} }) }
  }
  const requestHandler = { handle, metadata: { handlerProtocol: 'http/1.1' } } as never
  const store = createS3Store({ ...ports, bucket: 'acme-ledger', prefix: 'ledger', region, credentials, requestHandler })
  return { askedBy, write: (key: string) => store.putIfAbsent(key, new TextEncoder().encode('x')) }
}

test('a session serves the ledger until it is about to end, and then the next one does, by a token made for it', async () => {
  const { askedBy, write } = aBucket(credentialsOf())
  await write('000000001.json')
  vi.setSystemTime(Date.now() + 50 * minuteMs)
  await write('000000002.json')
  expect(tokens).toBe(1)
  vi.setSystemTime(Date.now() + 6 * minuteMs)
  await write('000000003.json')
  vi.setSystemTime(Date.now() + 56 * minuteMs)
  await write('000000004.json')
  expect(tokens).toBe(3)
  const [first, second, third, fourth] = askedBy
  expect(first).toEqual(expect.any(String))
  expect(second).toBe(first)
  expect(new Set([first, third, fourth]).size).toBe(3)
})

test('other roles are assumed from that session, hours later too', async () => {
  const credentials = credentialsOf()
  const cloud = cloudBy(credentials)
  const arn = `arn:aws:sts::${account}:assumed-role/drover-runner-production/drover-acme`
  const at = cloud.at({ account, region })
  expect(await at.identity()).toMatchObject({ ok: true, value: { arn } })
  vi.setSystemTime(Date.now() + 180 * minuteMs)
  expect(await at.identity()).toMatchObject({ ok: true, value: { arn } })
  expect(tokens).toBe(2)
})

test('a child at a place without a role is given that session, with nearly an hour before it, and the next one', async () => {
  const credentials = credentialsOf()
  await credentials()
  vi.setSystemTime(Date.now() + 54 * minuteMs)
  const cloud = cloudBy(credentials)
  const access = value(await cloud.lend({ account, region }))
  const leftOf = async () => {
    const url = access.environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? ''
    const answer = await fetch(url, { headers: { authorization: access.lease?.token ?? '' } })
    return (Date.parse((await answer.json()).Expiration) - Date.now()) / minuteMs
  }
  try {
    expect(Object.keys(access.environment)).toContain('AWS_ACCESS_KEY_ID')
    expect(access.environment.AWS_ACCESS_KEY_ID).toBeUndefined()
    expect(await leftOf()).toBeGreaterThan(55)
    vi.setSystemTime(Date.now() + 58 * minuteMs)
    expect(await leftOf()).toBeGreaterThan(55)
    expect(tokens).toBe(3)
  } finally {
    await access.end()
  }
})

test('a session lasts as long as a runner’s role is made to allow', async () => {
  const iam = new IAMClient({
    region,
    endpoint: running.cloud.endpoint,
    credentials: await administrator(running.cloud, account),
  })
  const RoleName = 'drover-runner'
  const MaxSessionDuration = runnerSession.seconds
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust), MaxSessionDuration }))
  const { expiration } = await credentialsOf(`arn:aws:iam::${account}:role/${RoleName}`)()
  expect(((expiration?.getTime() ?? 0) - Date.now()) / minuteMs).toBeCloseTo(runnerSession.seconds / 60, 0)
})
