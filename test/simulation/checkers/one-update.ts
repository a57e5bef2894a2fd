// One update a node group and release, to an image of the ledger, never backwards but by an undoing, and no pod's budget is overruled.

import { rowIn } from '../../../pipeline/localcloud/index.ts'
import type { LedgerEvent } from '../../../pipeline/release/index.ts'
import { type CreateChecker, changesOf } from './checker.ts'
import { isUndone, lastIntent, rankOf } from './lineage.ts'

export const oneUpdate: CreateChecker = () => {
  const seen = new Set<string>()
  return {
    onStep: (step) =>
      changesOf(step, 'nodeGroupUpdates').flatMap(({ before, after, place }): readonly string[] => {
        if (before !== undefined || after?.roll === undefined) return []
        const group = `${after.cluster}/${after.nodeGroup}`
        const { imageId: to, isForced } = after.roll
        const from = rowIn(step.before, place, 'nodeGroups', group)?.imageId
        const { state, records } = step
        const isBackward = rankOf(state, records, to) < rankOf(state, records, from)
        const name = `the update ${after.id} of ${group}`
        const what = `${group} to ${to} for ${causeOf(records, group)}`
        const isSecond = seen.has(what)
        seen.add(what)
        return [
          ...(isSecond ? [`${name} is the second one to ${to}`] : []),
          ...(isForced ? [`${name} overrules the budgets of pods`] : []),
          ...(isBackward && !isUndone(records, group) ? [`${name} goes back to ${to} from ${from}, which nobody undoes`] : []),
        ]
      }),
  }
}

/** What it is of: a roll, or the undoing of one. */
function causeOf(records: readonly LedgerEvent[], group: string): string {
  return `${lastIntent(records, group)?.release} ${isUndone(records, group) ? 'back' : ''}`
}
