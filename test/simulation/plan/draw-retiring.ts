// Draws who takes images out of use, during and after a company's releases, and how soon: most policies of a family are too patient to be met.

import { hourMs } from '../../support/factories.ts'
import type { SeededRandom } from '../../support/seeded-random.ts'
import { between, oneOf } from './draw.ts'
import type { Plan, PlannedOrder } from './plan.ts'

/** Rather in companies whose releases follow each other: one of them is then out of its window. */
export function drawRetiring(
  random: SeededRandom,
  { releases, policies }: Pick<Plan, 'releases' | 'policies'>,
): readonly PlannedOrder[] {
  if (!random.chance(releases.length > 1 ? 0.25 : 0.08)) return []
  const soakMs = policies.weekly.stages.reduce((sum, { soak }) => sum + soak.durationMs, 0)
  const last = releases[releases.length - 1]?.afterMs ?? 0
  const age = () => oneOf(random, [0, 0, 1, 2]) * hourMs
  const retention = {
    keep: oneOf(random, [1, 1, 2]),
    deprecateAfterMs: age(),
    disableAfterMs: age(),
    deregisterAfterMs: age(),
    keepFailedMs: age(),
  }
  const everyMs = oneOf(random, [hourMs, 2 * hourMs, 4 * hourMs])
  // One step a run, so that the last of them may deregister what the first has deprecated.
  const order = { kind: 'retire', times: between(random, 3, 5), everyMs, retention, death: oneOf(random, [0, 0, 0.2]) } as const
  const fromMs = random.chance(0.25) ? between(random, 0, 4) * hourMs : last + soakMs + between(random, 1, 3) * hourMs
  return [{ ...order, fromMs }]
}
