// What a test of a stage is given, and what it answers.

import type { Clock, Cloud, Exec, HttpProbe } from '../ports/index.ts'
import type { StagePolicy } from '../release/index.ts'
import type { RegionMachines } from './stage-machines.ts'

export interface TestPorts {
  readonly cloud: Cloud
  readonly exec: Exec
  readonly probe: HttpProbe
}

export interface TestRun extends TestPorts {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly releaseId: string
  readonly family: string
  readonly stage: StagePolicy
  readonly round: 'start' | 'during' | 'end'
  readonly regions: readonly RegionMachines[]
}

/** `detail` is one sentence; empty when it passed. */
export interface TestVerdict {
  readonly ok: boolean
  readonly detail: string
}
