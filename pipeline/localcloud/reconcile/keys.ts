// Keys whose waiting period is over are deleted, with their grants and aliases.

import type { Draft, PlaceKey } from '../store/state.ts'

/** Nothing waits for it: a clock that skips idle time must not jump over a week because of it. */
export function advanceKeys(draft: Draft, place: PlaceKey, now: number): void {
  for (const key of draft.rows(place, 'kmsKeys')) {
    if (key.deletedAt === undefined || key.deletedAt > now) continue
    draft.remove(place, 'kmsKeys', key.id)
    for (const alias of draft.rows(place, 'kmsAliases')) if (alias.keyId === key.id) draft.remove(place, 'kmsAliases', alias.name)
  }
}
