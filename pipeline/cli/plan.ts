// A decision in words: what `--plan` and `status` show of what comes next.

import { type Decision, stepOfAction } from '../release/index.ts'

/** One line an action; the first says it in short. */
export function describeDecision(decision: Decision): readonly string[] {
  switch (decision.kind) {
    case 'act':
      return decision.actions.map((action) => `next: ${stepOfAction(action)}`)
    case 'wait':
      return [
        `waits${decision.until === undefined ? '' : ` until ${new Date(decision.until).toISOString()}`}: ${decision.reason}`,
      ]
    case 'done':
      return [`over: ${decision.outcome}`]
  }
}
