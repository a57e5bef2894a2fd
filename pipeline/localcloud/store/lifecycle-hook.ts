// Lifecycle hooks: what an instance waits for on its way into a group or out of it.

export type Transition = 'autoscaling:EC2_INSTANCE_LAUNCHING' | 'autoscaling:EC2_INSTANCE_TERMINATING'
export type HookResult = 'CONTINUE' | 'ABANDON'

export interface LifecycleHook {
  readonly name: string
  readonly transition: Transition
  readonly heartbeatSeconds: number
  readonly defaultResult: HookResult
  readonly metadata?: string
}

/** One hook's hold on one instance. */
export interface Hold {
  readonly hook: string
  readonly transition: Transition
  /** What CompleteLifecycleAction may name it by. */
  readonly token: string
  readonly heartbeatSeconds: number
  readonly defaultResult: HookResult
  /** When it ends without a heartbeat. */
  readonly expiresAt: number
  /** When it ends whatever heartbeats come. */
  readonly endsAt: number
  /** What was answered; undefined while nothing was. */
  readonly result?: HookResult
}

const longestHoldSeconds = 172_800

/** When it ends whatever heartbeats come, in seconds from its beginning. "The maximum is 172800 seconds (48 hours) or 100 times the heartbeat timeout, whichever is smaller" [doc: lifecycle-hooks]. */
export function longestHoldOf({ heartbeatSeconds }: Pick<LifecycleHook, 'heartbeatSeconds'>): number {
  return Math.min(longestHoldSeconds, 100 * heartbeatSeconds)
}

export function holdOf(hook: LifecycleHook, token: string, now: number): Hold {
  const { name, transition, heartbeatSeconds, defaultResult } = hook
  return {
    hook: name,
    transition,
    token,
    heartbeatSeconds,
    defaultResult,
    expiresAt: now + heartbeatSeconds * 1_000,
    endsAt: now + longestHoldOf(hook) * 1_000,
  }
}

/** What has become of the holds together. */
export type Held =
  | { readonly kind: 'waiting'; readonly until: number }
  | { readonly kind: 'released' }
  | { readonly kind: 'abandoned'; readonly token: string; readonly why: string }

/** "An abandoned action ends the others that are left; a continued one lets them complete" [doc: lifecycle-hooks]. */
export function heldBy(holds: readonly Hold[], now: number): Held {
  const open = holds.filter((hold) => hold.result === undefined && now < endOf(hold))
  for (const hold of holds) {
    if (hold.result === 'ABANDON') return abandoned(hold, 'Lifecycle Action Completed with ABANDON Result')
    if (hold.result === undefined && now >= endOf(hold) && hold.defaultResult === 'ABANDON')
      return abandoned(hold, 'Heartbeat Timeout')
  }
  if (open.length === 0) return { kind: 'released' }
  return { kind: 'waiting', until: Math.min(...open.map(endOf)) }
}

function endOf({ expiresAt, endsAt }: Hold): number {
  return Math.min(expiresAt, endsAt)
}

function abandoned({ token }: Hold, why: string): Held {
  return { kind: 'abandoned', token, why }
}
