// What a bucket does against overwriting and deleting, asked of a real S3 server, and what comes of it.

import { readFile, writeFile } from 'node:fs/promises'
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectLockConfigurationCommand, S3Client } from '@aws-sdk/client-s3'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createS3Store, readBucketProtection, type S3Place } from '../../pipeline/aws/index.ts'
import { createLedger, judgeProtection } from '../../pipeline/ledger/index.ts'
import { createRandom } from '../../pipeline/system/index.ts'
import { acmeCheckout, type Checkout } from '../cli/acme-checkout.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { startProxy } from './s3-proxy.ts'
import { credentials, region, type S3Server, startS3Server } from './s3-server.ts'
import { appendAll, someEvents } from './support.ts'

let server: S3Server
let checkout: Checkout

beforeAll(async () => {
  server = await startS3Server('acme-plain', 'acme-versions')
  checkout = await acmeCheckout()
  const client = new S3Client({ region, credentials, endpoint: server.endpoint, forcePathStyle: true })
  const enabled = { VersioningConfiguration: { Status: 'Enabled' } } as const
  await client.send(new PutBucketVersioningCommand({ Bucket: 'acme-versions', ...enabled }))
  for (const Bucket of ['acme-lock', 'acme-retention'])
    await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }))
  const Rule = { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } } as const
  const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule } as const
  await client.send(new PutObjectLockConfigurationCommand({ Bucket: 'acme-retention', ObjectLockConfiguration }))
})
afterAll(async () => {
  await checkout.remove()
  await server.stop()
})

function placeOf(bucket: string, options: Partial<S3Place> = {}): S3Place {
  const where = { bucket, prefix: 'ledger', region, endpoint: server.endpoint, credentials }
  return { ...where, clock: createVirtualClock(), random: createRandom(), ...options }
}

function ask(bucket: string, options: Partial<S3Place> = {}, patient = false) {
  return readBucketProtection({ ...placeOf(bucket, options), patient })
}

describe('a bucket', () => {
  it.each([
    ['acme-plain', 'off', 'off'],
    ['acme-versions', 'on', 'off'],
    ['acme-lock', 'on', 'without-retention'],
    ['acme-retention', 'on', 'on'],
  ])('%s has its versioning %s and its object lock %s', async (bucket, versioning, objectLock) => {
    expect(await ask(bucket)).toEqual({ bucket, versioning: { state: versioning }, objectLock: { state: objectLock } })
  })

  it('that may not be asked says so, and so does one that is not there', async () => {
    const denied = await ask('acme-versions', { credentials: { ...credentials, secretAccessKey: 'wrong' } })
    expect([denied.versioning.state, denied.objectLock.state]).toEqual(['denied', 'denied'])
    const message = 'GetBucketVersioning of the bucket acme-none: The specified bucket does not exist (NoSuchBucket)'
    expect((await ask('acme-none')).versioning).toEqual({ state: 'unreached', message })
  })

  it('is asked again when the server is busy, by who has the time', async () => {
    const proxy = await startProxy(server.endpoint, ['503 SlowDown', '503 SlowDown', '500 InternalError'])
    const { versioning } = await ask('acme-versions', { endpoint: proxy.endpoint }, true)
    expect(versioning).toEqual({ state: 'on' })
    await proxy.stop()
    const busy = await startProxy(server.endpoint, ['503 SlowDown', '503 SlowDown'])
    expect((await ask('acme-versions', { endpoint: busy.endpoint })).versioning.state).toBe('unreached')
    await busy.stop()
  })

  it('that locks what is written there takes a ledger like any other', async () => {
    const ledger = createLedger(createS3Store(placeOf('acme-retention')))
    await appendAll(ledger, someEvents)
    expect(await ledger.verify()).toMatchObject({ ok: true, records: someEvents.length })
  })
})

describe('what comes of it', () => {
  const on = { state: 'on' } as const
  const denied = { state: 'denied', message: 'no' } as const
  const unreached = { state: 'unreached', message: 'nobody there' } as const
  const judge = (versioning: typeof on | { state: 'off' } | typeof denied | typeof unreached, objectLock = on as object) =>
    judgeProtection([{ use: 'ledger', bucket: 'b', versioning, objectLock: objectLock as typeof on }])

  it('is a problem without versions, or with nobody allowed to ask; of no lock only a word', () => {
    expect(judge(on)).toEqual({ problems: [], warnings: [], unasked: [] })
    expect(judge({ state: 'off' }).problems).toMatchObject([
      { code: 'ledger-unprotected', hint: expect.stringContaining('put-bucket-versioning --bucket b ') },
    ])
    expect(judge(denied).problems).toMatchObject([{ code: 'ledger-unprotected' }])
    expect(judge(on, { state: 'off' })).toMatchObject({ problems: [], warnings: [expect.stringContaining('no object lock')] })
    expect(judge(on, { state: 'without-retention' }).warnings).toEqual([expect.stringContaining('no default retention')])
    expect(judge(on, denied).warnings).toEqual(["it can't be known whether the bucket b of the ledger has object lock: no"])
    expect(judge(unreached, unreached)).toEqual({ problems: [], warnings: [], unasked: ['nobody there'] })
  })
})

describe('drover', () => {
  const root = new URL('../..', import.meta.url).pathname

  /** With that bucket for its ledger. */
  async function drover(bucket: string, ...argv: readonly string[]) {
    const written = await readFile(checkout.file, 'utf8')
    await writeFile(checkout.file, written.replace(/^ledger: .*$/m, `ledger: s3://${bucket}/ledger?region=${region}`))
    const commit = ['-c', 'user.name=Ada', '-c', 'user.email=ada@acme.example', 'commit', '--quiet', '-am', bucket]
    await execa('git', commit, { cwd: checkout.directory, reject: false })
    return execa(
      process.execPath,
      ['--import', `${root}node_modules/tsx/dist/loader.mjs`, `${root}pipeline/cli/main.ts`, ...argv],
      {
        cwd: checkout.directory,
        reject: false,
        env: {
          DROVER_CONFIG: '',
          NO_COLOR: '1',
          AWS_ENDPOINT_URL_S3: server.endpoint,
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        },
      },
    )
  }

  it('config check tells a ledger without versions, warns of no lock, and only notes what it could not reach', async () => {
    const plain = await drover('acme-plain', 'config', 'check')
    expect(plain.stdout).toContain('the bucket acme-plain of the ledger keeps no versions')
    expect(plain.exitCode).toBe(2)
    const versions = await drover('acme-versions', 'config', 'check')
    expect(versions.exitCode).toBe(0)
    expect(versions.stderr).toContain('warning: the bucket acme-versions of the ledger has no object lock')
    const nowhere = await drover('acme-none', 'config', 'check')
    expect(nowhere.exitCode).toBe(0)
    expect(nowhere.stderr).toContain('not asked how the ledger is protected: GetBucketVersioning of the bucket acme-none')
  })

  it('release refuses the weekly lane before it asks anything else', async () => {
    const { exitCode, stderr } = await drover('acme-plain', 'release', 'web')
    expect(stderr).toContain('[ledger-unprotected]')
    expect(exitCode).toBe(2)
    expect(await createS3Store(placeOf('acme-plain')).list()).toEqual([])
  })
})
