// What a bucket says of its versions and its locks.

import { GetBucketVersioningCommand, GetObjectLockConfigurationCommand } from '@aws-sdk/client-s3'
import type { Asked, BucketProtection } from '../ports/index.ts'
import { failureOf, retryOf } from './failure.ts'
import { again, type OpenBucket, openBucket, type S3Place } from './s3-bucket.ts'

export interface ProtectionWish extends S3Place {
  /** Tries again as a release does; else one try has to do. */
  readonly patient: boolean
}

/** Never throws: what can't be asked is part of the answer. */
export async function readBucketProtection({ patient, ...place }: ProtectionWish): Promise<BucketProtection> {
  const bucket = openBucket(place)
  const { client } = bucket
  const request = { Bucket: bucket.bucket }
  const ask = <Output>(send: () => Promise<Output>): Promise<Output> => (patient ? again(bucket, send) : send())
  const [versioning, objectLock] = await Promise.all([
    // "If you have never enabled (or suspended) versioning on a bucket, this operation returns an empty Status" [doc: GetBucketVersioning].
    answerOf(bucket, 'GetBucketVersioning', async () => {
      const { Status } = await ask(() => client.send(new GetBucketVersioningCommand(request)))
      return Status === 'Enabled' ? 'on' : 'off'
    }),
    answerOf(bucket, 'GetObjectLockConfiguration', async () => {
      const { ObjectLockConfiguration: lock } = await ask(() => client.send(new GetObjectLockConfigurationCommand(request)))
      if (lock?.ObjectLockEnabled !== 'Enabled') return 'off'
      return lock.Rule?.DefaultRetention?.Mode === undefined ? 'without-retention' : 'on'
    }),
  ])
  return { bucket: bucket.bucket, versioning, objectLock }
}

async function answerOf<State extends string>(
  { bucket }: OpenBucket,
  action: string,
  ask: () => Promise<State>,
): Promise<Asked<State | 'off'>> {
  try {
    return { state: await ask() }
  } catch (error) {
    const { kind, code, message } = failureOf(error, `${action} of the bucket ${bucket}`)
    if (lacking.has(code)) return { state: 'off' }
    const isAnswer = kind === 'denied' && code !== 'CredentialsProviderError' && retryOf(error) === 'never'
    return { state: isAnswer ? 'denied' : 'unreached', message }
  }
}

/** No lock; or a server of one's own that knows no versions, no locks. */
const lacking = new Set(['ObjectLockConfigurationNotFoundError', 'VersioningNotConfigured', 'NotImplemented'])
