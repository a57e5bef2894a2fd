// A roll by a runner that has nothing but identity tokens, and that outlives its sessions.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCloud } from '../../pipeline/aws/index.ts'
import type { Cloud } from '../../pipeline/ports/index.ts'
import { anIssuer, githubIssuer } from '../localcloud/identity-issuer.ts'
import { acmeRights } from '../rights/acme.ts'
import { hold } from '../support/rights.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { openWorld, spied, stage, value, type World } from './local-world.ts'

const role = `arn:aws:iam::${stage.account}:role/drover-promote`
const place = { account: stage.account, region: 'eu-west-1', role }

let world: World
/** Each that was shown to STS. */
const tokens: string[] = []
/** Whoever gives tokens is down for so long. */
let silentUntil = 0
let issue: (subject: string) => Promise<string>

beforeAll(async () => {
  world = await openWorld()
  const issuer = await anIssuer()
  issue = issuer.token
  await world.local.admin.call('add-identity-provider', {
    account: stage.account,
    issuer: githubIssuer,
    audiences: ['sts.amazonaws.com'],
    keys: [{ ...issuer.publicKey, kty: 'RSA' }],
  })
  const printed = acmeRights({ roles: { [role]: { by: 'oidc' } } }).roles.find(({ arn }) => arn === role)
  await hold(world.local, role, printed?.policies ?? [], printed?.trust)
})

afterAll(() => world.local.close())

function runnerIn(environment: string): Cloud {
  return createCloud({
    clock: world.clock,
    random: createSeededRandom(5),
    sessionName: 'web-2026.47.1',
    endpoint: world.local.endpoint,
    credentials: () => Promise.reject(new Error('the runner has no keys')),
    roles: { [role]: { by: 'oidc' } },
    identityToken: async () => {
      if (world.clock.now() < silentUntil) return { ok: false, message: 'GitHub gave none: status 503', mayPass: true }
      const token = await issue(`repo:acme/images:environment:${environment}`)
      tokens.push(token)
      return { ok: true, token }
    },
  })
}

test('it goes on with a session of a fresh token whenever one has ended, however long it takes to get one', async () => {
  const cloud = runnerIn('production')
  let looks = 0
  const ending = spied(cloud, async (verb, when) => {
    if (when === 'before' || verb === 'describeGroups') return
    if (looks === 3 && silentUntil === 0) silentUntil = world.clock.now() + 20 * 60_000
    if (verb === 'startRefresh' || silentUntil > world.clock.now() || (verb === 'describeRefreshes' && ++looks % 5 === 0)) {
      await world.local.admin.call('end-sessions', {})
    }
  })
  const { events } = await world.roll(ending, world.images.new)
  expect(events.at(-1)).toMatchObject({ type: 'roll.finished' })
  expect(looks).toBeGreaterThanOrEqual(4)
  expect(silentUntil).toBeGreaterThan(0)
  expect(world.clock.now()).toBeGreaterThan(silentUntil)
  expect(tokens.length).toBeGreaterThanOrEqual(3)
  expect(new Set(tokens).size).toBe(tokens.length)
  expect(value(await cloud.at(place).identity()).arn).toMatch(/assumed-role\/drover-promote\/drover-web-2026\.47\.1$/)
})

test('the environment that is not production’s is told who it is, and which role it may not have', async () => {
  expect(await runnerIn('images').at(place).identity()).toMatchObject({
    ok: false,
    kind: 'denied',
    code: 'AccessDenied',
    message: `AssumeRoleWithWebIdentity ${role}: Not authorized to perform sts:AssumeRoleWithWebIdentity (AccessDenied); the trust policy of drover-promote in account ${stage.account} must let in repo:acme/images:environment:images of ${githubIssuer}, and its account must know that issuer; \`drover iam --account ${stage.account}\` prints what it needs`,
  })
})
