import { expect, test } from 'vitest'
import { advance, orderByHand } from '../../pipeline/conductor/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, aStage, recordsOf, testReleaseId } from '../support/factories.ts'
import { ledgerOf } from '../support/memory-ledger.ts'

const policy = aPolicy({ stages: [aStage('dev')] })
const group = { stage: 'dev', region: 'eu-central-1', group: 'web' }

async function context(awaits: boolean) {
  const events = [anOpening({ policy }), ...(awaits ? [{ type: 'roll.awaits-hand', group } as const] : [])]
  return aConductor({ ledger: await ledgerOf(recordsOf(events)) })
}

test('a group that awaits a hand is not rolled before somebody gives the word', async () => {
  const waiting = await context(true)
  expect(await advance(waiting, testReleaseId, { watch: false })).toMatchObject({
    kind: 'not-yet',
    until: undefined,
    reason: `a person's word for eu-central-1/web in dev, tagged by-hand: drover advance ${testReleaseId} --by-hand eu-central-1/web`,
  })
  expect(waiting.world.acts.some(({ step }) => step.startsWith('roll'))).toBe(false)
  await orderByHand(waiting, testReleaseId, 'eu-central-1/web')
  expect((await advance(waiting, testReleaseId, { watch: true })).kind).toBe('done')
})

test('a word that nothing waits for is refused', async () => {
  await expect(orderByHand(await context(false), testReleaseId, 'eu-central-1/web')).rejects.toThrow('none of its groups does')
})
