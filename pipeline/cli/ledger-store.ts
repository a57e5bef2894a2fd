// The ledger's backend by its location: a folder, or a bucket.

import { createS3Store, type S3Place } from '../aws/index.ts'
import type { LedgerLocation } from '../config/index.ts'
import { createFileStore, type LedgerStore } from '../ledger/index.ts'
import type { Clock, Files, Random } from '../ports/index.ts'

export function ledgerStoreOf(
  location: LedgerLocation,
  ports: { readonly files: Files; readonly clock: Clock; readonly random: Random } & Pick<S3Place, 'credentials' | 'fips'>,
): LedgerStore {
  switch (location.kind) {
    case 'file':
      return createFileStore(ports.files, location.directory)
    case 's3':
      return createS3Store({ ...location, ...ports })
  }
}
