// What can be told from how a base is looked for.

import type { BaseQuery } from './resolved.ts'

/** Accounts that may own what is found. */
export function ownersOf(query: BaseQuery): readonly string[] {
  return 'ownerAccounts' in query ? query.ownerAccounts : [query.ownerAccount]
}
