// What a schedule does unasked before it takes releases further: a fault of one thing keeps no other from its turn.

import { expect, test } from 'vitest'
import { droverOver } from '../../pipeline/cli/drover.ts'
import { advance, openUndo } from '../../pipeline/conductor/index.ts'
import { ProblemError } from '../../pipeline/kernel/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import { aConfig, aFamily } from '../support/config.ts'
import { anOpening, aPolicy, aStage, aTarget, hourMs } from '../support/factories.ts'
import { appendEvent } from '../support/memory-ledger.ts'
import { refusedBy, scriptedCloud } from '../support/scripted-cloud.ts'
import { aWired } from '../support/wired.ts'

test('nobody is reminded on a ledger that is cut off, and machines that are too old are looked for all the same', async () => {
  const aged = aTarget('eu-central-1/web', { maxAgeMs: hourMs })
  const policy = aPolicy({ stages: [aStage('prod', { waves: [{ name: 'all', groups: [aged] }] })] })
  const context = aConductor()
  for (const id of ['web-2026.46.1', 'web-2026.47.1']) {
    await appendEvent(context.ledger, id, anOpening({ policy }), context.clock.now())
    await advance(context, id, { watch: true })
  }
  const undo = await openUndo(context, { scope: { family: 'web' }, to: undefined, reason: 'slow', rehearsal: false })
  await advance(context, undo.id, { watch: true })
  context.clock.advance(25 * hourMs)
  const before = context.ledger.records.length
  const wired = aWired({
    config: aConfig({ families: [aFamily({ policies: { weekly: policy, emergency: policy } })] }),
    context,
    cloud: scriptedCloud(() => ({ describeGroups: async () => refusedBy('denied', 'its account is closed') })),
    needWholeLedger: async () => {
      throw new ProblemError({ code: 'ledger-broken', message: 'the ledger is cut off', hint: 'Look who did it.' })
    },
  })
  await droverOver(wired).openDueRenewals()
  expect(context.ledger.records).toHaveLength(before)
  const lines = context.progress.flatMap((one) =>
    one.kind === 'log' && ['reminder', 'renewal'].includes(one.step) ? [`${one.step}: ${one.line}`] : [],
  )
  expect(lines).toEqual([
    expect.stringMatching(/^reminder: the ledger is cut off/),
    expect.stringMatching(/^renewal: .*its account is closed/),
  ])
})
