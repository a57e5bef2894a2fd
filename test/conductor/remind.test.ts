// While groups that were taken back run an old image, people are told so once a day, whoever is at it.

import { expect, test } from 'vitest'
import { advance, openUndo, remindOfUndone } from '../../pipeline/conductor/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, aStage, hourMs } from '../support/factories.ts'
import { appendEvent, createMemoryLedger } from '../support/memory-ledger.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const policy = aPolicy({ stages: [aStage('dev'), aStage('prod')] })

test('once a day by two runners together, of groups that no release has moved since, until one has', async () => {
  const clock = createVirtualClock()
  const ledger = createMemoryLedger()
  const ada = aConductor({ ledger, clock })
  const ben = aConductor({ ledger, clock, world: ada.world, runner: 'ben@example' })
  const open = (id: string) => appendEvent(ledger, id, anOpening({ policy }), clock.now())
  const remind = async () => {
    const given = await Promise.all([remindOfUndone(ada), remindOfUndone(ben)])
    return given.reduce((sum, one) => sum + one, 0)
  }
  for (const id of ['web-2026.46.1', 'web-2026.47.1']) {
    await open(id)
    await advance(ada, id, { watch: true })
  }
  expect(await remind()).toBe(0)
  const undo = await openUndo(ada, { scope: { family: 'web' }, to: undefined, reason: 'slow', rehearsal: false })
  await advance(ada, undo.id, { watch: true })
  clock.advance(23 * hourMs)
  expect(await remind()).toBe(0)
  clock.advance(hourMs)
  expect([await remind(), await remind()]).toEqual([1, 0])
  clock.advance(24 * hourMs)
  expect([await remind(), await remind()]).toEqual([1, 0])
  const told = [...ada.told, ...ben.told].filter(({ headline }) => headline.includes('still on'))
  expect(told.map(({ headline }) => headline).toSorted()).toEqual([
    `2 groups of web still on web-2026.46.1, taken back 1d ago (${undo.id})`,
    `2 groups of web still on web-2026.46.1, taken back 2d ago (${undo.id})`,
  ])
  expect(new Set(told.map(({ id }) => id)).size).toBe(2)

  await open('web-2026.48.1')
  expect(await advance(ada, 'web-2026.48.1', { watch: false })).toMatchObject({ kind: 'not-yet', reason: 'the soak in dev' })
  clock.advance(24 * hourMs)
  await remind()
  const last = ledger.records.findLast(({ event }) => event.type === 'reminder.given')?.event
  expect(last).toMatchObject({ groups: [{ stage: 'prod' }] })
  expect((await advance(ada, 'web-2026.48.1', { watch: true })).kind).toBe('done')
  clock.advance(48 * hourMs)
  expect(await remind()).toBe(0)
})
