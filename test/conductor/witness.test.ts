// The newest record's hash is given to whoever keeps it elsewhere, at the milestones of a release and after every word of a person.

import { describe, expect, test } from 'vitest'
import {
  advance,
  answerApproval,
  liftHold,
  openUndo,
  placeHold,
  restoreRelease,
  revokeRelease,
} from '../../pipeline/conductor/index.ts'
import { formatHead, type KnownHead, parseHead } from '../../pipeline/ledger/index.ts'
import type { LedgerEvent, Release } from '../../pipeline/release/index.ts'
import { aConductor, type TestConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, aStage, recordsOf, testReleaseId } from '../support/factories.ts'
import { appendEvent, ledgerOf } from '../support/memory-ledger.ts'

async function advanced(complaint: string | undefined) {
  const policy = aPolicy({ stages: [aStage('dev'), aStage('prod')] })
  const heads: LedgerEvent[] = []
  const conductor = aConductor({ ledger: await ledgerOf(recordsOf([anOpening({ policy })])) })
  const context = {
    ...conductor,
    witnessHead: async (_: unknown, head: LedgerEvent) => {
      // Not an earlier one: what came after it could be cut off unseen.
      expect(head).toEqual(conductor.ledger.records.at(-1))
      heads.push(head)
      return complaint
    },
  }
  return { outcome: await advance(context, testReleaseId, { watch: true }), heads, conductor }
}

test('at the end of bake and verification, of every soak and of the release', async () => {
  const { outcome, heads } = await advanced(undefined)
  expect(outcome.kind).toBe('done')
  const types = ['bake.finished', 'verify.finished', 'soak.started', 'soak.finished', 'soak.started', 'soak.finished']
  expect(heads.map(({ event }) => event.type)).toEqual([...types, 'release.finished'])
})

test('what goes wrong with it is told and stops nothing', async () => {
  const { outcome, conductor } = await advanced("the ledger's head is not on ami-1: denied")
  expect(outcome.kind).toBe('done')
  const told = conductor.progress.flatMap((one) => (one.kind === 'log' ? [one.line] : []))
  expect(told.filter((line) => line === "the ledger's head is not on ami-1: denied")).toHaveLength(7)
})

describe('what a person has said', () => {
  const second = 'web-2026.47.2'
  const by = { by: 'Ben', reason: 'leaks tokens' }

  async function witnessed() {
    const policy = aPolicy({ stages: [aStage('dev'), aStage('prod', { approval: 'required' })] })
    const noted: { readonly release: Release; readonly head: LedgerEvent }[] = []
    const conductor = {
      ...aConductor({ ledger: await ledgerOf(recordsOf([anOpening({ policy: aPolicy({ stages: [aStage('prod')] }) })])) }),
      witnessHead: async (release: Release, head: LedgerEvent) => {
        noted.push({ release, head })
        return undefined
      },
    }
    await advance(conductor, testReleaseId, { watch: true })
    await appendEvent(conductor.ledger, second, anOpening({ policy }), conductor.clock.now())
    return { conductor, noted }
  }

  test.each([
    ['hold.placed', (context) => placeHold(context, { scope: {}, ...by })],
    ['release.revoked', (context) => revokeRelease(context, { releaseId: testReleaseId, ...by })],
    ['approval.granted', (context) => answerApproval(context, { releaseId: second, stage: 'prod', granted: true, ...by })],
    ['approval.denied', (context) => answerApproval(context, { releaseId: second, stage: 'prod', granted: false, ...by })],
  ] as const satisfies readonly (readonly [string, (context: TestConductor) => Promise<unknown>])[])(
    '%s cannot be cut off unseen',
    async (type, say) => {
      const { conductor, noted } = await witnessed()
      await say(conductor)
      const last = noted.at(-1)
      expect(last).toMatchObject({ head: { event: { type } }, release: { id: testReleaseId } })
      const head = parseHead(formatHead(last?.head as LedgerEvent), 'ami-1') as KnownHead
      const { records } = conductor.ledger
      expect(await conductor.ledger.verify([head])).toMatchObject({ ok: true })
      const cut = await ledgerOf(records.slice(0, -1))
      expect(await cut.verify([head])).toMatchObject({ ok: false, breach: { kind: 'truncated', sequence: records.length } })
    },
  )

  test('also what takes it back, and an undo that is opened', async () => {
    const { conductor, noted } = await witnessed()
    await placeHold(conductor, { scope: {}, ...by })
    await liftHold(conductor, { scope: {}, ...by })
    await revokeRelease(conductor, { releaseId: testReleaseId, ...by })
    await restoreRelease(conductor, { releaseId: testReleaseId, ...by })
    await openUndo(conductor, {
      scope: { family: 'web', stage: 'prod', group: 'eu-central-1/web' },
      to: testReleaseId,
      reason: 'x',
      rehearsal: false,
    })
    const types = ['hold.placed', 'hold.lifted', 'release.revoked', 'release.restored', 'release.opened', 'release.superseded']
    expect(noted.slice(-types.length).map(({ head }) => head.event.type)).toEqual(types)
  })
})
