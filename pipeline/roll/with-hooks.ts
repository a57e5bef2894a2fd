// A group's move between its stage's hooks: one before it may refuse it, those after run however it ended.

import { type GroupKey, type HookResult, type PerformerRequest, type ReleaseEvent, sameGroup } from '../release/index.ts'
import type { CallHook, HookOccasion, RollOutcome } from './call-hook.ts'
import type { Lease } from './lease.ts'

type Request = PerformerRequest<'roll'> | PerformerRequest<'undo-roll'>

export interface HookedMove {
  readonly during: HookResult['during']
  /** Where the group goes. */
  readonly imageId: string | undefined
  /** It runs already, or is never to begin: nothing before it is run any more. */
  readonly mayBegin: boolean
  readonly lease: Lease
  move(): Promise<ReleaseEvent>
  /** What is recorded when a hook before it failed. Undefined: that stops nothing. */
  readonly refused: ((cause: string) => ReleaseEvent) | undefined
}

/**
 * To be called once the move stands in the ledger: whoever takes it over then runs what comes after. What has run is recorded
 * and not run twice; a hook whose runner died in the middle of it is run again, for nobody knows how far it came.
 */
export async function withHooks(callHook: CallHook, request: Request, hooked: HookedMove): Promise<ReleaseEvent> {
  const { before = [], after = [] } = request.action.stage.hooks ?? {}
  const run = runnerOf(callHook, request, hooked)
  let refusal: ReleaseEvent | undefined
  for (const hook of before) {
    const result = await run(hook, 'before', undefined, hooked.mayBegin)
    if (result === undefined || result.ok) continue
    refusal = hooked.refused?.(`the hook "${hook.name}" before it failed: ${result.detail}`)
    if (refusal) break
  }
  const outcome = refusal ?? (await hooked.move())
  for (const hook of after) await run(hook, 'after', outcomeOf(request, outcome), true)
  return outcome
}

function runnerOf(callHook: CallHook, request: Request, { during, imageId, lease }: HookedMove) {
  const { action, release, token, signal } = request
  const { key, stage } = action
  const roll = release.rolls.find((one) => sameGroup(one.key, key))
  const known = roll?.hooks ?? []
  type Hook = Parameters<CallHook>[0]
  type When = HookResult['when']
  return async (hook: Hook, when: When, outcome: RollOutcome | undefined, mayRun: boolean): Promise<HookResult | undefined> => {
    const earlier = known.find((one) => one.during === during && one.when === when && one.hook === hook.name)
    if (earlier || !mayRun) return earlier
    await lease.hold()
    const place = { stage: stage.name, group: key.group, region: key.region, account: stage.account }
    const occasion: HookOccasion = {
      ...{ release: release.id, family: release.family, ...place, image: imageId, during, when, outcome, token, signal },
    }
    const { ok, detail } = await callHook(hook, occasion)
    request.log(`${describe(key, during)}: ${when}: ${hook.name}: ${ok ? 'done' : detail}`)
    const result = { during, when, hook: hook.name, ok, detail }
    await request.record({ type: 'hook.finished', group: key, ...result })
    return result
  }
}

function describe({ region, group }: GroupKey, during: HookResult['during']): string {
  return during === 'undo' ? `${region}/${group}: undo` : `${region}/${group}`
}

function outcomeOf({ action }: Request, event: ReleaseEvent): RollOutcome {
  if (event.type === 'roll.finished' || event.type === 'undo.finished') return 'finished'
  if (event.type === 'roll.refused') return 'refused'
  if (action.kind === 'roll' && action.yieldTo !== undefined) return 'taken-over'
  return event.type === 'roll.failed' && event.undone ? 'undone' : 'failed'
}
