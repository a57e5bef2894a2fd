// Asks people for the approval that a stage requires; their answer comes through the ledger.

import type { Notifier } from '../ports/index.ts'
import type { Performer } from '../release/index.ts'

export function createApprovalRequest({ notifier }: { readonly notifier: Notifier }): Performer<'request-approval'> {
  return async ({ release, action }) => {
    const { stage } = action
    await notifier.send({
      level: 'info',
      release: release.id,
      text: `${release.id} is ready for ${stage} and waits for approval: drover approve ${release.id} --stage ${stage}`,
    })
    return [{ type: 'approval.requested', stage }]
  }
}
