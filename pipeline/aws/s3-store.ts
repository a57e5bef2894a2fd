// A ledger in a bucket: one object a record, written with create-if-absent.

import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import type { LedgerStore } from '../ports/index.ts'
import { patientBackoff, pauseAfter } from './backoff.ts'
import { retryOf } from './failure.ts'
import { again, asProblem, isConflict, isPreconditionFailed, type OpenBucket, openBucket, type S3Place } from './s3-bucket.ts'

/** Rejects with a ProblemError when the bucket can't be reached, entered or found. */
export function createS3Store(place: S3Place): LedgerStore {
  const bucket = openBucket(place)
  const judged = <Output>(action: string, act: () => Promise<Output>) => asProblem(bucket, 'the ledger', action, act)
  return {
    location: bucket.location,
    putIfAbsent: (key, bytes) => judged(`PutObject ${key}`, () => putIfAbsent(bucket, key, bytes)),
    get: (key) => judged(`GetObject ${key}`, async () => (await get(bucket, key))?.bytes),
    list: () => judged('ListObjectsV2', () => list(bucket)),
  }
}

/** `exists` only when it is somebody else's: after a lost answer our own may be there. */
async function putIfAbsent(bucket: OpenBucket, key: string, bytes: Uint8Array): Promise<'written' | 'exists'> {
  // Two runners of one name may write the very same bytes; this tells whose they are.
  const writer = bucket.random.hex(32)
  let mayBeOurs = false
  for (let failed = 1; ; failed++) {
    try {
      await bucket.client.send(
        new PutObjectCommand({
          Bucket: bucket.bucket,
          Key: `${bucket.folder}${key}`,
          Body: bytes,
          ContentType: 'application/json',
          Metadata: { writer },
          IfNoneMatch: '*',
        }),
      )
      return 'written'
    } catch (error) {
      if (isPreconditionFailed(error)) return mayBeOurs && isOurs(await get(bucket, key), bytes, writer) ? 'written' : 'exists'
      const retry = isConflict(error) ? 'refused' : retryOf(error)
      if (retry === 'never' || failed >= patientBackoff.tries) throw error
      mayBeOurs ||= retry === 'uncertain'
    }
    await bucket.clock.pause(pauseAfter(failed, patientBackoff, bucket.random))
  }
}

interface Stored {
  readonly bytes: Uint8Array
  /** Undefined where a server of one's own keeps no metadata. */
  readonly writer: string | undefined
}

async function get(bucket: OpenBucket, key: string): Promise<Stored | undefined> {
  try {
    return await again(bucket, async () => {
      const { client, folder } = bucket
      const answer = await client.send(new GetObjectCommand({ Bucket: bucket.bucket, Key: `${folder}${key}` }))
      return answer.Body && { bytes: await answer.Body.transformToByteArray(), writer: answer.Metadata?.writer }
    })
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined
    throw error
  }
}

async function list(bucket: OpenBucket): Promise<readonly string[]> {
  const keys: string[] = []
  let token: string | undefined
  do {
    const request = new ListObjectsV2Command({
      Bucket: bucket.bucket,
      Prefix: bucket.folder,
      Delimiter: '/',
      ContinuationToken: token,
    })
    const page = await again(bucket, () => bucket.client.send(request))
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key.slice(bucket.folder.length))
    token = page.NextContinuationToken
  } while (token !== undefined)
  return keys.sort()
}

function isOurs(stored: Stored | undefined, bytes: Uint8Array, writer: string): boolean {
  return stored !== undefined && (stored.writer ?? writer) === writer && Buffer.compare(stored.bytes, bytes) === 0
}
