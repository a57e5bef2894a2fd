import { describe, expect, test } from 'vitest'
import { advance, liftHold, openUndo, placeHold, revokeRelease, statusOf } from '../../pipeline/conductor/index.ts'
import type { HoldScope } from '../../pipeline/release/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, aStage, aTarget, recordsOf, testReleaseId } from '../support/factories.ts'
import { appendEvent, ledgerOf } from '../support/memory-ledger.ts'

const both = [{ name: 'all', groups: [aTarget('eu-central-1/a'), aTarget('eu-central-1/b')] }]
const policy = aPolicy({ stages: [aStage('dev'), aStage('prod', { waves: both })] })

async function context() {
  return aConductor({ ledger: await ledgerOf(recordsOf([anOpening({ policy })])) })
}

const order = (scope: HoldScope) => ({ scope, by: 'Ben', reason: 'incident 4711' })

test('a held stage is waited for, and goes on when it is resumed', async () => {
  const held = await context()
  await placeHold(held, order({ stage: 'prod' }))
  expect(await advance(held, testReleaseId, { watch: false })).toMatchObject({ kind: 'not-yet', reason: 'the soak in dev' })
  await held.clock.pause(24 * 3_600_000)
  const waiting = await advance(held, testReleaseId, { watch: false })
  expect(waiting).toMatchObject({ until: undefined, reason: 'Ben holds eu-central-1/a in prod: incident 4711' })
  expect(held.world.acts.some(({ step }) => step.startsWith('roll') && step.endsWith('in prod'))).toBe(false)
  await liftHold(held, { ...order({ stage: 'prod' }), reason: 'over' })
  expect((await advance(held, testReleaseId, { watch: true })).kind).toBe('done')
})

test('a held group leaves the others of its wave free', async () => {
  const held = await context()
  await placeHold(held, order({ group: 'eu-central-1/a' }))
  await advance(held, testReleaseId, { watch: false })
  await held.clock.pause(24 * 3_600_000)
  expect((await advance(held, testReleaseId, { watch: false })).kind).toBe('not-yet')
  const rolled = held.world.acts.map(({ step }) => step).filter((step) => step.startsWith('roll'))
  expect(rolled).toContain('roll eu-central-1/b in prod')
  expect(rolled).not.toContain('roll eu-central-1/a in prod')
})

test('a held family is not even baked', async () => {
  const held = await context()
  await placeHold(held, order({ family: 'web' }))
  expect(await advance(held, testReleaseId, { watch: false })).toMatchObject({ reason: 'Ben holds family web: incident 4711' })
  expect(held.world.acts).toEqual([])
})

test('a hold on another family binds nobody else', async () => {
  const held = await context()
  await placeHold(held, order({ family: 'batch' }))
  expect((await advance(held, testReleaseId, { watch: true })).kind).toBe('done')
})

describe('what takes groups back is never held', () => {
  const second = 'web-2026.47.2'

  async function twoReleased() {
    const held = await context()
    await advance(held, testReleaseId, { watch: true })
    await appendEvent(held.ledger, second, anOpening({ policy }), held.clock.now())
    await advance(held, second, { watch: true })
    return held
  }

  test.each([{}, { family: 'web' }, { stage: 'prod' }, { group: 'eu-central-1/a' }])(
    'an undo under a hold on %o',
    async (scope) => {
      const held = await twoReleased()
      await placeHold(held, order(scope))
      const wish = { to: undefined, reason: 'checkout fails', rehearsal: false }
      const undone = await openUndo(held, { scope: { family: 'web' }, ...wish })
      expect(await advance(held, undone.id, { watch: false })).toMatchObject({ kind: 'done' })
      expect(undone.policy.stages.map(({ name }) => name)).toEqual(['prod', 'dev'])
    },
  )

  test('what rolls groups off a revoked release, and the revoked release itself going back', async () => {
    const held = await twoReleased()
    const third = 'web-2026.47.3'
    await appendEvent(held.ledger, third, anOpening({ policy }), held.clock.now())
    await advance(held, third, { watch: false })
    await placeHold(held, order({}))
    await revokeRelease(held, { releaseId: third, by: 'Ben', reason: 'leaks tokens' })
    expect((await advance(held, third, { watch: false })).kind).toBe('refused')
    expect(held.world.acts.at(-1)?.step).toBe('undo eu-central-1/web in dev')
    await revokeRelease(held, { releaseId: second, by: 'Ben', reason: 'leaks tokens too' })
    const off = { scope: { family: 'web', off: second }, to: undefined, reason: 'leaks tokens too', rehearsal: false }
    expect((await advance(held, (await openUndo(held, off)).id, { watch: false })).kind).toBe('done')
  })
})

test('status lists what is held', async () => {
  const held = await context()
  await placeHold(held, order({ stage: 'prod' }))
  await placeHold(held, order({}))
  await liftHold(held, order({ stage: 'prod' }))
  const observer = { runner: held.runner, wallNow: held.clock.wallNow() }
  const { holds, releases } = statusOf(await held.ledger.read(), observer, held.clock.now())
  expect(holds).toMatchObject([{ scope: {}, by: 'Ben', reason: 'incident 4711' }])
  expect(releases).toHaveLength(1)
})

describe('what is refused', () => {
  test('a second hold of the same scope', async () => {
    const held = await context()
    await placeHold(held, order({ stage: 'prod' }))
    await expect(placeHold(held, order({ stage: 'prod' }))).rejects.toThrow('Ben holds stage prod already: incident 4711')
  })

  test('lifting what is not held, naming what is', async () => {
    const held = await context()
    await placeHold(held, order({ stage: 'prod', family: 'web' }))
    await expect(liftHold(held, order({ stage: 'prod' }))).rejects.toThrow(
      'there is no hold on stage prod [bad-argument]\n    there is one on family web, stage prod',
    )
  })

  test('an order without a reason', async () => {
    await expect(placeHold(await context(), { ...order({}), reason: ' ' })).rejects.toThrow('an order needs a reason')
  })
})
