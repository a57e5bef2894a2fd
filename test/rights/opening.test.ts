// A weekly release is opened by a job that may take the images' role and no stage's, though production chooses its canaries by tag.

import { expect, test } from 'vitest'
import { createCloud } from '../../pipeline/aws/index.ts'
import { resolveBases } from '../../pipeline/bake/index.ts'
import { openRelease } from '../../pipeline/conductor/index.ts'
import { ProblemError } from '../../pipeline/kernel/index.ts'
import { checkKeys } from '../../pipeline/rights/index.ts'
import { placedIn } from '../../pipeline/roll/index.ts'
import { anIssuer, githubIssuer } from '../localcloud/identity-issuer.ts'
import { simulateCloud } from '../simulation/local-cloud.ts'
import { aConductor } from '../support/conductor-context.ts'
import { aPolicy, aStage, aTarget } from '../support/factories.ts'
import { aWishUnder } from '../support/release-wish.ts'
import { hold } from '../support/rights.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { acme, acmeRights } from './acme.ts'

const tagged = aStage('prod', {
  waves: [
    { name: 'canary', groups: [], tags: { tier: 'canary' } },
    { name: 'main', groups: [aTarget('eu-central-1/web')] },
  ],
})

test('the environment `images` suffices to open it', async () => {
  const policy = aPolicy({ stages: [aStage('dev'), tagged] })
  const roles = [policy.home, ...policy.stages].flatMap(({ role }) => role ?? [])
  const byOidc = Object.fromEntries(roles.map((role) => [role, { by: 'oidc' } as const]))
  const random = createSeededRandom(1)
  const clock = createVirtualClock({ startAt: Date.now(), wallNow: () => Date.now() })
  const { local, close } = await simulateCloud(policy, clock, random, { throttled: 0, reset: 0, broken: 0, lost: 0 })
  const issuer = await anIssuer()
  const printed = acmeRights({ roles: byOidc }).roles
  for (const role of roles) {
    const account = role.split(':')[4] ?? ''
    const keys = [{ ...issuer.publicKey, kty: 'RSA' as const }]
    await local.admin.call('add-identity-provider', { account, issuer: githubIssuer, audiences: ['sts.amazonaws.com'], keys })
    const own = printed.find(({ arn }) => arn === role)
    await hold(local, role, own?.policies ?? [], own?.trust)
  }
  const cloud = createCloud({
    clock,
    random,
    sessionName: 'weekly',
    endpoint: local.endpoint,
    credentials: () => Promise.reject(new Error('the runner has no keys')),
    roles: byOidc,
    identityToken: async () => ({ ok: true, token: await issuer.token('repo:acme/images:environment:images') }),
  })
  await expect(placedIn(cloud, { ...policy, stages: [tagged] })).rejects.toThrow('Not authorized')
  const conductor = aConductor({ clock })
  const { release } = await openRelease(conductor, {
    ...aWishUnder(policy, acme()),
    resolveBases: (family) => resolveBases(cloud.at(policy.home), family),
    needKeys: async (asked) => {
      const { refusals } = await checkKeys(cloud, asked)
      if (refusals.length > 0) throw new ProblemError(refusals.map(({ cause }) => ({ code: 'missing-right', message: cause })))
    },
  })
  expect(release.policy.stages.at(-1)?.waves.map(({ name, tags }) => [name, tags])).toEqual([
    ['canary', { tier: 'canary' }],
    ['main', undefined],
  ])
  await close()
})
