// A release is called bad, and good again: rolled off, disabled in every region, and given back to the very same accounts.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type RevokeWish, restore, revoke } from '../../pipeline/cli/revocation.ts'
import type { Place } from '../../pipeline/ports/index.ts'
import { imagesOf, type Release } from '../../pipeline/release/index.ts'
import { type Company, dev, images, openCompany, places, policy, value } from './company.ts'

let company: Company
beforeEach(async () => {
  company = await openCompany()
})
afterEach(() => company.simulated.close())

function revoking(release: string, over: Partial<RevokeWish> & { readonly asked?: readonly Place[] } = {}) {
  const { conductor, simulated, advance } = company
  const context = { conductor, cloud: simulated.cloud, places: over.asked ?? places, rehearsal: false, advance }
  return revoke(context, { release, reason: 'leaks tokens', leave: false, watch: true, ...over })
}

const restoring = (release: string) =>
  restore({ conductor: company.conductor, cloud: company.simulated.cloud }, { release, reason: 'it was another' })

async function standing(release: Release) {
  return Promise.all(
    imagesOf(release).map(async ({ region, imageId }) => {
      const at = company.at({ ...policy.home, region })
      const { state } = value(await at.describeImage(imageId))
      return { region, state, permissions: [...value(await at.launchPermissions(imageId))].toSorted() }
    }),
  )
}

describe('a release that runs everywhere', { timeout: 120_000 }, () => {
  test('is rolled off to the one before, disabled in both regions, and given back to the same accounts', async () => {
    const first = await company.released('web-2026.47.1')
    const second = await company.released('web-2026.48.1')
    const home = imagesOf(second).find(({ region }) => region === images.region)
    // Shared by somebody with an account and an organisation that drover knows nothing of.
    const foreign = ['999999999999', 'arn:aws:organizations::111111111111:organization/o-0123456789']
    value(await company.at(images).allowLaunch(home?.imageId ?? '', foreign))
    const before = await standing(second)
    expect(before).toHaveLength(2)

    const outcome = await revoking(second.id)
    expect(outcome).toMatchObject({ ended: undefined, undo: { kind: 'done' }, stuck: undefined, groups: [] })
    expect(outcome.disabled).toMatchObject({ images: imagesOf(second), held: [], failures: [] })
    const running = Object.keys(await company.running())
    expect(running.toSorted()).toEqual(
      imagesOf(first)
        .map(({ imageId }) => imageId)
        .toSorted(),
    )
    expect((await standing(second)).map(({ state, permissions }) => [state, permissions])).toEqual([
      ['disabled', []],
      ['disabled', []],
    ])

    expect(await restoring(second.id)).toMatchObject({ record: { event: { type: 'release.restored' } }, failures: [] })
    expect(await standing(second)).toEqual(before)
  })

  test('is left with --leave, its images enabled, and what still launches them is named', async () => {
    const only = await company.released('web-2026.47.1')
    const outcome = await revoking(only.id, { leave: true })
    expect(outcome.groups).toHaveLength(3)
    expect(outcome.disabled.images).toEqual([])
    expect(outcome.disabled.held.join('\n')).toMatch(/in use by i-[0-9a-f]+ and 2 more machines in 444444444444\/eu-west-1/)
    expect(outcome.disabled.held.join('\n')).toMatch(/launch template lt-[0-9a-f]+ version \d+ used by group web in 222222222222/)
    expect((await standing(only)).map(({ state }) => state)).toEqual(['available', 'available'])
  })

  test('stays where there is nothing to go to, which is said', async () => {
    const only = await company.released('web-2026.47.1')
    const outcome = await revoking(only.id)
    expect(outcome.stuck).toContain('there is no earlier release to take family web back to')
    expect(outcome.groups).toHaveLength(3)
  })

  test('is disabled only when the last stray machine is gone', async () => {
    await company.released('web-2026.47.1')
    const second = await company.released('web-2026.48.1')
    const home = imagesOf(second).find(({ region }) => region === images.region)
    const stray = { imageId: home?.imageId ?? '', instanceType: 't3.small', securityGroupIds: [], tags: {}, clientToken: 'stray' }
    const machine = value(await company.at(dev).launch(stray))
    const held = await revoking(second.id)
    expect(held.disabled).toMatchObject({
      images: [],
      held: [`${home?.imageId}: in use by ${machine.id} in 222222222222/eu-central-1`],
    })
    value(await company.at(dev).terminate([machine.id]))
    await company.conductor.clock.pause(600_000)
    const nowhere = { account: '999999999999', region: 'eu-west-1', role: 'arn:aws:iam::999999999999:role/drover-promote' }
    const blind = await revoking(second.id, { reason: '', asked: [...places, nowhere] })
    expect(blind.disabled).toMatchObject({
      images: [],
      held: [],
      failures: [expect.stringMatching(/^999999999999\/eu-west-1: /)],
    })
    expect((await revoking(second.id, { reason: '' })).disabled.images).toEqual(imagesOf(second))
  })
})
