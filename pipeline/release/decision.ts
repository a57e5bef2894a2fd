// What to do next, as a value: the conductor carries it out, `--plan` prints it.

import type { TemplateVersion } from '../ports/index.ts'
import type { BakedImage, GroupKey, PinnedBase } from './event.ts'
import type { GroupTarget, StagePolicy } from './policy.ts'

/** Another release is to roll the group: what runs is stopped where it is, or goes back where that is what the other is for. */
export interface Yielding {
  readonly release: string
  readonly goesBack: boolean
}

export type Action =
  | { readonly kind: 'bake'; readonly bases: readonly PinnedBase[] }
  | { readonly kind: 'verify' }
  | { readonly kind: 'copy'; readonly region: string; readonly image: BakedImage }
  | { readonly kind: 'share'; readonly region: string; readonly account: string; readonly imageId: string }
  | { readonly kind: 'request-approval'; readonly stage: string }
  | {
      readonly kind: 'roll'
      readonly key: GroupKey
      readonly target: GroupTarget
      readonly stage: StagePolicy
      readonly imageId: string
      /** All that are rolled side by side now, itself included; absent where it is alone. */
      readonly together?: readonly GroupTarget[]
      readonly yieldTo?: Yielding
    }
  /** Back to `previous` by a new refresh (a finished one cannot be rolled back); the conductor records `undo.intended`. */
  | {
      readonly kind: 'undo-roll'
      readonly key: GroupKey
      readonly target: GroupTarget
      readonly stage: StagePolicy
      readonly previous: TemplateVersion
    }
  | { readonly kind: 'start-soak'; readonly stage: string; readonly until: number }
  | { readonly kind: 'test'; readonly stage: StagePolicy; readonly round: 'start' | 'during' | 'end' }
  /** Of a stage with waves that choose their groups by tag, before its first roll. */
  | { readonly kind: 'place-groups'; readonly stage: StagePolicy }
  /** Of a soak that counts instance-hours: how many machines run the image now. */
  | { readonly kind: 'measure-exposure'; readonly stage: StagePolicy }
  | { readonly kind: 'finish-soak'; readonly stage: string }
  /** Of a release that was opened to fix something: whether any machine still lacks it. */
  /** `templatesOnly`: what groups would launch, and not what they run. */
  | { readonly kind: 'check-fleet'; readonly stages: readonly StagePolicy[]; readonly templatesOnly?: boolean }
  | { readonly kind: 'finish'; readonly openToProductionMs: number; readonly openToProductionWallMs: number }
  | { readonly kind: 'fail'; readonly cause: string }
  /** Of an undo whose last groups another release has rolled: it ends as superseded by that. */
  | { readonly kind: 'give-way'; readonly to: string }
  | { readonly kind: 'refuse'; readonly reasons: readonly string[] }

/**
 * The actions of one `act` do not depend on each other and may run side by side. It lists everything that is to be done now,
 * what was begun and has no outcome included; `until` says when there will be more to do whatever becomes of them.
 */
export type Decision =
  | { readonly kind: 'act'; readonly actions: readonly Action[]; readonly until: number | undefined }
  /** `until` undefined: waits for a person or another runner, no time is known. */
  | { readonly kind: 'wait'; readonly until: number | undefined; readonly reason: string }
  | { readonly kind: 'done'; readonly outcome: 'finished' | 'failed' | 'refused' | 'superseded' }

export function act(actions: readonly Action[], until?: number): Decision {
  return { kind: 'act', actions, until }
}

/** Undefined when there is nothing to do: the next rule may speak. */
export function actOnAny(actions: readonly Action[]): Decision | undefined {
  return actions.length > 0 ? act(actions) : undefined
}

export function wait(until: number | undefined, reason: string): Decision {
  return { kind: 'wait', until, reason }
}
