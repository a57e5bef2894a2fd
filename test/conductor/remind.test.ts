// While groups that were taken back run an old image, people are told so once a day, whoever is at it.

import { describe, expect, test } from 'vitest'
import { advance, openUndo, remindOfUndone } from '../../pipeline/conductor/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, aStage, hourMs } from '../support/factories.ts'
import { appendEvent, createMemoryLedger } from '../support/memory-ledger.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const policy = aPolicy({ stages: [aStage('dev'), aStage('prod')] })
const ofWeb = { families: ['web'], needWholeLedger: async () => undefined }

test('once a day by two runners together, of groups that no release has moved since, until one has', async () => {
  const clock = createVirtualClock()
  const ledger = createMemoryLedger()
  const ada = aConductor({ ledger, clock })
  const ben = aConductor({ ledger, clock, world: ada.world, runner: 'ben@example' })
  const open = (id: string) => appendEvent(ledger, id, anOpening({ policy }), clock.now())
  const remind = async () => {
    const given = await Promise.all([remindOfUndone(ada, ofWeb), remindOfUndone(ben, ofWeb)])
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

describe('of what nobody rolls any more', () => {
  async function takenBack() {
    const clock = createVirtualClock()
    const ledger = createMemoryLedger()
    const conductor = aConductor({ ledger, clock })
    for (const id of ['web-2026.46.1', 'web-2026.47.1']) {
      await appendEvent(ledger, id, anOpening({ policy }), clock.now())
      await advance(conductor, id, { watch: true })
    }
    const undo = await openUndo(conductor, { scope: { family: 'web' }, to: undefined, reason: 'slow', rehearsal: false })
    await advance(conductor, undo.id, { watch: true })
    clock.advance(24 * hourMs)
    return { conductor, ledger, clock }
  }

  test('a group that the newest promotion does not list is left out', async () => {
    const { conductor, ledger, clock } = await takenBack()
    const rest = aPolicy({ stages: [aStage('dev')] })
    await appendEvent(ledger, 'web-2026.48.1', anOpening({ policy: rest }), clock.now())
    expect(await remindOfUndone(conductor, ofWeb)).toBe(1)
    expect(ledger.records.at(-1)?.event).toMatchObject({ type: 'reminder.given', groups: [{ stage: 'dev' }] })
  })

  test('a family that is in no configuration is left out', async () => {
    const { conductor } = await takenBack()
    expect(await remindOfUndone(conductor, { ...ofWeb, families: ['api'] })).toBe(0)
    expect(await remindOfUndone(conductor, ofWeb)).toBe(1)
  })

  test('nothing is written onto a ledger that is not whole', async () => {
    const { conductor, ledger } = await takenBack()
    const before = ledger.records.length
    const broken = new Error('the ledger is cut off')
    const needWholeLedger = async () => Promise.reject(broken)
    await expect(remindOfUndone(conductor, { ...ofWeb, needWholeLedger })).rejects.toThrow(broken)
    expect(ledger.records).toHaveLength(before)
    await expect(remindOfUndone(conductor, { families: [], needWholeLedger })).resolves.toBe(0)
  })
})
