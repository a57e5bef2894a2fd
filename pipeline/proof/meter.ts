// Watches what a proof has cost so far, and calls an end before that is more than its ceiling.

import type { Clock, CloudAt } from '../ports/index.ts'
import { endingHours, type MachinesSeen, machineHoursOf, seenAgain, usdOf } from './cost.ts'
import { tagsOf } from './plan.ts'

export interface MeterOptions {
  readonly id: string
  readonly at: CloudAt
  readonly clock: Clock
  readonly instanceType: string
  readonly ceilingUsd: number
  /** Called once, with a sentence, when going on would cost more than the ceiling. */
  readonly onCeiling: (why: string) => void
}

export interface Meter {
  /** As far as it was seen; teardown included once that is over. */
  used(): { readonly machineHours: number; readonly usd: number }
  /** Ends when the signal is aborted. */
  watch(signal: AbortSignal): Promise<void>
  look(): Promise<void>
}

const lookEveryMs = 30_000

export function createMeter({ id, at, clock, instanceType, ceilingUsd, onCeiling }: MeterOptions): Meter {
  const startedAt = clock.now()
  let seen: MachinesSeen = new Map()
  let running: readonly string[] = []
  let isOver = false

  const used = (more = 0) => {
    const machineHours = machineHoursOf(seen, lookEveryMs) + more
    return { machineHours, usd: usdOf({ machineHours, hours: (clock.now() - startedAt) / 3_600_000 }, instanceType) }
  }

  const look = async () => {
    const found = await at.describeInstances({ tags: tagsOf(id) })
    // Where they can't be listed, those seen last are taken to run on.
    if (found.ok) running = found.value.filter(({ state }) => state !== 'terminated').map((machine) => machine.id)
    seen = seenAgain(seen, running, clock.now())
    const { usd } = used(endingHours(running.length))
    if (isOver || usd <= ceilingUsd) return
    isOver = true
    onCeiling(`${money(usd)} with the teardown to come is more than the ceiling of ${money(ceilingUsd)}`)
  }

  return {
    used: () => used(),
    look,
    watch: async (signal) => {
      while (!signal.aborted) {
        await look()
        await clock.pause(lookEveryMs, signal).catch(() => undefined)
      }
    },
  }
}

export function money(usd: number): string {
  return `${usd.toFixed(2)} USD`
}
