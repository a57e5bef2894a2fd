// A ledger in a bucket: one object a record, written with create-if-absent.

import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { type ProblemCode, ProblemError } from '../kernel/index.ts'
import type { Clock, CloudFailureKind, LedgerStore, Random } from '../ports/index.ts'
import { patientBackoff, pauseAfter } from './backoff.ts'
import type { ClientSettings } from './clients.ts'
import { failureOf, retryOf } from './failure.ts'
import { retried } from './retried.ts'

export interface S3StoreOptions extends Partial<Omit<ClientSettings, 'region'>> {
  readonly bucket: string
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string
  readonly region: string
  readonly clock: Clock
  readonly random: Random
}

/** Rejects with a ProblemError when the bucket can't be reached, entered or found. */
export function createS3Store(options: S3StoreOptions): LedgerStore {
  const client = createClient(options)
  const location = `s3://${[options.bucket, options.prefix].filter((part) => part !== '').join('/')}`
  const store: S3Store = { ...options, client, location, folder: options.prefix === '' ? '' : `${options.prefix}/` }
  return {
    location,
    putIfAbsent: (key, bytes) => asProblem(store, `PutObject ${key}`, () => putIfAbsent(store, key, bytes)),
    get: (key) => asProblem(store, `GetObject ${key}`, () => get(store, key)),
    list: () => asProblem(store, 'ListObjectsV2', () => list(store)),
  }
}

interface S3Store extends S3StoreOptions {
  readonly client: S3Client
  readonly location: string
  /** The prefix with its slash, or nothing. */
  readonly folder: string
}

function createClient({ region, endpoint, credentials, requestHandler }: S3StoreOptions): S3Client {
  const configuration: S3ClientConfig = {
    region,
    // Drover retries by itself, through its clock.
    maxAttempts: 1,
    // The ledger's own chain judges what comes back, and says which record was changed.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: requestHandler ?? { connectionTimeout: 10_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
    ...(credentials === undefined ? {} : { credentials }),
    // A server of one's own seldom has a name for each bucket.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  }
  return new S3Client(configuration)
}

/** `exists` only when it is somebody else's: after a lost answer our own may be there. */
async function putIfAbsent(store: S3Store, key: string, bytes: Uint8Array): Promise<'written' | 'exists'> {
  let mayBeOurs = false
  for (let failed = 1; ; failed++) {
    try {
      await store.client.send(
        new PutObjectCommand({
          Bucket: store.bucket,
          Key: `${store.folder}${key}`,
          Body: bytes,
          ContentType: 'application/json',
          IfNoneMatch: '*',
        }),
      )
      return 'written'
    } catch (error) {
      if (isPreconditionFailed(error)) return mayBeOurs && isSame(await get(store, key), bytes) ? 'written' : 'exists'
      const retry = isConflict(error) ? 'refused' : retryOf(error)
      if (retry === 'never' || failed >= patientBackoff.tries) throw error
      mayBeOurs ||= retry === 'uncertain'
    }
    await store.clock.pause(pauseAfter(failed, patientBackoff, store.random))
  }
}

async function get(store: S3Store, key: string): Promise<Uint8Array | undefined> {
  try {
    return await again(store, async () => {
      const answer = await store.client.send(new GetObjectCommand({ Bucket: store.bucket, Key: `${store.folder}${key}` }))
      return answer.Body?.transformToByteArray()
    })
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined
    throw error
  }
}

async function list(store: S3Store): Promise<readonly string[]> {
  const keys: string[] = []
  let token: string | undefined
  do {
    const request = new ListObjectsV2Command({
      Bucket: store.bucket,
      Prefix: store.folder,
      Delimiter: '/',
      ContinuationToken: token,
    })
    const page = await again(store, () => store.client.send(request))
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key.slice(store.folder.length))
    token = page.NextContinuationToken
  } while (token !== undefined)
  return keys.sort()
}

function again<Output>({ clock, random }: S3Store, request: () => Promise<Output>): Promise<Output> {
  return retried(request, { clock, random, backoff: patientBackoff, repeat: 'safe' })
}

/** 412: the key is taken. */
function isPreconditionFailed(error: unknown): boolean {
  return error instanceof Error && error.name === 'PreconditionFailed'
}

/** 409: another write of the key was under way; whether it took the key shows the next time. */
function isConflict(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalRequestConflict'
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0
}

const codes: Partial<Record<CloudFailureKind, ProblemCode>> = {
  'not-found': 'not-found',
  denied: 'missing-right',
  'expired-credentials': 'missing-right',
}

async function asProblem<Output>(store: S3Store, action: string, act: () => Promise<Output>): Promise<Output> {
  try {
    return await act()
  } catch (error) {
    const { kind, code, message } = failureOf(error, `the ledger in ${store.location} can't be used: ${action}`)
    throw new ProblemError({
      code: code === 'NoSuchBucket' ? 'not-found' : (codes[kind] ?? 'ledger-unreachable'),
      message,
      hint: 'Check the bucket, its region and the rights to s3:ListBucket, s3:GetObject and s3:PutObject; then run the same again.',
    })
  }
}
