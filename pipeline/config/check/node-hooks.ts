// Lifecycle hooks of nodes: a hook's heartbeat has an end, and what is demanded of it must lie before that.

import type { WrittenConfig } from '../written/drover-file.ts'
import { reportFollowing } from '../yaml/reading.ts'

/** "The range is from 30 to 7200 seconds" [doc: PutLifecycleHook]. */
const longestHeartbeatMs = 7_200_000

export function checkNodeHooks({ families }: WrittenConfig): void {
  for (const { value: family } of families) {
    if (family.nodeHooks === undefined) continue
    const { readyWithin, drain } = family.nodeHooks
    if (readyWithin.value >= longestHeartbeatMs) {
      const hint = 'The hook has to hold a machine for longer than its node may take.'
      reportFollowing(readyWithin.at, 'config-wrong-value', 'a lifecycle hook holds a machine for 2h at most', hint)
    }
    if (drain.value > longestHeartbeatMs) {
      const hint = 'Write the heartbeat that your drainer renews, and have it renew it.'
      reportFollowing(drain.at, 'config-wrong-value', 'a lifecycle hook holds a machine for 2h at most', hint)
    }
  }
}
