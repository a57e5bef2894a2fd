// A runner's hold on a roll: signs of life in the ledger, and another's outwaited before what must not be done twice.

import { formatDuration } from '../kernel/index.ts'
import { type HookResult, leaseMs, leaseRenewMs, type PerformerRequest, sameGroup } from '../release/index.ts'

type Request = PerformerRequest<'roll'> | PerformerRequest<'undo-roll'>

export interface Lease {
  /**
   * At every look: says now and then that this runner is there. Beside another live one it follows the roll too, and says so
   * only once the other has not been seen for too long.
   */
  renew(): Promise<void>
  /** Waits until no other live runner has it: `record` then tells whether that one has moved on, and lets go if so. */
  hold(): Promise<void>
}

export function createLease(
  { action, release, resumed, runner, clock, signal, log, record }: Request,
  during: HookResult['during'],
): Lease {
  const { key } = action
  const watch = release.rolls.find((one) => sameGroup(one.key, key))?.watch
  let isOurs = !resumed || watch === undefined || watch.runner === runner
  let seenAt = isOurs ? clock.wallNow() : (watch?.seenWallAt ?? 0)

  const take = async () => {
    if (!isOurs)
      log(`${key.region}/${key.group}: ${watch?.runner} was last seen ${ago(clock.wallNow() - seenAt)} ago: taking over`)
    await record({ type: 'roll.watched', group: key, during })
    isOurs = true
    seenAt = clock.wallNow()
  }
  return {
    renew: async () => {
      if (clock.wallNow() - seenAt >= (isOurs ? leaseRenewMs : leaseMs)) await take()
    },
    hold: async () => {
      if (isOurs) return
      // Whatever the other is at may take its time-out, and says nothing meanwhile.
      const { before = [], after = [] } = action.stage.hooks ?? {}
      const longest = Math.max(0, ...[...before, ...after].map(({ timeoutMs }) => timeoutMs))
      const leftMs = seenAt + Math.max(leaseMs, 2 * longest) - clock.wallNow()
      if (leftMs > 0) {
        log(
          `${key.region}/${key.group}: ${watch?.runner} is at it; taken over in ${formatDuration(Math.ceil(leftMs / 1_000) * 1_000)}`,
        )
        await clock.pause(leftMs, signal)
      }
      await take()
    },
  }
}

function ago(ms: number): string {
  return formatDuration(Math.floor(ms / 1_000) * 1_000)
}
