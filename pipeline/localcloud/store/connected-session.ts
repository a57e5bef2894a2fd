// Whether a session into a machine still leads there.

import type { MachineSession } from './machine-session.ts'
import type { Draft, PlaceKey } from './state.ts'

/** One that nobody has ended goes with its machine. */
export function isConnected(draft: Draft, place: PlaceKey, session: MachineSession): boolean {
  return session.isEnded === undefined && draft.get(place, 'instances', session.target)?.state === 'running'
}
