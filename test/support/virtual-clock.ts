// A clock that moves only when every task that waits on it is waiting: hours pass in no time, in a fixed order.

import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../pipeline/ports/index.ts'

interface Sleeper {
  readonly wakeAt: number
  readonly order: number
  wake(): void
}

export interface VirtualClock extends Clock {
  /** Time stands still while the work goes on: for what takes turns of the event loop but no time. */
  hold<Value>(work: () => Promise<Value>): Promise<Value>
  /** Moves time on by hand, waking whoever was due. */
  advance(byMs: number): void
}

/**
 * Both `pause` and `idleUntil` take virtual time. Time jumps to the earliest sleeper once the event loop has had
 * `settleTurns` turns without anyone new going to sleep, so tasks that only await promises are always run to their next wait.
 */
export function createVirtualClock({
  startAt = Date.UTC(2026, 10, 22, 6),
  wallNow,
  settleTurns = 3,
}: {
  startAt?: number
  /** Default: the virtual time itself. */
  wallNow?: () => number
  settleTurns?: number
} = {}): VirtualClock {
  let now = startAt
  let order = 0
  let sleepers: Sleeper[] = []
  let ticking = false
  let holds = 0

  const wakeDue = () => {
    const due = sleepers.filter(({ wakeAt }) => wakeAt <= now)
    sleepers = sleepers.filter(({ wakeAt }) => wakeAt > now)
    for (const sleeper of due.sort((a, b) => a.wakeAt - b.wakeAt || a.order - b.order)) sleeper.wake()
  }

  const tick = async () => {
    ticking = true
    let quietTurns = 0
    let lastOrder = order
    while (sleepers.length > 0) {
      await setImmediate()
      quietTurns = order === lastOrder && holds === 0 ? quietTurns + 1 : 0
      lastOrder = order
      if (quietTurns < settleTurns || sleepers.length === 0) continue
      now = Math.max(now, Math.min(...sleepers.map(({ wakeAt }) => wakeAt)))
      wakeDue()
      quietTurns = 0
    }
    ticking = false
  }

  const sleepUntil = (wakeAt: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      if (wakeAt <= now) return resolve()
      const give = () => {
        sleepers = sleepers.filter((one) => one !== sleeper)
        reject(signal?.reason)
      }
      const sleeper: Sleeper = {
        wakeAt,
        order: order++,
        wake: () => {
          signal?.removeEventListener('abort', give)
          resolve()
        },
      }
      signal?.addEventListener('abort', give, { once: true })
      sleepers.push(sleeper)
      if (!ticking) void tick()
    })

  return {
    now: () => now,
    wallNow: wallNow ?? (() => now),
    pause: (pauseMs, signal) => sleepUntil(now + pauseMs, signal),
    idleUntil: (instantMs, signal) => sleepUntil(instantMs, signal),
    hold: async (work) => {
      holds++
      try {
        return await work()
      } finally {
        holds--
      }
    },
    advance: (byMs) => {
      now += byMs
      wakeDue()
    },
  }
}
