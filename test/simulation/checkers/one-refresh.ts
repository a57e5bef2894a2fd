// One refresh a group and release, never two at once, and never backwards but by an undoing that is in the ledger.

import { type CloudState, rowIn, rowsIn, type Tables } from '../../../pipeline/localcloud/index.ts'
import type { LedgerEvent } from '../../../pipeline/release/index.ts'
import type { Plan } from '../plan/plan.ts'
import { type CreateChecker, changesOf, type Step } from './checker.ts'
import { imageOfSource, isTakenBack, isUndone, lastIntent, openingOf, placeKeyOf, rankOf } from './lineage.ts'

type Refresh = Tables['refreshes']

const ended = ['Successful', 'Failed', 'Cancelled', 'RollbackFailed', 'RollbackSuccessful']

export const oneRefresh: CreateChecker = (plan) => {
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
        const from = imageBefore(plan, step, place, after)
        const to = after.target.imageId
        const isBackward = rankOf(step.state, step.records, to) < rankOf(step.state, step.records, from)
        if (!isBackward) {
          const what = `${after.group} to ${to}${renewal(step.records, after.group)}`
          return [...beside, ...once(what, `${name} is the second one to ${to}`)]
        }
        const isMeant =
          isUndone(step.records, after.group) || (isByParameter(plan, place, after) && isTakenBack(step.records, after.group, to))
        if (!isMeant) return [...beside, `${name} goes back to ${to} from ${from}, which nobody undoes`]
        return [...beside, ...once(`${after.group} from ${from}`, `${name} is the second one back from ${from}`)]
      }),
  }
}

function besides(state: CloudState, place: string, { id, group }: Refresh): readonly string[] {
  return rowsIn(state, place, 'refreshes')
    .filter((other) => other.group === group && other.id !== id && !ended.includes(other.status))
    .map((other) => other.id)
}

/** A renewal goes where its group is: once for each. */
function renewal(records: readonly LedgerEvent[], group: string): string {
  const release = lastIntent(records, group)?.release ?? ''
  const isRenewal = openingOf(records, release)?.lane === 'renewal'
  return isRenewal ? ` for ${release}` : ''
}

function isByParameter({ groups }: Plan, place: string, { group }: Refresh): boolean {
  return groups.some((one) => one.name === group && placeKeyOf(one) === place && one.parameter !== undefined)
}

/** What it comes from: of a parameter, which says another image by now, the newest that its machines run. */
function imageBefore(plan: Plan, { before, records }: Step, place: string, refresh: Refresh): string | undefined {
  if (!isByParameter(plan, place, refresh)) return imageOfSource(before, place, refresh.saved)
  const { members = [] } = rowIn(before, place, 'groups', refresh.group) ?? {}
  const byRank = members.map(({ imageId }) => imageId).toSorted((a, b) => rankOf(before, records, b) - rankOf(before, records, a))
  return byRank[0]
}
