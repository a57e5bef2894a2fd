// Evidence in a bucket: one object a content, under its SHA-256, which S3 itself checks when it is written and we when it is read.

import { Readable } from 'node:stream'
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { provenPieces } from '../kernel/index.ts'
import type { EvidenceStore, Files } from '../ports/index.ts'
import { patientBackoff, pauseAfter } from './backoff.ts'
import { retryOf } from './failure.ts'
import { again, asProblem, isConflict, isPreconditionFailed, type OpenBucket, openBucket, type S3Place } from './s3-bucket.ts'

export interface S3EvidenceOptions extends S3Place {
  readonly files: Files
}

/** Rejects with a ProblemError when the bucket can't be reached, entered or found. */
export function createS3Evidence(options: S3EvidenceOptions): EvidenceStore {
  const bucket: Bucket = { ...openBucket(options), files: options.files }
  return {
    location: `${bucket.location}/sha256`,
    keep: (file, sha256) =>
      asProblem(bucket, 'the evidence', `PutObject ${sha256}`, () => asAnswer(async () => keep(bucket, file, sha256))),
    fetch: (sha256, file) =>
      asProblem(bucket, 'the evidence', `GetObject ${sha256}`, () => asAnswer(async () => fetch(bucket, sha256, file))),
  }
}

type Bucket = OpenBucket & { readonly files: Files }

/** Below a folder of its own: a ledger with the same prefix never lists it. */
function keyOf({ folder }: OpenBucket, sha256: string): string {
  return `${folder}sha256/${sha256}`
}

async function keep(bucket: Bucket, file: string, sha256: string): Promise<'kept' | 'missing'> {
  const sizeBytes = await proveFile(bucket, file, sha256)
  if (sizeBytes === undefined) return 'missing'
  for (let failed = 1; ; failed++) {
    try {
      // First asked: S3 answers 412 without reading on, and what is large would be sent into a closed connection.
      if (!(await isKept(bucket, sha256))) await put(bucket, file, sha256, sizeBytes)
      return 'kept'
    } catch (error) {
      const taken = isPreconditionFailed(error) || isConflict(error)
      if ((!taken && retryOf(error) === 'never') || failed >= patientBackoff.tries) throw error
    }
    await bucket.clock.pause(pauseAfter(failed, patientBackoff, bucket.random))
  }
}

/** Its size; undefined when there is no file. */
async function proveFile({ files }: Bucket, file: string, sha256: string): Promise<number | undefined> {
  if ((await files.kind(file)) !== 'file') return undefined
  let sizeBytes = 0
  for await (const piece of provenPieces(files.readPieces(file), sha256, refuse)) sizeBytes += piece.length
  return sizeBytes
}

/** S3 says which SHA-256 it found when the object was written; where it doesn't, the object is read. */
async function isKept(bucket: Bucket, sha256: string): Promise<boolean> {
  const place = { Bucket: bucket.bucket, Key: keyOf(bucket, sha256) }
  try {
    const { ChecksumSHA256 } = await again(bucket, () =>
      bucket.client.send(new HeadObjectCommand({ ...place, ChecksumMode: 'ENABLED' })),
    )
    if (ChecksumSHA256 === base64Of(sha256)) return true
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFound') return false
    throw error
  }
  for await (const _ of await openKept(bucket, sha256));
  return true
}

async function put(bucket: Bucket, file: string, sha256: string, sizeBytes: number): Promise<void> {
  const request = new PutObjectCommand({
    Bucket: bucket.bucket,
    Key: keyOf(bucket, sha256),
    Body: Readable.from(bucket.files.readPieces(file)),
    ContentLength: sizeBytes,
    ChecksumSHA256: base64Of(sha256),
    IfNoneMatch: '*',
  })
  // Signed with what the content must be: nothing has to be read ahead for it, and nothing else is taken.
  request.middlewareStack.add(
    (next) => (args) => {
      ;(args.request as { readonly headers: Record<string, string> }).headers['x-amz-content-sha256'] = sha256
      return next(args)
    },
    { step: 'build', name: 'signContentDigest' },
  )
  try {
    await bucket.client.send(request)
  } catch (error) {
    // The file was changed since it was proven.
    if (error instanceof Error && otherContent.has(error.name)) throw new Altered()
    throw error
  }
}

const otherContent = new Set(['XAmzContentSHA256Mismatch', 'BadDigest'])

async function fetch(bucket: Bucket, sha256: string, file: string): Promise<'fetched' | 'missing'> {
  try {
    await again(bucket, async () => bucket.files.writePieces(file, await openKept(bucket, sha256)))
    return 'fetched'
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return 'missing'
    throw error
  }
}

/** Throws behind the last piece when it isn't what its key says. */
async function openKept(bucket: Bucket, sha256: string): Promise<AsyncIterable<Uint8Array>> {
  const answer = await bucket.client.send(new GetObjectCommand({ Bucket: bucket.bucket, Key: keyOf(bucket, sha256) }))
  return provenPieces(answer.Body as AsyncIterable<Uint8Array>, sha256, refuse)
}

class Altered extends Error {}

function refuse(): never {
  throw new Altered()
}

async function asAnswer<Answer>(act: () => Promise<Answer>): Promise<Answer | 'altered'> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof Altered) return 'altered'
    throw error
  }
}

function base64Of(sha256: string): string {
  return Buffer.from(sha256, 'hex').toString('base64')
}
