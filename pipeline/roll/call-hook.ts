// One hook of a group's roll: a program of the user's, or a webhook.

import { digestOf } from '../kernel/index.ts'
import type { CallWebhook, Exec } from '../ports/index.ts'
import type { HookPolicy, HookResult } from '../release/index.ts'

/** What a hook is told: silence monitoring, tell a load balancer, and put it back. */
export interface HookOccasion extends Pick<HookResult, 'during' | 'when'> {
  readonly release: string
  readonly family: string
  readonly stage: string
  readonly group: string
  readonly region: string
  readonly account: string
  /** Where the group goes; undefined when it is not known what it ran before. */
  readonly image: string | undefined
  /** How the roll ended; undefined before it. */
  readonly outcome: RollOutcome | undefined
  /** Of the roll: a repeated call has the same ID. */
  readonly token: string
  readonly signal: AbortSignal
}

/** `undone`: failed, and back on what it ran before. `failed`: it may run two images. `taken-over`: another release rolls it. */
export type RollOutcome = 'finished' | 'undone' | 'failed' | 'refused' | 'taken-over'

/** `detail` is one sentence, empty when it went well. Throws only when the signal is aborted. */
export type CallHook = (hook: HookPolicy, occasion: HookOccasion) => Promise<{ readonly ok: boolean; readonly detail: string }>

export function createHookCaller(ports: { readonly exec: Exec; readonly callWebhook: CallWebhook }): CallHook {
  return async (hook, occasion) => {
    if (hook.kind === 'program') {
      const { argv, timeoutMs } = hook
      const { signal } = occasion
      const { ok, message } = await ports.exec.run({ argv, env: environmentOf(occasion), timeoutMs, signal })
      signal.throwIfAborted()
      return { ok, detail: message }
    }
    const { url, secret, timeoutMs } = hook
    const { token, signal, ...told } = occasion
    const id = digestOf({ token, during: told.during, when: told.when, hook: hook.name }).slice(0, 32)
    const body = { version: 1, hook: hook.name, ...told, image: told.image ?? null, outcome: told.outcome ?? null }
    const answer = await ports.callWebhook({ url, secret, id, body, timeoutMs, signal })
    return { ok: answer.ok, detail: answer.ok ? '' : answer.message }
  }
}

function environmentOf(occasion: HookOccasion): Readonly<Record<string, string | undefined>> {
  return {
    DROVER_RELEASE: occasion.release,
    DROVER_FAMILY: occasion.family,
    DROVER_STAGE: occasion.stage,
    DROVER_GROUP: occasion.group,
    DROVER_REGION: occasion.region,
    DROVER_ACCOUNT: occasion.account,
    DROVER_IMAGE: occasion.image,
    DROVER_MOVE: occasion.during,
    DROVER_OUTCOME: occasion.outcome,
  }
}
