// Whether what a ledger and its evidence lie in keeps what was written: a chain shows a change, only versions undo it.

import type { Problem } from '../kernel/index.ts'
import type { BucketProtection } from '../ports/index.ts'

/** `use`: what lies there, `ledger` or `ledger and evidence`. */
export interface UsedBucket extends BucketProtection {
  readonly use: string
}

export interface ProtectionFindings {
  /** No versions, or nobody may ask: a weekly release is refused. */
  readonly problems: readonly Problem[]
  /** One sentence each; they stop nothing. */
  readonly warnings: readonly string[]
  /** What could not be asked, one sentence each. */
  readonly unasked: readonly string[]
}

/** Unknown is not protected; but what can't be reached at all, a release finds out by itself. */
export function judgeProtection(buckets: readonly UsedBucket[]): ProtectionFindings {
  return {
    problems: buckets.flatMap(versioningProblems),
    warnings: buckets.flatMap(lockWarnings),
    unasked: [...new Set(buckets.flatMap(({ versioning, objectLock }) => [versioning, objectLock].flatMap(unreached)))],
  }
}

function versioningProblems({ use, bucket, versioning }: UsedBucket): readonly Problem[] {
  if (versioning.state === 'off') {
    return [
      {
        code: 'ledger-unprotected',
        message: `the bucket ${bucket} of the ${use} keeps no versions: what is overwritten or deleted there is gone`,
        hint: `Turn versioning on: aws s3api put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled`,
      },
    ]
  }
  if (versioning.state !== 'denied') return []
  return [
    {
      code: 'ledger-unprotected',
      message: `it can't be known whether the bucket ${bucket} of the ${use} keeps versions: ${versioning.message}`,
      hint: 'Allow the runner s3:GetBucketVersioning on the bucket; drover iam prints its policy.',
    },
  ]
}

function lockWarnings({ use, bucket, objectLock }: UsedBucket): readonly string[] {
  const name = `the bucket ${bucket} of the ${use}`
  switch (objectLock.state) {
    case 'off':
      return [`${name} has no object lock: whoever may delete versions can take records away for good`]
    case 'without-retention':
      return [`${name} has object lock but no default retention: nothing that is written there is locked`]
    case 'denied':
      return [`it can't be known whether ${name} has object lock: ${objectLock.message}`]
    default:
      return []
  }
}

function unreached(asked: UsedBucket['versioning'] | UsedBucket['objectLock']): readonly string[] {
  return asked.state === 'unreached' ? [asked.message] : []
}
