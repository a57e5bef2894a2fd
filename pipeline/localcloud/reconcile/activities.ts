// The scaling history: every launch and termination of a group with its cause, in AWS's words.

import type { Activity, Group } from '../store/group.ts'
import type { Draft, PlaceKey } from '../store/state.ts'

export interface NewActivity {
  readonly group: Group
  readonly cause: string
  readonly description: string
  readonly zone: string
  readonly subnetId: string
}

/** AWS keeps six weeks; a bound on the history of one group serves as well. */
const mostKept = 500

export function begin(draft: Draft, place: PlaceKey, activity: NewActivity, now: number): string {
  const id = draft.mintUuid()
  const { group, ...facts } = activity
  draft.put(place, 'activities', id, {
    ...facts,
    id,
    group: group.name,
    status: 'InProgress',
    progress: 30,
    startedAt: now,
    order: draft.state.minted,
  })
  forgetOldest(draft, place, group.name)
  return id
}

export function finish(
  draft: Draft,
  place: PlaceKey,
  id: string,
  status: Activity['status'],
  now: number,
  statusMessage?: string,
): void {
  draft.change(place, 'activities', id, {
    status,
    progress: 100,
    endedAt: now,
    ...(statusMessage === undefined ? {} : { statusMessage }),
  })
}

function forgetOldest(draft: Draft, place: PlaceKey, group: string): void {
  const own = draft.rows(place, 'activities').filter((activity) => activity.group === group)
  if (own.length <= mostKept) return
  const oldest = own.reduce((a, b) => (a.order < b.order ? a : b))
  draft.remove(place, 'activities', oldest.id)
}

/** `2026-11-22T05:00:00Z`, as causes write times. */
export function at(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`
}
