// Puts a managed node group's limit back after its roll.

import type { Clock, CloudAt, NodeGroupName, UnavailableLimit } from '../ports/index.ts'
import { pauseMs } from './move-decision.ts'
import { sameLimit, usualLimit } from './unavailable-limit.ts'

/** A change of configuration takes EKS seconds to minutes; so long it is waited for. */
const mostLooks = 40

/** Undefined when it stands as asked and the node group takes updates again; else why not, a sentence. */
export async function putLimit(
  { at, clock, signal }: { readonly at: CloudAt; readonly clock: Clock; readonly signal: AbortSignal },
  group: NodeGroupName,
  limit: UnavailableLimit,
): Promise<string | undefined> {
  let said = 'EKS is still at an update'
  for (let look = 0; look < mostLooks; look++) {
    const seen = await at.describeNodeGroup(group)
    if (!seen.ok) said = seen.message
    else if (seen.value.status !== 'UPDATING') {
      if (sameLimit(seen.value.limit ?? usualLimit, limit)) return undefined
      const asked = await at.limitNodeGroup(group, limit)
      if (!asked.ok) said = asked.message
      if (!asked.ok && (asked.kind === 'denied' || asked.kind === 'invalid' || asked.kind === 'not-found')) return said
    }
    await clock.pause(pauseMs, signal)
  }
  return said
}
