import { expect, test } from 'vitest'
import { createShare } from '../../pipeline/promote/index.ts'
import { openWorld } from '../roll/local-world.ts'
import { anOpening, aPolicy, aRelease, aReturnTarget } from '../support/factories.ts'
import { aRequest } from '../support/performer-request.ts'
import { anImage, refusedBy, scriptedCloud, succeeded } from '../support/scripted-cloud.ts'

const action = { kind: 'share', region: 'eu-west-1', account: '444444444444', imageId: 'ami-1' } as const

test('shares as the owner in the image’s region, and looks whether AWS agrees', async () => {
  const permitted = new Set<string>()
  const cloud = scriptedCloud(({ account, region }) => ({
    describeImage: async (id) => succeeded(anImage({ id })),
    shareImage: async (image, accounts) => {
      expect([account, region, image.id]).toEqual(['111111111111', 'eu-west-1', 'ami-1'])
      for (const one of accounts) permitted.add(one)
      return succeeded(undefined)
    },
    launchPermissions: async () => succeeded([...permitted]),
  }))
  expect(await createShare({ cloud })(aRequest<'share'>(action))).toEqual([
    { type: 'share.finished', region: 'eu-west-1', account: '444444444444', imageId: 'ami-1' },
  ])
})

test('the account gets the image’s tags as its own, for it sees none of the owner’s', { timeout: 60_000 }, async () => {
  const world = await openWorld()
  try {
    const { home, stages } = aPolicy()
    const { account, role = '' } = stages.at(-1) ?? expect.fail('no stage')
    const region = 'eu-west-1'
    const [owner, there] = [world.cloud.at({ ...home, region }), world.cloud.at({ account, region, role })]
    const tags = { 'drover:base': 'ami-debian', 'drover:purpose': 'image', 'drover:ledger-head': '17 cafe', team: 'platform' }
    const imageId = world.images.new
    expect(await owner.tag([imageId], tags)).toMatchObject({ ok: true })
    expect(await there.findImages({ owners: [home.account], tags: { team: 'platform' } })).toEqual({ ok: true, value: [] })
    const request = { ...world.request({ kind: 'share', region, account, imageId }, [], []), release: aRelease() }
    expect(await createShare({ cloud: world.cloud })(request)).toMatchObject([{ type: 'share.finished' }])
    const { 'drover:ledger-head': _, ...carried } = tags
    expect(await there.describeImage(imageId)).toMatchObject({ ok: true, value: { tags: carried } })
    expect(await there.findImages({ owners: [home.account], tags: { team: 'platform' } })).toMatchObject({
      value: [{ id: imageId }],
    })
    expect(await owner.describeImage(imageId)).toMatchObject({ ok: true, value: { tags } })
  } finally {
    await world.local.close()
  }
})

const tagged = anImage({ id: 'ami-1', tags: { 'drover:purpose': 'copy' } })

test('an image that the account does not see at once is tagged a little later; one it may not tag is shared, and told of', async () => {
  const answers = [
    refusedBy('not-found', 'no such image yet'),
    succeeded(undefined),
    refusedBy('denied', 'CreateTags: not allowed'),
  ]
  const cloud = scriptedCloud(({ account, role }) => ({
    describeImage: async () => succeeded(tagged),
    shareImage: async () => succeeded(undefined),
    launchPermissions: async () => succeeded(['444444444444']),
    tag: async () => {
      expect([account, role]).toEqual(['444444444444', 'arn:aws:iam::444444444444:role/drover-promote'])
      return answers.shift() ?? expect.fail('it was tagged again')
    },
  }))
  expect(await createShare({ cloud })(aRequest<'share'>(action))).toMatchObject([{ type: 'share.finished' }])
  expect(await createShare({ cloud })(aRequest<'share'>(action))).toMatchObject([
    { type: 'share.finished', untagged: 'CreateTags: not allowed' },
  ])
  const undo = aRelease([], { opening: anOpening({ lane: 'undo', returnsTo: aReturnTarget }) })
  expect(await createShare({ cloud })(aRequest<'share'>(action, { release: undo }))).toMatchObject([{ type: 'share.finished' }])
})

test('a share that AWS does not list has failed', async () => {
  const cloud = scriptedCloud(() => ({
    describeImage: async (id) => succeeded(anImage({ id })),
    shareImage: async () => succeeded(undefined),
    launchPermissions: async () => succeeded([]),
  }))
  expect(await createShare({ cloud })(aRequest<'share'>(action))).toMatchObject([
    {
      type: 'share.failed',
      cause: 'ami-1 was shared with 444444444444, but AWS does not list it among those that may launch it',
    },
  ])
})

test('a refusal is the cause', async () => {
  const cloud = scriptedCloud(() => ({
    describeImage: async (id) => succeeded(anImage({ id })),
    shareImage: async () => refusedBy('denied', 'snapshots with the default key cannot be shared'),
  }))
  expect(await createShare({ cloud })(aRequest<'share'>(action))).toMatchObject([
    { type: 'share.failed', imageId: 'ami-1', cause: 'snapshots with the default key cannot be shared' },
  ])
})
