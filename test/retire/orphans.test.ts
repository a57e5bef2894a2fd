// What a bake that is over left behind is swept; what runs, what another made, and what the ledger doesn't know stay.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { findOrphans, removeOrphans } from '../../pipeline/retire/index.ts'
import { anOpening, recordsOf } from '../support/factories.ts'
import { type Company, images, openCompany, value } from './company.ts'

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
  expect(value(await findOrphans(at, events, Date.now() + dayMs / 2)).found).toEqual([])
  const { found, foreign } = value(await findOrphans(at, events, at2))
  expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(left))
  expect(found.filter(({ id }) => others.includes(id))).toEqual([])
  expect([...new Set(foreign.map((one) => one.value))]).toEqual(['elsewhere'])
  const failures = await removeOrphans(at, found)
  await company.conductor.clock.pause(600_000)
  const rest = value(await findOrphans(at, events, at2)).found
  expect(failures.length).toBeGreaterThanOrEqual(rest.length)
  expect(await removeOrphans(at, rest)).toEqual([])
  expect(value(await findOrphans(at, events, at2)).found).toEqual([])
  const living = value(await at.everyInstance()).map(({ id }) => id)
  expect(living.toSorted()).toEqual(others.filter((id) => id.startsWith('i-')).toSorted())
})
