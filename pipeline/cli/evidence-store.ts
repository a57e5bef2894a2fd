// Where evidence is kept by what the configuration says: the folder it is written to, or a bucket beside the ledger.

import { createS3Evidence, type S3Place } from '../aws/index.ts'
import type { BucketLocation } from '../config/index.ts'
import { createEvidenceFolder } from '../ledger/index.ts'
import type { Clock, EvidenceStore, Files, Random } from '../ports/index.ts'

export function evidenceStoreOf(
  place: { readonly directory: string; readonly bucket: BucketLocation | undefined },
  ports: { readonly files: Files; readonly clock: Clock; readonly random: Random } & Pick<S3Place, 'credentials' | 'fips'>,
): EvidenceStore {
  const { directory, bucket } = place
  return bucket ? createS3Evidence({ ...bucket, ...ports }) : createEvidenceFolder(ports.files, directory)
}
