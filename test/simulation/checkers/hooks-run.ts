// The hooks of a stage run: no group begins to move before all that come first have gone well, and no move ends without those after it.

import type { HookResult, LedgerEvent } from '../../../pipeline/release/index.ts'
import type { Plan } from '../plan/plan.ts'
import type { CreateChecker } from './checker.ts'
import { lastIntent } from './lineage.ts'

export const hooksRun: CreateChecker = (plan) => ({
  onRecord: ({ release, event }, { records }) => {
    if (!('group' in event)) return []
    const { group } = event.group
    const hooks = hooksOf(plan, group)
    const intent = lastIntent(records, group)
    if (hooks === undefined || intent?.release !== release) return []
    const done = resultsOf(records, release, group)
    const lacking = (when: HookResult['when'], isEnough: (result: HookResult) => boolean) =>
      hooks[when].filter(({ name }) => !done.some((one) => one.when === when && one.hook === name && isEnough(one)))
    const say = (what: string, missing: readonly { readonly name: string }[]) =>
      missing.map(({ name }) => `${release} ${what} ${group} without its hook ${name}`)
    switch (event.type) {
      case 'roll.started':
        return say(
          'begins to move',
          lacking('before', ({ ok }) => ok),
        )
      case 'roll.finished':
      case 'roll.failed':
      case 'roll.refused':
        return say(
          'ends the roll of',
          lacking('after', () => true),
        )
      default:
        return []
    }
  },
})

/** The same in both lanes. */
function hooksOf({ policies, groups }: Plan, name: string) {
  const stage = groups.find((group) => group.name === name)?.stage
  return policies.weekly.stages.find((one) => one.name === stage)?.hooks
}

function resultsOf(records: readonly LedgerEvent[], release: string, group: string): readonly HookResult[] {
  return records.flatMap(({ release: owner, event }) => {
    const isOwn = event.type === 'hook.finished' && owner === release && event.group.group === group && event.during === 'roll'
    return isOwn ? [event] : []
  })
}
