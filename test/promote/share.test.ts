import { expect, test } from 'vitest'
import { createShare } from '../../pipeline/promote/index.ts'
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

test('a share that AWS does not list has failed', async () => {
  const cloud = scriptedCloud(() => ({
    describeImage: async (id) => succeeded(anImage({ id })),
    shareImage: async () => succeeded(undefined),
    launchPermissions: async () => succeeded([]),
  }))
  expect(await createShare({ cloud })(aRequest<'share'>(action))).toMatchObject([
    {
      type: 'share.failed',
      cause: 'ami-1 was shared with 444444444444, but AWS does not list the account among those that may launch it',
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
