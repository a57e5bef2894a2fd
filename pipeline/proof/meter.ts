// Watches what a proof has cost so far, and calls an end before that is more than its ceiling.

import type { Clock, CloudAt } from '../ports/index.ts'
import { hoursIn, type MachinesSeen, machineHoursOf, type RunningMachine, seenAgain, usdOf, withEnding } from './cost.ts'
import { type ProofPlan, tagsOf, typeOfMachine } from './plan.ts'

export interface MeterOptions {
  readonly plan: ProofPlan
  readonly at: CloudAt
  readonly clock: Clock
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

export function createMeter({ plan, at, clock, ceilingUsd, onCeiling }: MeterOptions): Meter {
  const startedAt = clock.now()
  let seen: MachinesSeen = new Map()
  let running: readonly RunningMachine[] = []
  let isOver = false

  const hoursGone = () => (clock.now() - startedAt) / 3_600_000

  const look = async () => {
    const found = await at.describeInstances({ tags: tagsOf(plan.id) })
    // Where they can't be listed, those seen last are taken to run on.
    if (found.ok) {
      const alive = found.value.filter(({ state }) => state !== 'terminated')
      running = alive.map(({ id, tags }) => ({ id, type: typeOfMachine(plan, tags) }))
    }
    seen = seenAgain(seen, running, clock.now())
    const usd = usdOf(withEnding(machineHoursOf(seen, lookEveryMs), running), hoursGone(), plan)
    if (isOver || usd <= ceilingUsd) return
    isOver = true
    onCeiling(`${money(usd)} with the teardown to come is more than the ceiling of ${money(ceilingUsd)}`)
  }

  return {
    used: () => {
      const hours = machineHoursOf(seen, lookEveryMs)
      return { machineHours: hoursIn(hours), usd: usdOf(hours, hoursGone(), plan) }
    },
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
