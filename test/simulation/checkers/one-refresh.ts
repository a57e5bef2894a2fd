// One refresh a group and release, never two at once, and never backwards but by an undoing that is in the ledger.

import { type CloudState, rowsIn, type Tables } from '../../../pipeline/localcloud/index.ts'
import type { LedgerEvent } from '../../../pipeline/release/index.ts'
import { type CreateChecker, changesOf, type Step } from './checker.ts'
import { imageOfSource, rankOf, rolledBy } from './lineage.ts'

type Refresh = Tables['refreshes']

const ended = ['Successful', 'Failed', 'Cancelled', 'RollbackFailed', 'RollbackSuccessful']

export const oneRefresh: CreateChecker = () => {
  /** Group, and the image it was to go to or to come back from. */
  const seen = new Set<string>()
  const once = (what: string, wrong: string): readonly string[] => {
    if (seen.has(what)) return [wrong]
    seen.add(what)
    return []
  }
  return {
    onStep: (step) =>
      changesOf(step, 'refreshes').flatMap(({ before, after, place }) => {
        if (before !== undefined || after === undefined) return []
        const name = `the refresh ${after.id} of ${after.group}`
        const beside = besides(step.state, place, after).map((id) => `${name} runs beside ${id}`)
        const from = imageOfSource(step.state, place, after.saved)
        const to = after.target.imageId
        const isBackward = rankOf(step.state, step.records, to) < rankOf(step.state, step.records, from)
        if (!isBackward) return [...beside, ...once(`${after.group} to ${to}`, `${name} is the second one to ${to}`)]
        if (!isUndone(step, after.group)) return [...beside, `${name} goes back to ${to} from ${from}, which nobody undoes`]
        return [...beside, ...once(`${after.group} from ${from}`, `${name} is the second one back from ${from}`)]
      }),
  }
}

function besides(state: CloudState, place: string, { id, group }: Refresh): readonly string[] {
  return rowsIn(state, place, 'refreshes')
    .filter((other) => other.group === group && other.id !== id && !ended.includes(other.status))
    .map((other) => other.id)
}

function isUndone({ records }: Step, group: string): boolean {
  const last = records.findLast((record) => isAbout(record, group))
  if (last === undefined) return false
  return last.event.type === 'undo.intended' || rolledBy(records, last.release) !== last.release
}

/** That somebody still looks at a group says nothing of where it goes. */
function isAbout({ event }: LedgerEvent, group: string): boolean {
  return 'group' in event && event.type !== 'roll.watched' && event.group.group === group
}
