// What a bake that is over left behind is swept; what runs, what another made, and what the ledger doesn't know stay.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { sweepOrphans } from '../../pipeline/retire/index.ts'
import { anOpening, recordsOf } from '../support/factories.ts'
import { type Company, images, imagesWest, openCompany, value } from './company.ts'

const dayMs = 86_400_000
let company: Company
beforeAll(async () => {
  company = await openCompany()
}, 120_000)
afterAll(() => company.simulated.close())

const events = [
  ...recordsOf([anOpening(), { type: 'bake.intended', token: 'dead' }, { type: 'release.failed', cause: 'killed' }], {
    release: 'web-2026.46.1',
    startAt: Date.now(),
  }),
  ...recordsOf([anOpening(), { type: 'bake.intended', token: 'alive' }], { release: 'web-2026.47.1', startAt: Date.now() }),
]

const sweep = (now: number, apply = false) =>
  sweepOrphans(company.simulated.cloud, { places: [images, imagesWest], events, now, apply })

test('by build ID, a day after its release ended', { timeout: 60_000 }, async () => {
  const at = company.at(images)
  const leave = async (token: string, purpose: string) => {
    const tags = { 'drover:bake': token, 'drover:purpose': purpose }
    const group = value(await at.createSecurityGroup({ name: `${token}-${purpose}`, description: 'bake', ingress: [], tags }))
    const machine = {
      imageId: company.simulated.bakedFrom,
      instanceType: 't3.small',
      securityGroupIds: [group.id],
      tags,
      clientToken: `${token}-${purpose}`,
    }
    return [value(await at.launch(machine)).id, group.id]
  }
  const left = await leave('dead', 'bake')
  const others = [...(await leave('alive', 'bake')), ...(await leave('elsewhere', 'bake')), ...(await leave('dead', 'other'))]
  const at2 = Date.now() + 2 * dayMs
  expect((await sweep(Date.now() + dayMs / 2)).orphans.found).toEqual([])
  const { found, foreign } = (await sweep(at2)).orphans
  expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(left))
  expect(found.filter(({ id }) => others.includes(id))).toEqual([])
  expect([...new Set(foreign.map((one) => one.value))]).toEqual(['elsewhere'])
  const { failures } = await sweep(at2, true)
  await company.conductor.clock.pause(600_000)
  const rest = (await sweep(at2)).orphans.found
  expect(failures.length).toBeGreaterThanOrEqual(rest.length)
  expect((await sweep(at2, true)).failures).toEqual([])
  expect((await sweep(at2)).orphans.found).toEqual([])
  const living = value(await at.everyInstance()).map(({ id }) => id)
  expect(living.toSorted()).toEqual(others.filter((id) => id.startsWith('i-')).toSorted())
})

test('in every region that is named; one that cannot be asked is told and keeps nothing from the others', async () => {
  const west = company.at(imagesWest)
  const tags = { 'drover:bake': 'dead', 'drover:purpose': 'bake' }
  const { id } = value(await west.createSecurityGroup({ name: 'left', description: 'left', ingress: [], tags }))
  const nowhere = { account: '999999999999', region: 'eu-west-1', role: 'arn:aws:iam::999999999999:role/drover-images' }
  const wish = { places: [nowhere, imagesWest], events, now: Date.now() + 2 * dayMs, apply: true }
  const { orphans, failures } = await sweepOrphans(company.simulated.cloud, wish)
  expect(orphans.found).toEqual([{ id, type: 'security-group', release: 'web-2026.46.1', region: 'eu-west-1' }])
  expect(failures).toEqual([expect.stringMatching(/^999999999999\/eu-west-1: /)])
  expect(value(await west.findSecurityGroups(tags))).toEqual([])
})
