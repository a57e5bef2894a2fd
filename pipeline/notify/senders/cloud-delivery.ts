// What AWS's answer says about delivery.

import type { CloudOutcome } from '../../ports/index.ts'
import { type Delivery, undelivered } from '../delivery.ts'

/** Only what surely did nothing is sent again: a message that may have arrived is better sent once. */
export function deliveryOf(outcome: CloudOutcome<void>): Delivery {
  return outcome.ok ? { ok: true } : undelivered(outcome.message, outcome.kind === 'throttled')
}
