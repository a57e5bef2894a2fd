// The order that a group leaves its launch configuration: who, when and why stand in the ledger, before and after.

import { describe, expect, test } from 'vitest'
import { carryOutMigration } from '../../pipeline/conductor/index.ts'
import type { CloudFailure, CloudOutcome, TemplateVersion } from '../../pipeline/ports/index.ts'
import { openMigration, releasesOf } from '../../pipeline/release/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import { anOpening, recordsOf } from '../support/factories.ts'
import { ledgerOf } from '../support/memory-ledger.ts'

const group = { stage: 'prod', region: 'eu-central-1', group: 'web' }
const wish = { group, from: 'web-2019', by: 'Ben', reason: 'it has no versions' }
const template = { templateId: 'lt-1', version: 1 }
const done = async (): Promise<CloudOutcome<TemplateVersion>> => ({ ok: true, value: template })
const failure: CloudFailure = { ok: false, kind: 'denied', code: 'UnauthorizedOperation', message: 'not allowed' }

async function context() {
  const conductor = aConductor({ ledger: await ledgerOf(recordsOf([anOpening()])) })
  const types = async () => (await conductor.ledger.read()).map(({ event: { type } }) => type)
  return { conductor, types }
}

describe('a migration', () => {
  test('is on record before anything is done, and after', async () => {
    const { conductor, types } = await context()
    let before: readonly string[] = []
    const outcome = await carryOutMigration(conductor, wish, async () => {
      before = await types()
      return done()
    })
    expect(before).toEqual(['release.opened', 'group.migration-ordered'])
    expect(outcome).toMatchObject({
      ok: true,
      value: { release: 'orders', event: { type: 'group.migrated', ...wish, template } },
    })
    const events = await conductor.ledger.read()
    expect(openMigration(events, group)).toBeUndefined()
    expect(releasesOf(events)).toHaveLength(1)
  })

  test('needs a reason', async () => {
    const { conductor, types } = await context()
    await expect(carryOutMigration(conductor, { ...wish, reason: ' ' }, done)).rejects.toThrow('an order needs a reason')
    expect(await types()).toEqual(['release.opened'])
  })

  test('that failed stays ordered, and is gone on with as it was given', async () => {
    const { conductor, types } = await context()
    expect(await carryOutMigration(conductor, wish, async () => failure)).toEqual(failure)
    expect(openMigration(await conductor.ledger.read(), group)).toMatchObject(wish)
    expect(openMigration(await conductor.ledger.read(), { ...group, stage: 'dev' })).toBeUndefined()
    const again = await carryOutMigration(conductor, { ...wish, by: 'Ada', reason: '' }, done)
    expect(again).toMatchObject({ value: { event: { by: 'Ben', reason: 'it has no versions' } } })
    expect(await types()).toEqual(['release.opened', 'group.migration-ordered', 'group.migrated'])
  })

  test('that another runner finished meanwhile is said once', async () => {
    const { conductor, types } = await context()
    const outcome = await carryOutMigration(conductor, wish, async () => {
      await carryOutMigration(conductor, { ...wish, reason: '' }, done)
      return done()
    })
    expect(outcome).toEqual({ ok: true, value: undefined })
    expect((await types()).filter((type) => type === 'group.migrated')).toHaveLength(1)
  })
})
