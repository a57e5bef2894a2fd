import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createS3Store, type S3Place } from '../../pipeline/aws/index.ts'
import { createFileStore, createLedger } from '../../pipeline/ledger/index.ts'
import { createFiles, createRandom } from '../../pipeline/system/index.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { startProxy } from './s3-proxy.ts'
import { credentials, region, type S3Server, startS3Server } from './s3-server.ts'
import { appendAll, someEvents } from './support.ts'

let server: S3Server

beforeAll(async () => {
  server = await startS3Server('acme-ledger')
})
afterAll(() => server.stop())

function storeIn(prefix: string, options: Partial<S3Place> = {}) {
  const clock = createVirtualClock()
  const place = { bucket: 'acme-ledger', prefix, region, endpoint: server.endpoint, credentials }
  return createS3Store({ ...place, clock, random: createRandom(), ...options })
}

const bytes = (text: string) => new TextEncoder().encode(text)

describe('a ledger in a bucket', () => {
  it('is the same on S3 as in a folder, record by record', async () => {
    const records = await appendAll(createLedger(storeIn('same')), someEvents)
    const copy = await mkdtemp(join(tmpdir(), 'drover-ledger-'))
    await cp(join(server.folder, 'acme-ledger', 'same'), copy, { recursive: true })
    expect(await createLedger(createFileStore(createFiles(), copy)).read()).toEqual(records)
    expect(await createLedger(storeIn('same')).read()).toEqual(records)
    await rm(copy, { recursive: true })
  })

  it('lets one of many writers win', async () => {
    const proxy = await startProxy(server.endpoint, [])
    const stores = Array.from({ length: 32 }, () => storeIn('race', { endpoint: proxy.endpoint }))
    const answers = await Promise.all(stores.map((store, index) => store.putIfAbsent('000000001.json', bytes(`${index}`))))
    await proxy.stop()
    expect(answers.filter((answer) => answer === 'written')).toHaveLength(1)
    expect(await storeIn('race').get('000000001.json')).toEqual(bytes(`${answers.indexOf('written')}`))
  })

  it('finds what was changed behind its back', async () => {
    const ledger = createLedger(storeIn('changed'))
    await appendAll(ledger, someEvents)
    const path = join(server.folder, 'acme-ledger', 'changed', '000000002.json')
    await writeFile(path, (await readFile(path, 'utf8')).replace('grün', 'rot'))
    expect(await ledger.verify()).toMatchObject({ ok: false, breach: { kind: 'altered', key: '000000002.json' } })
  })

  it('lists every page, of its own prefix only', async () => {
    const store = storeIn('pages')
    const keys = Array.from({ length: 1_005 }, (_, index) => `${String(index).padStart(9, '0')}.json`)
    await mkdir(join(server.folder, 'acme-ledger', 'pages'))
    await Promise.all(keys.map((key) => writeFile(join(server.folder, 'acme-ledger', 'pages', key), 'x')))
    await storeIn('pages/below').putIfAbsent('other', bytes('x'))
    await storeIn('pages-beside').putIfAbsent('other', bytes('x'))
    expect(await store.list()).toEqual(keys)
    expect(await storeIn('empty').list()).toEqual([])
  })

  it('keeps records at the top of a bucket too', async () => {
    expect(await storeIn('').putIfAbsent('top.json', bytes('x'))).toBe('written')
    expect(await storeIn('').list()).toContain('top.json')
    expect(await storeIn('').get('none.json')).toBeUndefined()
  })

  it('knows its own record again after the answer to its writing was lost', async () => {
    const proxy = await startProxy(server.endpoint, ['lose the answer'])
    const store = storeIn('lost', { endpoint: proxy.endpoint })
    expect(await store.putIfAbsent('000000001.json', bytes('ours'))).toBe('written')
    expect(proxy.statuses()).toEqual([200, 412, 200])
    expect(await store.putIfAbsent('000000001.json', bytes('ours'))).toBe('exists')
    await proxy.stop()
  })

  it("knows another's record after an answer was lost", async () => {
    await storeIn('lost-race').putIfAbsent('000000001.json', bytes('theirs'))
    const proxy = await startProxy(server.endpoint, ['lose the request'])
    expect(await storeIn('lost-race', { endpoint: proxy.endpoint }).putIfAbsent('000000001.json', bytes('ours'))).toBe('exists')
    await proxy.stop()
  })

  it('does not take the very same bytes of a namesake for its own', async () => {
    const proxy = await startProxy(server.endpoint, ['lose the request'])
    const clock = createVirtualClock()
    // While this one waits to try again, another runner of the same name writes what it was about to write.
    const pause = async () => expect(await storeIn('namesake').putIfAbsent('000000001.json', bytes('same'))).toBe('written')
    const store = storeIn('namesake', { endpoint: proxy.endpoint, clock: { ...clock, pause: async () => void (await pause()) } })
    expect(await store.putIfAbsent('000000001.json', bytes('same'))).toBe('exists')
    expect(proxy.statuses()).toEqual([412, 200])
    await proxy.stop()
  })

  it('tries again when another write of the same key was under way, or the server is busy', async () => {
    const proxy = await startProxy(server.endpoint, [
      '409 ConditionalRequestConflict',
      '503 SlowDown',
      '409 ConditionalRequestConflict',
    ])
    expect(await storeIn('conflict', { endpoint: proxy.endpoint }).putIfAbsent('000000001.json', bytes('ours'))).toBe('written')
    expect(proxy.statuses()).toEqual([409, 503, 409, 200])
    await proxy.stop()
  })

  it('says what is wrong when it cannot be used', async () => {
    const wrongKey = storeIn('x', { credentials: { ...credentials, secretAccessKey: 'wrong' } })
    await expect(wrongKey.list()).rejects.toMatchObject({ problems: [{ code: 'missing-right' }] })
    await expect(storeIn('x', { bucket: 'no-such-bucket' }).list()).rejects.toMatchObject({ problems: [{ code: 'not-found' }] })
    const nowhere = storeIn('x', { endpoint: 'http://127.0.0.1:9' })
    await expect(nowhere.putIfAbsent('k', bytes('x'))).rejects.toThrow(
      "the ledger in s3://acme-ledger/x can't be used: PutObject k",
    )
    await expect(nowhere.list()).rejects.toMatchObject({ problems: [{ code: 'ledger-unreachable' }] })
  })
})
