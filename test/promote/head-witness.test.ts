// A ledger that was cut off is found by what the images of a cloud carry, wherever the ledger lies.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCloud, createS3Store } from '../../pipeline/aws/index.ts'
import { createFileStore, createLedger, formatHead, type Ledger } from '../../pipeline/ledger/index.ts'
import { type LocalCloud, startLocalCloud } from '../../pipeline/localcloud/index.ts'
import { createSimulatedMachines } from '../../pipeline/localcloud/machines/simulated.ts'
import type { Cloud, LedgerStore } from '../../pipeline/ports/index.ts'
import { createHeadWitness, type HeadWitness } from '../../pipeline/promote/index.ts'
import { type LedgerEvent, replay } from '../../pipeline/release/index.ts'
import { createFiles, createRandom, createSystemClock } from '../../pipeline/system/index.ts'
import { credentials, region, type S3Server, startS3Server } from '../ledger/s3-server.ts'
import { anOpening, recordsOf, scanCounts } from '../support/factories.ts'
import { refusedBy, scriptedCloud } from '../support/scripted-cloud.ts'

const images = { account: '111111111111', region: 'eu-central-1', role: 'arn:aws:iam::111111111111:role/drover-images' }
const ports = { clock: createSystemClock(), random: createRandom() }

let local: LocalCloud
let cloud: Cloud
let server: S3Server
let folder: string

beforeAll(async () => {
  server = await startS3Server('acme-ledger')
  folder = await mkdtemp(join(tmpdir(), 'drover-ledger-'))
  const machines = (now: () => number) => createSimulatedMachines({ now })
  local = await startLocalCloud({ ...ports, drive: 'on-request', machines })
  await local.admin.call('add-account', { id: images.account })
  cloud = createCloud({ ...ports, sessionName: 'test', endpoint: local.endpoint, credentials: async () => local.credentials })
})
afterAll(async () => {
  await local.close()
  await server.stop()
  await rm(folder, { recursive: true })
})

/** A bake's image, with the tags it gets there. */
async function bakedImage(family: string): Promise<string> {
  const seeded = { owner: images.account, name: `drover-${family}`, regions: [images.region] as ['eu-central-1'] }
  const id = (await local.admin.call('seed-image', { ...seeded, rootDirectory: '/image' })).images[images.region] ?? ''
  await cloud.at(images).tag([id], { 'drover:family': family, 'drover:release': `${family}-2026.47.1` })
  return id
}

interface Released {
  readonly image: string
  readonly witness: HeadWitness
  readonly records: readonly LedgerEvent[]
}

/** A release up to its soak, whose head its image carries, and two records more. */
async function released(ledger: Ledger, family: string): Promise<Released> {
  const image = await bakedImage(family)
  const baked = { architecture: 'x86_64', imageId: image, name: family, region: images.region } as const
  const counts = { before: scanCounts(), after: scanCounts() }
  const written = recordsOf(
    [
      anOpening(),
      { type: 'bake.intended', token: 'f'.repeat(32) },
      { type: 'bake.finished', images: [baked], ...counts, evidence: [] },
      { type: 'soak.started', stage: 'dev', until: '2026-11-23T00:00:00.000Z' },
    ],
    { release: `${family}-2026.47.1` },
  )
  const records: LedgerEvent[] = []
  for (const { sequence: _, hash: __, previousHash: ___, ...entry } of written) {
    records.push((await ledger.append(records.at(-1), entry)) as LedgerEvent)
  }
  const witness = createHeadWitness({ cloud }, images, [family])
  expect(await witness.note(replay(records), records[3] as LedgerEvent)).toBeUndefined()
  return { image, witness, records }
}

const inFolder = (): LedgerStore => createFileStore(createFiles(), join(folder, 'ledger'))
const inBucket = (): LedgerStore =>
  createS3Store({ ...ports, bucket: 'acme-ledger', prefix: 'ledger', region, endpoint: server.endpoint, credentials })

/** As somebody with rights to the bucket can. */
async function removeObject(name: string): Promise<void> {
  const client = new S3Client({ region, credentials, endpoint: server.endpoint, forcePathStyle: true })
  await client.send(new DeleteObjectCommand({ Bucket: 'acme-ledger', Key: `ledger/${name}` }))
}

describe.each([
  ['a folder', inFolder, (name: string) => rm(join(folder, 'ledger', name))],
  ['a bucket', inBucket, removeObject],
])('a ledger in %s', (where, store, remove) => {
  const family = where.replace('a ', '')
  let state: Released
  beforeAll(async () => {
    state = await released(createLedger(store()), family)
  })
  const heads = async () => (await state.witness.heads()).heads

  test('that is whole holds what its images carry', async () => {
    expect(await heads()).toEqual([{ sequence: 4, hash: state.records[3]?.hash, source: `${state.image} (${family}-2026.47.1)` }])
    expect(await createLedger(store()).verify(await heads())).toMatchObject({ ok: true, records: 4 })
    expect(await createLedger(store()).read(await heads())).toHaveLength(4)
  })

  test('whose end was cut off is refused, with the records that are missing', async () => {
    for (const name of ['000000003.json', '000000004.json']) await remove(name)
    const short = state.records[3]?.hash.slice(0, 12)
    const message = `the end was cut off: 000000003.json to 000000004.json are missing, for ${state.image} (${family}-2026.47.1) knows record 4 (${short})`
    expect(await createLedger(store()).verify()).toMatchObject({ ok: true, records: 2 })
    expect(await createLedger(store()).verify(await heads())).toEqual({
      ok: false,
      records: 2,
      breach: { kind: 'truncated', sequence: 3, key: '000000003.json', message },
    })
    await expect(createLedger(store()).read(await heads())).rejects.toMatchObject({ problems: [{ code: 'ledger-broken' }] })
  })

  test('and gone on with is refused, with the record from which it is another one', async () => {
    const ledger = createLedger(store())
    for (let more = 0; more < 3; more++) {
      const head = (await ledger.read()).at(-1)
      const at = '2026-11-24T00:00:00.000Z'
      const event = { type: 'bake.failed', cause: `forged ${more}` } as const
      await ledger.append(head, { at, wallAt: at, runner: 'eve', release: 'x', event })
    }
    expect(await ledger.verify()).toMatchObject({ ok: true, records: 5 })
    const told = `000000004.json is not the record ${state.records[3]?.hash.slice(0, 12)} that ${state.image}`
    expect(await ledger.verify(await heads())).toMatchObject({ ok: false, breach: { kind: 'truncated', sequence: 4 } })
    await expect(ledger.read(await heads())).rejects.toThrow(told)
  })
})

test('another family’s images, and what is no head, say nothing', async () => {
  const stray = await bakedImage('batch')
  await cloud.at(images).tag([stray], { 'drover:ledger-head': 'latest' })
  expect(await createHeadWitness({ cloud }, images, ['batch']).heads()).toEqual({ heads: [], unasked: [] })
  expect(await createHeadWitness({ cloud }, images, []).heads()).toEqual({ heads: [], unasked: [] })
})

test('a cloud that refuses stops nothing, and is told', async () => {
  const denied = refusedBy('denied', 'not you')
  const refusing = scriptedCloud(() => ({ tag: async () => denied, findImages: async () => denied }))
  const witness = createHeadWitness({ cloud: refusing }, images, ['web', 'batch'])
  expect(await witness.heads()).toEqual({ heads: [], unasked: ['not you'] })
  const baked = { architecture: 'x86_64', imageId: 'ami-1', name: 'web', region: images.region } as const
  const records = recordsOf([
    anOpening(),
    { type: 'bake.intended', token: 'f'.repeat(32) },
    { type: 'bake.finished', images: [baked], before: scanCounts(), after: scanCounts(), evidence: [] },
  ])
  expect(await witness.note(replay(records), records[2] as LedgerEvent)).toBe("the ledger's head is not on ami-1: not you")
})

test('a word of an earlier head that comes late does not replace that of a later one', async () => {
  const baked = { architecture: 'x86_64', imageId: 'ami-1', name: 'web', region: images.region } as const
  const counts = { before: scanCounts(), after: scanCounts() }
  const records = recordsOf([
    anOpening(),
    { type: 'bake.intended', token: 'f'.repeat(32) },
    { type: 'bake.finished', images: [baked], ...counts, evidence: [] },
    { type: 'soak.started', stage: 'dev', until: '2026-11-23T00:00:00.000Z' },
    { type: 'soak.finished', stage: 'dev' },
  ])
  const carried: (string | undefined)[] = []
  let calls = 0
  const slowAtFirst = scriptedCloud(() => ({
    tag: async (_, tags) => {
      // The first is throttled, and comes through after whatever is not kept waiting for it.
      if (calls++ === 0) await new Promise((goOn) => setTimeout(goOn, 20))
      carried.push(tags['drover:ledger-head'])
      return { ok: true, value: undefined }
    },
  }))
  const witness = createHeadWitness({ cloud: slowAtFirst }, images, ['web'])
  const release = replay(records)
  const [earlier, later] = [records[3], records[4]] as [LedgerEvent, LedgerEvent]
  expect(await Promise.all([witness.note(release, earlier), witness.note(release, later)])).toEqual([undefined, undefined])
  expect(carried.at(-1)).toBe(formatHead(later))
  await witness.note(release, earlier)
  expect(carried.at(-1)).toBe(formatHead(later))
})
