// Writes what is done about a release beside its own way to its history, whatever else has been written there.

import type { ReleaseEvent } from '../release/index.ts'
import { openSession, type SessionContext } from './session.ts'

export async function noteOf(context: SessionContext): Promise<(release: string, event: ReleaseEvent) => Promise<void>> {
  const session = await openSession(context)
  return async (release, event) => {
    await session.append(release, event, () => true)
  }
}
