// One step of an instance refresh: what it works on, and how it writes down what has changed.

import type { Machines } from '../machines/types.ts'
import type { Group } from '../store/group.ts'
import type { Refresh } from '../store/refresh.ts'
import type { Draft, PlaceKey } from '../store/state.ts'
import type { Due } from './due.ts'

export interface Step {
  readonly draft: Draft
  readonly place: PlaceKey
  readonly group: Group
  readonly refresh: Refresh
  readonly now: number
  readonly network: Machines['network']
  readonly due: Due
}

/** The refresh with the changes; where there are none nothing is written. */
export function put({ draft, place, refresh }: Pick<Step, 'draft' | 'place' | 'refresh'>, changes: Partial<Refresh>): Refresh {
  const isSame = Object.entries(changes).every(([name, value]) => refresh[name as keyof Refresh] === value)
  if (isSame) return refresh
  const next = { ...refresh, ...changes }
  draft.put(place, 'refreshes', refresh.id, next)
  return next
}
