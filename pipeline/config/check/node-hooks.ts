// Lifecycle hooks of nodes: a hook's heartbeat has an end, and what is demanded of it must lie before that.

import { formatDuration } from '../../kernel/index.ts'
import { besideReadyMs, longestHeartbeatMs } from '../../release/index.ts'
import type { WrittenConfig } from '../written/drover-file.ts'
import { reportFollowing } from '../yaml/reading.ts'

export function checkNodeHooks({ families }: WrittenConfig): void {
  for (const { value: family } of families) {
    if (family.nodeHooks === undefined) continue
    const { readyWithin, drain } = family.nodeHooks
    if (readyWithin.value + besideReadyMs > longestHeartbeatMs) {
      const hint = `Write ${formatDuration(longestHeartbeatMs - besideReadyMs)} at most: ${formatDuration(besideReadyMs)} more are for the boot, and for saying how it ended.`
      reportFollowing(readyWithin.at, 'config-wrong-value', 'a lifecycle hook holds a machine for 2h at most', hint)
    }
    if (drain.value > longestHeartbeatMs) {
      const hint = 'Write the heartbeat that your drainer renews, and have it renew it.'
      reportFollowing(drain.at, 'config-wrong-value', 'a lifecycle hook holds a machine for 2h at most', hint)
    }
  }
}
