// Evidence in a real bucket: stored once by its digest, whatever goes wrong on the way, and never believed unread.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createS3Evidence, createS3Store, type S3Place } from '../../pipeline/aws/index.ts'
import { sha256 } from '../../pipeline/kernel/index.ts'
import { createFiles, createRandom } from '../../pipeline/system/index.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { type Mischief, startProxy } from './s3-proxy.ts'
import { credentials, region, type S3Server, startS3Server } from './s3-server.ts'

let server: S3Server
let folder: string
let file: string
let prefix = 'evidence-0'
const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251))
const digest = sha256(content)

beforeAll(async () => {
  server = await startS3Server('acme-ledger')
  folder = await mkdtemp(join(tmpdir(), 'drover-evidence-'))
  file = join(folder, 'arf.xml')
})
beforeEach(async () => {
  prefix = `evidence-${Number(prefix.split('-')[1]) + 1}`
  await writeFile(file, content)
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})

function place(options: Partial<S3Place> = {}): S3Place {
  const where = { bucket: 'acme-ledger', prefix, region, endpoint: server.endpoint, credentials }
  return { ...where, clock: createVirtualClock(), random: createRandom(), ...options }
}

const evidence = (options: Partial<S3Place> = {}) => createS3Evidence({ ...place(options), files: createFiles() })
const stored = () => readdir(join(server.folder, 'acme-ledger', prefix, 'sha256'))

/** Whatever somebody else with rights to the bucket puts there. */
async function forge(key: string, Body: string): Promise<void> {
  const client = new S3Client({ region, credentials, endpoint: server.endpoint, forcePathStyle: true })
  await client.send(new PutObjectCommand({ Bucket: 'acme-ledger', Key: `${prefix}/sha256/${key}`, Body }))
}

describe('evidence in a bucket', () => {
  it('is kept once under its digest, and fetched whole by a runner that has nothing', async () => {
    expect(await evidence().keep(file, digest)).toBe('kept')
    expect(await evidence().keep(file, digest)).toBe('kept')
    expect(await stored()).toEqual([digest])
    const copy = join(folder, prefix, 'a', 'copy')
    expect(await evidence().fetch(digest, copy)).toBe('fetched')
    expect(sha256(await readFile(copy))).toBe(digest)
    expect(await evidence().fetch(sha256('never kept'), copy)).toBe('missing')
  })

  it('is nothing that a ledger of the same prefix takes for a record', async () => {
    await evidence().keep(file, digest)
    expect(await createS3Store(place()).list()).toEqual([])
  })

  it('takes a file of no bytes, and tells one that is not there', async () => {
    const empty = join(folder, 'empty')
    await writeFile(empty, '')
    expect(await evidence().keep(empty, sha256(''))).toBe('kept')
    expect(await evidence().fetch(sha256(''), join(folder, prefix))).toBe('fetched')
    expect(await evidence().keep(join(folder, 'none'), digest)).toBe('missing')
  })

  it('refuses a file that is not what it is said to be', async () => {
    await writeFile(file, 'something else')
    expect(await evidence().keep(file, digest)).toBe('altered')
    await expect(stored()).rejects.toThrow('ENOENT')
  })

  it('refuses what somebody else has put under the digest, kept or fetched, and leaves the disk as it was', async () => {
    await forge(digest, 'forged')
    expect(await evidence().keep(file, digest)).toBe('altered')
    expect(await evidence().fetch(digest, file)).toBe('altered')
    expect(sha256(await readFile(file))).toBe(digest)
    expect((await readdir(folder)).filter((name) => name.includes('.tmp'))).toEqual([])
  })

  it('finds what was changed behind the server’s back', async () => {
    await evidence().keep(file, digest)
    await writeFile(join(server.folder, 'acme-ledger', prefix, 'sha256', digest), 'changed')
    expect(await evidence().fetch(digest, file)).toBe('altered')
  })

  it.each([
    ['the answer to the writing is lost', ['none', 'lose the answer']],
    ['the writing itself is lost', ['none', 'lose the request']],
    ['the first question is lost', ['lose the answer']],
    ['the server is busy', ['503 SlowDown', '503 SlowDown']],
    ['the server breaks down', ['none', '500 InternalError', '500 InternalError', 'none', 'none']],
    ['another write is under way', ['none', '409 ConditionalRequestConflict']],
    ['another runner was first', ['none', '412 PreconditionFailed']],
    ['the answer is late', ['none', 'delay the answer']],
  ] satisfies readonly (readonly [string, readonly Mischief[]])[])('is kept although %s', async (_, mischief) => {
    const proxy = await startProxy(server.endpoint, mischief)
    const requestHandler = { requestTimeout: 400, throwOnRequestTimeout: true }
    expect(await evidence({ endpoint: proxy.endpoint, requestHandler }).keep(file, digest)).toBe('kept')
    await proxy.stop()
    const copy = join(folder, prefix)
    expect(await evidence().fetch(digest, copy)).toBe('fetched')
    expect(sha256(await readFile(copy))).toBe(digest)
  })

  it.each([
    ['cut off', 'cut the answer'],
    ['lost', 'lose the answer'],
    ['refused for now', '503 SlowDown'],
  ] as const)('is fetched whole although an answer was %s', async (_, mischief) => {
    await evidence().keep(file, digest)
    const proxy = await startProxy(server.endpoint, [mischief, mischief])
    const copy = join(folder, prefix)
    expect(await evidence({ endpoint: proxy.endpoint }).fetch(digest, copy)).toBe('fetched')
    expect(sha256(await readFile(copy))).toBe(digest)
    await proxy.stop()
  })

  it('is kept by ten runners at once as by one', async () => {
    const proxy = await startProxy(server.endpoint, [])
    const runners = Array.from({ length: 10 }, () => evidence({ endpoint: proxy.endpoint }))
    expect(await Promise.all(runners.map((runner) => runner.keep(file, digest)))).toEqual(runners.map(() => 'kept'))
    await proxy.stop()
    expect(await stored()).toEqual([digest])
    expect(await evidence().fetch(digest, join(folder, prefix))).toBe('fetched')
  })

  it('says what is wrong when it cannot be kept', async () => {
    const wrongKey = evidence({ credentials: { ...credentials, secretAccessKey: 'wrong' } })
    await expect(wrongKey.keep(file, digest)).rejects.toMatchObject({ problems: [{ code: 'missing-right' }] })
    await expect(evidence({ bucket: 'no-such-bucket' }).fetch(digest, file)).rejects.toMatchObject({
      problems: [{ code: 'not-found' }],
    })
    await expect(evidence({ endpoint: 'http://127.0.0.1:9' }).keep(file, digest)).rejects.toThrow(
      `the evidence in s3://acme-ledger/${prefix} can't be used: PutObject ${digest}`,
    )
  })
})
