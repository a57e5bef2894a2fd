// One sound weekly release by one watcher, while nothing goes wrong.

import { minuteMs } from '../../support/factories.ts'
import { faultless } from '../faults.ts'
import type { Plan } from './plan.ts'

export const undisturbed: Omit<Plan, 'policies' | 'groups' | 'calmAfterMs'> = {
  seed: 1,
  releases: [{ lane: 'weekly', afterMs: 0, image: 'sound', fixes: [] }],
  runners: { count: 1, watch: true, everyMs: minuteMs, keepName: true },
  wire: faultless,
  death: 0,
  denial: 0,
  hookFailure: 0,
  weather: [],
  orders: [],
}
