// `drover migrate` on the local cloud: what is said before, what is refused, what is done and recorded, and what is said after.

import { afterEach, expect, test } from 'vitest'
import { type MigrateWish, migrate } from '../../pipeline/cli/migration.ts'
import { migrationLines } from '../../pipeline/cli/migration-view.ts'
import { liftHold, placeHold } from '../../pipeline/conductor/index.ts'
import { acme } from '../rights/acme.ts'
import { openWorld, spied, value, type World } from '../roll/local-world.ts'
import { configurationName, putOnConfiguration, userData } from '../roll/on-configuration.ts'
import { aConductor } from '../support/conductor-context.ts'
import { aFamily } from '../support/config.ts'
import { aPolicy, aStage, aTarget } from '../support/factories.ts'
import { ledgerOf } from '../support/memory-ledger.ts'

const open: World[] = []
afterEach(async () => {
  for (const world of open.splice(0)) await world.local.close()
})

const waves = [{ name: 'all', groups: [aTarget('eu-west-1/web')] }]
const weekly = aPolicy({ stages: [aStage('dev', { waves }), aStage('prod', { waves })] })
const config = acme({ families: [aFamily({ policies: { weekly, emergency: weekly } })] })
const inProd: MigrateWish = { group: 'eu-west-1/web', stage: 'prod', apply: false, reason: '' }
const applied: MigrateWish = { ...inProd, apply: true, reason: 'it has no versions' }

async function opened() {
  const world = await openWorld()
  open.push(world)
  await putOnConfiguration(world)
  const conductor = aConductor({ ledger: await ledgerOf([]), clock: world.clock })
  const types = async () => (await conductor.ledger.read()).map(({ event: { type } }) => type)
  const asked = (wish: MigrateWish, cloud = world.cloud) => migrate({ conductor, cloud, config }, wish)
  const said = async (wish: MigrateWish) => migrationLines(await asked(wish), wish.apply).join('\n')
  return { world, conductor, types, asked, said }
}

test('unapplied it says what it would come to, no word of the user data, and does nothing', async () => {
  const { world, types, said } = await opened()
  const lines = await said(inProd)
  expect(lines).toContain(`eu-west-1/web in prod launches from the launch configuration ${configurationName}`)
  expect(lines).toMatch(/security groups +sg-/)
  expect(lines).toMatch(/user data +21 bytes/)
  expect(lines).not.toContain(userData)
  expect(lines).toContain('nothing was done: drover migrate eu-west-1/web --stage prod --apply --reason TEXT does it')
  expect((await world.group()).launchSource.kind).toBe('launch-configuration')
  expect(await types()).toEqual([])
})

test('it needs the stage where several have the group, a group that is there, and a reason', async () => {
  const { asked, types } = await opened()
  await expect(asked({ ...inProd, stage: undefined })).rejects.toThrow('Say --stage NAME.')
  await expect(asked({ ...inProd, group: 'eu-west-1/wep' })).rejects.toThrow('did you mean eu-west-1/web?')
  await expect(asked({ ...applied, reason: '' })).rejects.toThrow('an order needs a reason')
  expect(await types()).toEqual([])
})

test('a hold refuses it, and when that is lifted it is done once', async () => {
  const { world, conductor, asked, said, types } = await opened()
  const order = { scope: { stage: 'prod' }, by: 'Ben', reason: 'the sale is on' }
  await placeHold(conductor, order)
  expect((await asked(applied)).refusals).toMatchObject([{ cause: expect.stringContaining('the sale is on') }])
  await liftHold(conductor, order)
  expect(await said(applied)).toMatch(/eu-west-1\/web in prod launches from version 1 of lt-[0-9a-f]{17}; its machines stay/)
  expect((await world.group()).launchSource).toMatchObject({ kind: 'template', version: '1' })
  expect(await said(applied)).toMatch(
    /^eu-west-1\/web .* of lt-[0-9a-f]+, which drover made of the launch configuration web-2019$/,
  )
  expect((await types()).slice(2)).toEqual(['group.migration-ordered', 'group.migrated'])
})

test('a runner killed behind the switch is followed by one that says so', async () => {
  const { world, conductor, asked, types } = await opened()
  const dying = spied(world.cloud, async (verb, when) => {
    if (verb === 'launchFrom' && when === 'after') throw new Error('killed')
  })
  await expect(asked(applied, dying)).rejects.toThrow('killed')
  expect(await types()).toEqual(['group.migration-ordered'])
  const { template } = await asked({ ...applied, reason: '' })
  expect(value(await world.at.describeGroups(['web']))[0]?.launchSource).toMatchObject({ templateId: template?.templateId })
  expect((await conductor.ledger.read()).at(-1)?.event).toMatchObject({
    type: 'group.migrated',
    from: configurationName,
    reason: 'it has no versions',
  })
})
