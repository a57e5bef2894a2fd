// Where a group stands: the account and role of its stage, the region of the group.

import type { Place } from '../ports/index.ts'
import type { GroupKey, StagePolicy } from '../release/index.ts'

export function placeOf(stage: StagePolicy, key: GroupKey): Place {
  return { account: stage.account, region: key.region, ...(stage.role === undefined ? {} : { role: stage.role }) }
}
