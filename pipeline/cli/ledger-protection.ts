// The buckets of ledger and evidence, asked what they do against whoever would change what is in them.

import { readBucketProtection, type S3Place } from '../aws/index.ts'
import type { BucketLocation, Config } from '../config/index.ts'
import { judgeProtection, type ProtectionFindings, type UsedBucket } from '../ledger/index.ts'
import type { Clock, Random } from '../ports/index.ts'

/** A folder has nothing to ask: whoever can write to it can write all of it. */
export async function ledgerProtectionOf(
  config: Pick<Config, 'ledger' | 'evidenceBucket' | 'fips'>,
  ports: { readonly clock: Clock; readonly random: Random; readonly patient: boolean } & Pick<S3Place, 'credentials'>,
): Promise<ProtectionFindings> {
  const asked = usesOf(config).map(async ({ use, place }): Promise<UsedBucket> => {
    // Impatient, it is asked from wherever somebody edits a configuration, perhaps without a network.
    const requestHandler = ports.patient ? {} : { requestHandler: hasty }
    return { use, ...(await readBucketProtection({ ...place, ...ports, ...requestHandler, fips: config.fips })) }
  })
  return judgeProtection(await Promise.all(asked))
}

const hasty = { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true }

function usesOf({ ledger, evidenceBucket: evidence }: Pick<Config, 'ledger' | 'evidenceBucket'>) {
  const ledgerBucket = ledger.kind === 's3' ? ledger : undefined
  const uses: { readonly use: string; readonly place: BucketLocation }[] = []
  const isShared = ledgerBucket && evidence && ledgerBucket.bucket === evidence.bucket
  if (ledgerBucket) uses.push({ use: isShared ? 'ledger and evidence' : 'ledger', place: ledgerBucket })
  if (evidence && !isShared) uses.push({ use: 'evidence', place: evidence })
  return uses
}
