import { describe, expect, test } from 'vitest'
import { advance, answerApproval } from '../../pipeline/conductor/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, aStage, recordsOf, testReleaseId } from '../support/factories.ts'
import { ledgerOf } from '../support/memory-ledger.ts'

const policy = aPolicy({ stages: [aStage('dev'), aStage('prod', { approval: 'required' })] })
const answer = { releaseId: testReleaseId, stage: 'prod', granted: true, by: 'Ben', reason: 'seen on staging' }

async function context() {
  return aConductor({ ledger: await ledgerOf(recordsOf([anOpening({ policy })])) })
}

test('a watcher goes on as soon as the approval is given', async () => {
  const watcher = await context()
  const advancing = advance(watcher, testReleaseId, { watch: true })
  while (!watcher.ledger.records.some(({ event }) => event.type === 'approval.requested')) await watcher.clock.pause(60_000)
  expect(watcher.world.acts.some(({ step }) => step.startsWith('roll') && step.endsWith('in prod'))).toBe(false)
  await answerApproval(watcher, answer)
  expect((await advancing).kind).toBe('done')
})

test('a denial refuses the release with the reason', async () => {
  const denied = await context()
  await answerApproval(denied, { ...answer, granted: false, reason: 'the fair is on' })
  expect(await advance(denied, testReleaseId, { watch: true })).toMatchObject({
    kind: 'refused',
    reasons: ['Ben denied the approval of prod: the fair is on'],
  })
})

describe('what is refused', () => {
  test.each<[string, Partial<typeof answer>, string]>([
    ['an unknown release', { releaseId: 'web-1' }, 'there is no release web-1 in the ledger [not-found]'],
    ['an unknown stage', { stage: 'live' }, 'web-2026.47.1 has no stage live [not-found]\n    its stages are dev, prod'],
    ['a stage that needs none', { stage: 'dev' }, 'dev requires no approval [bad-argument]'],
    ['an answer without a reason', { reason: '' }, 'an answer needs a reason [bad-argument]'],
  ])('%s', async (_, over, message) => {
    await expect(answerApproval(await context(), { ...answer, ...over })).rejects.toThrow(message)
  })

  test('a second answer', async () => {
    const twice = await context()
    await answerApproval(twice, answer)
    await expect(answerApproval(twice, { ...answer, granted: false })).rejects.toThrow(
      'Ben has already granted the approval of prod: seen on staging [bad-argument]',
    )
  })
})

describe('who may answer', () => {
  const asked = async (approvers: { readonly by: readonly string[]; readonly notOpener: boolean }) => {
    const stages = [aStage('prod', { approval: 'required', approvers })]
    const opening = anOpening({ policy: aPolicy({ stages }), openedBy: 'ada via acme/images run 7' })
    return aConductor({ ledger: await ledgerOf(recordsOf([opening])) })
  }

  test('is not whoever opened the release, wherever they sit', async () => {
    const context = await asked({ by: [], notOpener: true })
    for (const by of ['ada via acme/images run 8', 'ada@laptop']) {
      await expect(answerApproval(context, { ...answer, by })).rejects.toThrow(
        'ada opened web-2026.47.1 and may not answer for prod as well',
      )
    }
    expect(await answerApproval(context, { ...answer, by: 'ben@laptop' })).toMatchObject({ event: { type: 'approval.granted' } })
  })

  test('is one of those who are named', async () => {
    const context = await asked({ by: ['ben', 'cleo'], notOpener: false })
    await expect(answerApproval(context, { ...answer, by: 'dora@laptop', granted: false })).rejects.toThrow(
      'dora may not answer for prod [bad-argument]\n    those who may are ben, cleo',
    )
    expect(await answerApproval(context, { ...answer, by: 'cleo via acme/images run 9' })).toMatchObject({
      event: { by: 'cleo via acme/images run 9' },
    })
  })
})
