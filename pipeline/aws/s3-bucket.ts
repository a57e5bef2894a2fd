// A place in a bucket, as the ledger and its evidence share it: client, keys, patience, and what is wrong in words for people.

import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { type ProblemCode, ProblemError } from '../kernel/index.ts'
import type { Clock, CloudFailureKind, Random } from '../ports/index.ts'
import { patientBackoff } from './backoff.ts'
import { type ClientSettings, fipsSetting } from './clients.ts'
import { failureOf } from './failure.ts'
import { retried } from './retried.ts'

export interface S3Place extends Partial<Omit<ClientSettings, 'region'>> {
  readonly bucket: string
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string
  readonly region: string
  readonly clock: Clock
  readonly random: Random
}

export interface OpenBucket extends S3Place {
  readonly client: S3Client
  /** `s3://bucket/prefix`. */
  readonly location: string
  /** The prefix with its slash, or nothing. */
  readonly folder: string
}

export function openBucket(place: S3Place): OpenBucket {
  const { bucket, prefix } = place
  const location = `s3://${[bucket, prefix].filter((part) => part !== '').join('/')}`
  return { ...place, client: createClient(place), location, folder: prefix === '' ? '' : `${prefix}/` }
}

function createClient({ region, endpoint, credentials, requestHandler, fips }: S3Place): S3Client {
  const configuration: S3ClientConfig = {
    region,
    // Drover retries by itself, through its clock.
    maxAttempts: 1,
    // What goes wrong is told by whoever asked; the SDK's own word on the console helps nobody.
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    // The ledger's own chain and the evidence's digests judge what comes back, and say what was changed.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: requestHandler ?? { connectionTimeout: 10_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
    ...(credentials === undefined ? {} : { credentials }),
    // A server of one's own seldom has a name for each bucket.
    ...(endpoint === undefined ? fipsSetting(fips) : { endpoint, forcePathStyle: true }),
  }
  return new S3Client(configuration)
}

function silent(): void {}

/** For requests that a second one can't hurt. */
export function again<Output>({ clock, random }: OpenBucket, request: () => Promise<Output>): Promise<Output> {
  return retried(request, { clock, random, backoff: patientBackoff, repeat: 'safe' })
}

/** 412: the key is taken. */
export function isPreconditionFailed(error: unknown): boolean {
  return error instanceof Error && error.name === 'PreconditionFailed'
}

/** 409: another write of the key was under way; whether it took the key shows the next time. */
export function isConflict(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalRequestConflict'
}

const codes: Partial<Record<CloudFailureKind, ProblemCode>> = {
  'not-found': 'not-found',
  denied: 'missing-right',
  'expired-credentials': 'missing-right',
}

/** `what` is kept there: `the ledger`, `the evidence`. Rejects with a ProblemError for whatever goes wrong at the bucket. */
export async function asProblem<Output>(
  { location }: OpenBucket,
  what: string,
  action: string,
  act: () => Promise<Output>,
): Promise<Output> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof ProblemError) throw error
    const { kind, code, message } = failureOf(error, `${what} in ${location} can't be used: ${action}`)
    throw new ProblemError({
      code: code === 'NoSuchBucket' ? 'not-found' : (codes[kind] ?? 'ledger-unreachable'),
      message,
      hint: 'Check the bucket, its region and the rights to s3:ListBucket, s3:GetObject and s3:PutObject; then run the same again.',
    })
  }
}
