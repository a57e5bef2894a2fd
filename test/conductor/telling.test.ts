// Who is told what of a release under way: after it stands in the ledger, once, and never in its way.

import { expect, test } from 'vitest'
import { advance, answerApproval, openRelease } from '../../pipeline/conductor/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import { aConfig, aFamily } from '../support/config.ts'
import { anOpening, aPolicy, aStage, recordsOf, testReleaseId } from '../support/factories.ts'
import { ledgerOf } from '../support/memory-ledger.ts'
import { aWish } from '../support/release-wish.ts'
import { createScriptedWorld } from '../support/scripted-performers.ts'

const opening = anOpening({ policy: aPolicy({ stages: [aStage('dev'), aStage('prod', { approval: 'required' })] }) })

test('an approval is asked for once it is on record, and the end is told as recovery', async () => {
  const ledger = await ledgerOf(recordsOf([opening]))
  const context = aConductor({ ledger })
  const onRecord: boolean[] = []
  const notifier = {
    ...context.notifier,
    send: (message: (typeof context.told)[number]) => {
      onRecord.push(ledger.records.some(({ hash }) => hash === message.id))
      context.notifier.send(message)
    },
  }
  await advance({ ...context, notifier }, testReleaseId, { watch: false })
  while (ledger.records.at(-1)?.event.type !== 'approval.requested') {
    context.clock.advance(3_600_000)
    await advance({ ...context, notifier }, testReleaseId, { watch: false })
  }
  expect(context.told).toMatchObject([
    { level: 'action', stage: 'prod', action: expect.stringContaining(`drover approve ${testReleaseId} --stage prod`) },
  ])
  await answerApproval(context, { releaseId: testReleaseId, stage: 'prod', granted: true, by: 'ben@example', reason: 'yes' })
  expect((await advance({ ...context, notifier }, testReleaseId, { watch: true })).kind).toBe('done')
  expect(context.told.map(({ level }) => level)).toEqual(['action', 'recovery'])
  expect(onRecord).toEqual([true, true])
})

test('two runners at one release tell of each event once between them', async () => {
  const ledger = await ledgerOf(recordsOf([anOpening()]))
  const world = createScriptedWorld({ fails: ({ kind }) => kind === 'copy' })
  const ada = aConductor({ ledger, world })
  const ben = aConductor({ ledger, world, clock: ada.clock, runner: 'ben@example' })
  await Promise.all([ada, ben].map((context) => advance(context, testReleaseId, { watch: true })))
  const ids = [...ada.told, ...ben.told].map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const copies = ledger.records.filter(({ event }) => event.type === 'copy.failed')
  expect(copies.length).toBeGreaterThan(0)
  expect(ids).toEqual(expect.arrayContaining(copies.map(({ hash }) => hash)))
})

test('an emergency is told of when it opens, and so is the release it ends', async () => {
  const context = aConductor()
  const config = aConfig({ families: [aFamily()] })
  await openRelease(context, aWish({ config }))
  expect(context.told).toEqual([])
  await openRelease(context, aWish({ config, lane: 'emergency', reason: 'CVE-2026-12345' }))
  expect(context.told).toMatchObject([
    { level: 'action', headline: 'ada@example has opened the emergency release web-2026.47.2' },
    { level: 'info', headline: 'web-2026.47.1 ends: web-2026.47.2 has superseded it' },
  ])
})
