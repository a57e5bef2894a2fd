// The runner's own roles, one for each environment of the CI: which roles they may take, and the ledger they write.

import { ledgerCalls, rightsFor } from '../aws/index.ts'
import { type BucketLocation, type Config, partitionOf } from '../config/index.ts'
import { type Draft, type Statement, statementsFor } from './policy.ts'

/** As policies call what the ledger's store calls. */
const inPolicies: Readonly<Record<string, string>> = {
  's3:GetObjectLockConfiguration': 's3:GetBucketObjectLockConfiguration',
  's3:HeadObject': 's3:GetObject',
  's3:ListObjectsV2': 's3:ListBucket',
}

/** How long a session of a role may be asked to last, and why. */
export interface MaxSession {
  readonly seconds: number
  readonly why: string
}

/**
 * What drover takes itself it renews; what else runs in a job has the keys that this began with. AWS's own maximum is an hour where a
 * role says nothing [doc: API_CreateRole].
 */
export const runnerSession: MaxSession = {
  seconds: 3 * 3_600,
  why: 'a job of the workflows takes this role once (role-duration-seconds), and may follow bakes and rolls for up to three hours',
}

const taking = [...rightsFor(['sts:AssumeRole'])]

/** `roles`: those that are assumed. */
export function runnerStatements(config: Config, roles: readonly string[]): readonly Statement[] {
  const buckets = [
    ...(config.ledger.kind === 's3' ? [{ what: 'Ledger', at: config.ledger }] : []),
    ...(config.evidenceBucket ? [{ what: 'Evidence', at: config.evidenceBucket }] : []),
  ]
  const stored = buckets.length > 0 ? ledgerCalls.map((action) => inPolicies[action] ?? action) : []
  const needed = new Set<string>([...(roles.length === 0 ? [] : taking), ...stored])
  return statementsFor(needed, [
    { sid: 'TakeRoles', actions: taking, resources: roles },
    ...buckets.flatMap(({ what, at }) => bucketDrafts(what, at)),
  ])
}

/** No delete: ledger and evidence only grow. */
function bucketDrafts(what: string, { bucket: name, prefix, region }: BucketLocation): readonly Draft[] {
  const bucket = `arn:${partitionOf(region)}:s3:::${name}`
  const folder = prefix === '' ? '' : `${prefix}/`
  return [
    { sid: `Write${what}`, actions: ['s3:GetObject', 's3:PutObject'], resources: [`${bucket}/${folder}*`] },
    {
      sid: `List${what}`,
      actions: ['s3:ListBucket'],
      resources: [bucket],
      conditions: folder === '' ? {} : { StringLike: { 's3:prefix': `${folder}*` } },
    },
    {
      sid: `AskHow${what}IsProtected`,
      actions: ['s3:GetBucketVersioning', 's3:GetBucketObjectLockConfiguration'],
      resources: [bucket],
    },
  ]
}
