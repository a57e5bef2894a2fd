// Which of an image's tags its copies have too, and the accounts that it is shared with.

import type { Tags } from '../ports/index.ts'

/** The ledger's newest record stands on the image that was verified only, and is written anew with each. */
const ownOnly = ['drover:ledger-head']

/** "User-defined tags with the prefix aws: can't be" written by anyone but AWS [doc: Using_Tags]. */
export function carriedTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('aws:') && !ownOnly.includes(key)))
}
