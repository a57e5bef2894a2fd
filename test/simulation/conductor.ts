// Production's performers over a simulated cloud, for a conductor with a ledger in memory.

import { aConductor, type TestConductor } from '../support/conductor-context.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { createScriptedWorld } from '../support/scripted-performers.ts'
import type { VirtualClock } from '../support/virtual-clock.ts'
import type { SimulatedCloud } from './local-cloud.ts'
import { bakeByCopy } from './world/bake-by-copy.ts'
import { performersOver } from './world/runner.ts'

interface Around {
  readonly ledger: MemoryLedger
  readonly clock: VirtualClock
  /** What the machines' web server answers. */
  readonly answerStatus: () => number
}

export function aConductorOn(simulated: SimulatedCloud, { ledger, clock, answerStatus }: Around): TestConductor {
  const performers = performersOver(simulated.cloud, {
    probe: { get: async () => ({ ok: true as const, status: answerStatus() }) },
    bake: bakeByCopy(simulated.cloud, () => simulated.bakedFrom),
    verify: createScriptedWorld().performers.verify,
  })
  return { ...aConductor({ ledger, clock }), performers }
}
