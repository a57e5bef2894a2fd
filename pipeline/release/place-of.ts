// Where something of a stage stands: the account and the role of the stage, the region of the thing.

import type { Place } from '../ports/index.ts'

/** @param owner a stage, or the images' account. */
export function placeOf(owner: Omit<Place, 'region'>, { region }: { readonly region: string }): Place {
  const { account, role } = owner
  return { account, region, ...(role === undefined ? {} : { role }) }
}
