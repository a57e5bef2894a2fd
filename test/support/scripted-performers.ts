// Performers over a world that remembers every act by its token: what a careful performer does, without a cloud.

import type { ActingPerformers } from '../../pipeline/conductor/index.ts'
import { type Action, type PerformerRequest, type ReleaseEvent, stepOfAction } from '../../pipeline/release/index.ts'
import { minuteMs } from './factories.ts'
import { failureOf, rollIntent, successOf } from './outcomes.ts'

export interface ScriptedWorld {
  /** Steps in the order they were acted on; one that is acted on twice stands here twice. */
  readonly acts: { readonly step: string; readonly token: string; readonly at: number }[]
  readonly performers: ActingPerformers
}

export interface Script {
  /** How long the act takes; default one minute. */
  tookMs?(action: Action): number
  /** Default: nothing fails. */
  fails?(action: Action, attempt: number): boolean
}

export function createScriptedWorld(script: Script = {}): ScriptedWorld {
  const acts: ScriptedWorld['acts'] = []
  const attempts = new Map<string, number>()

  const perform = async <Kind extends Action['kind']>(request: PerformerRequest<Kind>): Promise<readonly ReleaseEvent[]> => {
    const { token, clock, signal } = request
    const action: Action = request.action
    const step = stepOfAction(action)
    if (!acts.some((act) => act.token === token)) {
      acts.push({ step, token, at: clock.now() })
      attempts.set(step, (attempts.get(step) ?? 0) + 1)
    }
    await clock.pause(script.tookMs?.(action) ?? minuteMs, signal)
    return script.fails?.(action, attempts.get(step) ?? 1) ? failureOf(action, token) : successOf(action, token)
  }
  const roll = async (request: PerformerRequest<'roll'>): Promise<readonly ReleaseEvent[]> => {
    const { action, token, resumed } = request
    if (!resumed) await request.record(rollIntent(action.key, action.imageId, token))
    return perform(request)
  }

  return {
    acts,
    performers: {
      bake: perform,
      verify: perform,
      copy: perform,
      share: perform,
      roll,
      'undo-roll': perform,
      'place-groups': perform,
      'measure-exposure': perform,
      'check-fleet': perform,
      test: perform,
    },
  }
}
