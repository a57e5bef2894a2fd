import { expect, test } from 'vitest'
import { advance, restoreRelease, revokeRelease, statusOf } from '../../pipeline/conductor/index.ts'
import { historyOf } from '../../pipeline/release/index.ts'
import { createRoll } from '../../pipeline/roll/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, aStage, recordsOf, testReleaseId } from '../support/factories.ts'
import { ledgerOf } from '../support/memory-ledger.ts'
import { noHooks } from '../support/no-hooks.ts'

const policy = aPolicy({ stages: [aStage('dev'), aStage('prod')] })
const order = { releaseId: testReleaseId, by: 'Ben', reason: 'leaks tokens' }

async function context() {
  return aConductor({ ledger: await ledgerOf(recordsOf([anOpening({ policy })])) })
}

test('an open release ends as refused, and every group it rolled goes back', async () => {
  const open = await context()
  expect(await advance(open, testReleaseId, { watch: false })).toMatchObject({ reason: 'the soak in dev' })
  await revokeRelease(open, order)
  expect(await advance(open, testReleaseId, { watch: true })).toMatchObject({
    kind: 'refused',
    reasons: [`Ben has revoked ${testReleaseId}: leaks tokens`],
  })
  const steps = open.world.acts.map(({ step }) => step)
  expect(steps).toContain('undo eu-central-1/web in dev')
  expect(steps).not.toContain('roll eu-central-1/web in prod')
})

test('one that has not been baked yet is not baked', async () => {
  const open = await context()
  await revokeRelease(open, order)
  expect((await advance(open, testReleaseId, { watch: true })).kind).toBe('refused')
  expect(open.world.acts.map(({ step }) => step)).not.toContain('bake')
})

test('what has ended stays ended, and status says where it still runs', async () => {
  const done = await context()
  await advance(done, testReleaseId, { watch: true })
  await revokeRelease(done, order)
  expect((await advance(done, testReleaseId, { watch: true })).kind).toBe('done')
  const observer = { runner: done.runner, wallNow: done.clock.wallNow() }
  const { revoked } = statusOf(await done.ledger.read(), observer, done.clock.now())
  expect(revoked).toMatchObject([
    {
      revocation: { releaseId: testReleaseId, by: 'Ben', reason: 'leaks tokens' },
      groups: [{ stage: 'dev' }, { stage: 'prod' }],
    },
  ])
})

test('a second order leaves the first, a restored release stands', async () => {
  const given = await context()
  expect(await revokeRelease(given, order)).toMatchObject({ release: 'orders', event: { type: 'release.revoked' } })
  expect(await revokeRelease(given, { ...order, by: 'Ada', reason: '' })).toBeUndefined()
  await restoreRelease(given, { ...order, reason: 'it was another' })
  expect(historyOf(await given.ledger.read()).orders.revocations).toEqual([])
  expect((await advance(given, testReleaseId, { watch: true })).kind).toBe('done')
})

test.each([
  [{ ...order, reason: ' ' }, 'an order needs a reason'],
  [{ ...order, releaseId: 'web-2026.1.1' }, `there is no release web-2026.1.1 in the ledger`],
])('%o is refused', async (wrong, message) => {
  await expect(revokeRelease(await context(), wrong)).rejects.toThrow(message)
})

test('restoring what is not revoked is refused, naming what is', async () => {
  await expect(restoreRelease(await context(), order)).rejects.toThrow(`${testReleaseId} is not revoked`)
})

test('a roll that was decided before the order begins nothing', async () => {
  const open = await context()
  await advance(open, testReleaseId, { watch: false })
  const [release] = historyOf(await open.ledger.read()).releases
  if (!release) throw new Error('there is no release')
  const stage = aStage('prod')
  const [target] = stage.waves.flatMap(({ groups }) => groups)
  if (!target) throw new Error('there is no group')
  const untouched = { at: () => new Proxy({}, {}), environmentFor: async () => ({ ok: true, value: {} }) } as never
  const roll = createRoll({ callHook: noHooks, cloud: untouched, whyRevoked: async () => 'Ben has revoked it: leaks tokens' })
  const key = { stage: 'prod', region: target.region, group: target.name }
  const events = await roll({
    release,
    action: { kind: 'roll', key, target, stage, imageId: 'ami-1' },
    token: 't',
    resumed: false,
    runner: 'ada@example',
    clock: open.clock,
    signal: open.signal,
    log: () => undefined,
    record: async () => undefined,
    evidenceDirectory: '/evidence',
  })
  expect(events).toMatchObject([{ type: 'roll.refused', cause: 'Ben has revoked it: leaks tokens' }])
})
