// A step that a projection places in time: what it waits for, and when it ends if it begins then.

import type { Step } from '../release.ts'
import type { EstimateSource } from './estimates.ts'

export interface PlannedStep {
  /** As `stepOfAction` names it. */
  readonly step: string
  /** Steps that must have ended before. */
  readonly after: readonly string[]
  readonly source: EstimateSource
  readonly basis: string
  /** Nobody can say how long it takes: a person is waited for. */
  readonly isUnknown: boolean
  /** What has happened of it. */
  readonly known: Course | undefined
  ends(from: number): number
}

/** In milliseconds since the epoch, on the clock that soaks are measured by. */
export interface Course {
  readonly begun: number
  /** Undefined while it runs. */
  readonly ended: number | undefined
}

/** What failed is done once more: nothing is known of that. */
export function knownOf(step: Step<unknown>): Course | undefined {
  if (step.state === 'waiting' || step.state === 'failed') return undefined
  return { begun: step.begun.at, ended: step.state === 'finished' ? step.ended.at : undefined }
}

export function configured(basis: string): { readonly source: EstimateSource; readonly basis: string } {
  return { source: 'configured', basis }
}
