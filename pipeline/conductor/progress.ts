// What the conductor tells whoever is watching, as values: the terminal decides how they look.

import type { LedgerEvent, Projection } from '../release/index.ts'

export type Progress =
  | { readonly kind: 'step-started'; readonly release: string; readonly step: string; readonly resumed: boolean }
  | {
      readonly kind: 'step-ended'
      readonly release: string
      readonly step: string
      /** `left`: another runner has moved the step on, so this one let go of it. */
      readonly outcome: 'passed' | 'failed' | 'left'
      /** Why it failed, in a sentence; empty otherwise. */
      readonly cause: string
      /** Milliseconds on the clock that soaks are measured by, and of wall time. */
      readonly tookMs: number
      readonly tookWallMs: number
    }
  | { readonly kind: 'log'; readonly release: string; readonly step: string; readonly line: string }
  /** Every few seconds while steps run, or a person's answer is waited for: nobody should wonder whether it hangs. */
  | { readonly kind: 'heartbeat'; readonly release: string; readonly steps: readonly RunningStep[] }
  /** `until` on the clock that soaks are measured by; undefined when no time is known. */
  | { readonly kind: 'waiting'; readonly release: string; readonly until: number | undefined; readonly reason: string }
  /** Of an emergency release: when it will be in production, whenever that has moved by more than a minute. */
  | {
      readonly kind: 'projected'
      readonly release: string
      readonly projection: Projection
      readonly movedMs: number | undefined
    }
  | { readonly kind: 'recorded'; readonly record: LedgerEvent }

export interface RunningStep {
  readonly step: string
  readonly forWallMs: number
}

export type OnProgress = (progress: Progress) => void
