// The newest record's hash is given to whoever keeps it elsewhere, at the milestones of a release.

import { expect, test } from 'vitest'
import { advance } from '../../pipeline/conductor/index.ts'
import type { LedgerEvent } from '../../pipeline/release/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, aStage, recordsOf, testReleaseId } from '../support/factories.ts'
import { ledgerOf } from '../support/memory-ledger.ts'

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
