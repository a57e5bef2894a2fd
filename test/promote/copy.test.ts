import { expect, test } from 'vitest'
import type { CloudAt, CloudOutcome, MachineImage } from '../../pipeline/ports/index.ts'
import { createCopy } from '../../pipeline/promote/index.ts'
import { anOpening, aPolicy, aRelease, hourMs } from '../support/factories.ts'
import { aRequest } from '../support/performer-request.ts'
import { anImage, refusedBy, scriptedCloud, succeeded } from '../support/scripted-cloud.ts'

const image = { architecture: 'x86_64', imageId: 'ami-source', name: 'web-2026.47.1', region: 'eu-central-1' } as const
const action = { kind: 'copy', region: 'eu-west-1', image } as const
const copied = anImage({ id: 'ami-copy', sourceImageId: 'ami-source', sourceRegion: 'eu-central-1' })

const source = anImage({
  id: 'ami-source',
  tags: {
    Name: 'web-2026.47.1',
    owner: 'platform',
    'drover:base': 'ami-debian',
    'drover:bake': 'f00d',
    'drover:config': 'beef',
    'drover:purpose': 'image',
    'drover:ledger-head': '17 cafe',
    'aws:backup:source-resource': 'x',
  },
})

/** Answers describeImage of the copy with these in order, the last one for ever. */
function inOrder(answers: readonly CloudOutcome<MachineImage>[]): CloudAt['describeImage'] {
  let next = 0
  return async (id) =>
    id === source.id ? succeeded(source) : (answers[Math.min(next++, answers.length - 1)] as CloudOutcome<MachineImage>)
}

test('copies into the region with the region’s key, the source’s tags and where it came from, and waits until the copy is there', async () => {
  const requests: Parameters<CloudAt['copyImage']>[0][] = []
  const cloud = scriptedCloud(({ region }) => ({
    copyImage: async (request) => {
      expect(region).toBe('eu-west-1')
      requests.push(request)
      return succeeded({ imageId: 'ami-copy' })
    },
    describeImage: inOrder([
      refusedBy('not-found', 'no such image yet'),
      succeeded({ ...copied, state: 'pending' }),
      refusedBy('throttled', 'slow down'),
      succeeded(copied),
    ]),
  }))
  const request = aRequest<'copy'>(action)
  expect(await createCopy({ cloud })(request)).toEqual([
    { type: 'copy.finished', region: 'eu-west-1', architecture: 'x86_64', imageId: 'ami-copy' },
  ])
  expect(requests).toEqual([
    {
      sourceImageId: 'ami-source',
      sourceRegion: 'eu-central-1',
      name: 'web-2026.47.1',
      description: 'web-2026.47.1, copied from ami-source in eu-central-1',
      kmsKeyId: 'alias/drover',
      clientToken: request.token,
      tags: {
        Name: 'web-2026.47.1',
        owner: 'platform',
        'drover:base': 'ami-debian',
        'drover:bake': 'f00d',
        'drover:config': 'beef',
        'drover:release': 'web-2026.47.1',
        'drover:family': 'web',
        'drover:purpose': 'copy',
        'drover:source-image': 'ami-source',
        'drover:source-region': 'eu-central-1',
        'drover:copy': request.token,
      },
    },
  ])
  expect(request.recorded).toEqual([
    { type: 'copy.started', region: 'eu-west-1', architecture: 'x86_64', imageId: 'ami-copy', sourceImageId: 'ami-source' },
  ])
})

test('resumed after the copy was recorded, only waits for it', async () => {
  const release = aRelease([
    { type: 'copy.intended', region: 'eu-west-1', architecture: 'x86_64', token: 't' },
    { type: 'copy.started', region: 'eu-west-1', architecture: 'x86_64', imageId: 'ami-copy', sourceImageId: 'ami-source' },
  ])
  const cloud = scriptedCloud(() => ({ describeImage: inOrder([succeeded(copied)]) }))
  const request = aRequest<'copy'>(action, { release, resumed: true })
  expect(await createCopy({ cloud })(request)).toMatchObject([{ type: 'copy.finished', imageId: 'ami-copy' }])
  expect(request.recorded).toEqual([])
})

test('resumed before the copy was recorded, finds it by its name and its source', async () => {
  const cloud = scriptedCloud(() => ({
    findImages: async ({ nameGlob }) =>
      succeeded(nameGlob === image.name ? [anImage({ sourceImageId: 'ami-other' }), copied] : []),
    describeImage: inOrder([succeeded(copied)]),
  }))
  const request = aRequest<'copy'>(action, { resumed: true })
  expect(await createCopy({ cloud })(request)).toMatchObject([{ type: 'copy.finished', imageId: 'ami-copy' }])
  expect(request.recorded).toMatchObject([{ type: 'copy.started', imageId: 'ami-copy' }])
})

test.each<[string, MachineImage, string]>([
  [
    'that fails is removed, with the reason',
    { ...copied, state: 'failed', stateReason: 'the key is disabled' },
    'ami-copy became failed: the key is disabled',
  ],
  ['that comes out unencrypted is removed', { ...copied, encrypted: false }, 'ami-copy came out unencrypted'],
  [
    'of another image is removed',
    { ...copied, sourceImageId: 'ami-other' },
    'ami-copy is a copy of ami-other, not of ami-source',
  ],
])('a copy %s', async (_, state, cause) => {
  const discarded: string[] = []
  const cloud = scriptedCloud(() => ({
    copyImage: async () => succeeded({ imageId: 'ami-copy' }),
    describeImage: inOrder([succeeded(state)]),
    discardImage: async ({ id }) => {
      discarded.push(id)
      return succeeded(undefined)
    },
  }))
  expect(await createCopy({ cloud })(aRequest<'copy'>(action))).toEqual([
    { type: 'copy.failed', region: 'eu-west-1', architecture: 'x86_64', cause },
  ])
  expect(discarded).toEqual(['ami-copy'])
})

test('a copy that cannot begin, or never ends, fails with a cause', async () => {
  const denied = scriptedCloud(() => ({
    describeImage: inOrder([]),
    copyImage: async () => refusedBy('denied', 'CopyImage of ami-source: not allowed'),
  }))
  expect(await createCopy({ cloud: denied })(aRequest<'copy'>(action))).toMatchObject([
    { type: 'copy.failed', cause: 'CopyImage of ami-source: not allowed' },
  ])
  const endless = scriptedCloud(() => ({
    copyImage: async () => succeeded({ imageId: 'ami-copy' }),
    describeImage: inOrder([succeeded({ ...copied, state: 'pending' })]),
  }))
  const request = aRequest<'copy'>(action)
  const begunAt = request.clock.now()
  expect(await createCopy({ cloud: endless })(request)).toMatchObject([
    { type: 'copy.failed', cause: 'ami-copy is not available after 2h' },
  ])
  expect(request.clock.now() - begunAt).toBe(2 * hourMs)
  const release = aRelease([], { opening: anOpening({ policy: aPolicy({ copyDeadlineMs: 7 * hourMs }) }) })
  expect(await createCopy({ cloud: endless })(aRequest<'copy'>(action, { release }))).toMatchObject([
    { type: 'copy.failed', cause: 'ami-copy is not available after 7h' },
  ])
})
