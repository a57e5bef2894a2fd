// Images that an organisation may launch, in place of each account by itself: shared, rolled, retired and given back.

import { DescribeSnapshotAttributeCommand, EC2Client } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noteOf } from '../../pipeline/conductor/index.ts'
import { historyOf, imagesOf, type Release } from '../../pipeline/release/index.ts'
import { disableRevoked, planRetiring, restoreImages } from '../../pipeline/retire/index.ts'
import { administrator } from '../support/rights.ts'
import { type Company, images, imagesWest, openCompany, places, policy, value } from './company.ts'

const organisationArn = 'arn:aws:organizations::111111111111:organization/o-0123456789'
const dayMs = 86_400_000
const retention = {
  keep: 1,
  deprecateAfterMs: 14 * dayMs,
  disableAfterMs: 30 * dayMs,
  deregisterAfterMs: 90 * dayMs,
  keepFailedMs: 7 * dayMs,
}

let company: Company
let first: Release
beforeAll(async () => {
  company = await openCompany({ organisationArn })
  first = await company.released('web-2026.47.1')
  await company.released('web-2026.48.1')
}, 120_000)
afterAll(() => company.simulated.close())

const permissions = (release: Release) =>
  Promise.all(
    imagesOf(release).map(async ({ region, imageId }) =>
      value(await company.at({ ...policy.home, region }).launchPermissions(imageId)),
    ),
  )

test('every group launches what only the organisation may, and no snapshot is anybody’s', async () => {
  expect(first.shares.map(({ account, done }) => [account, done])).toEqual([
    ['222222222222', true],
    ['444444444444', true],
    ['444444444444', true],
  ])
  expect(await permissions(first)).toEqual([[organisationArn], [organisationArn]])
  const { local } = company.simulated
  const credentials = await administrator(local, images.account)
  const ec2 = new EC2Client({ region: images.region, endpoint: local.endpoint, credentials })
  const home = value(await company.at(images).ownImages()).flatMap(({ snapshotIds }) => snapshotIds)
  expect(home).toHaveLength(2)
  for (const SnapshotId of home) {
    const asked = new DescribeSnapshotAttributeCommand({ SnapshotId, Attribute: 'createVolumePermission' })
    expect((await ec2.send(asked)).CreateVolumePermissions ?? []).toEqual([])
  }
  ec2.destroy()
})

test('retiring asks the accounts that are configured, and counts no other organisation as known', async () => {
  const steps = async (known: string | undefined) => {
    const history = historyOf(company.conductor.ledger.records)
    const owners = [images, imagesWest]
    const now = Date.now() + 200 * dayMs
    const asked = { history, places, owners, retention, organisationArn: known, now }
    const { proposals } = await planRetiring(company.simulated.cloud, asked)
    return proposals.filter(({ release }) => release === first.id).map(({ step, why }) => step ?? why)
  }
  const another = 'arn:aws:organizations::111111111111:organization/o-9876543210'
  expect(await steps(organisationArn)).toEqual(['disabled', 'disabled'])
  for (const known of [undefined, another])
    expect(await steps(known)).toEqual(Array(2).fill(`shared with ${organisationArn}, which can't be asked`))
})

test('an image that was disabled is the organisation’s again when it is restored', async () => {
  const context = { cloud: company.simulated.cloud, record: await noteOf(company.conductor) }
  const history = () => historyOf(company.conductor.ledger.records)
  expect(await disableRevoked(context, history(), first, places)).toMatchObject({ images: { length: 2 }, held: [], failures: [] })
  expect(await permissions(first)).toEqual([[], []])
  expect(await restoreImages(context, company.release(first.id))).toMatchObject({ images: { length: 2 }, failures: [] })
  expect(await permissions(first)).toEqual([[organisationArn], [organisationArn]])
})
