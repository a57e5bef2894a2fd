// What a test of a stage is given, and what it answers.

import type { Architecture, Clock, Cloud, Exec, Files, HttpClient, HttpProbe } from '../ports/index.ts'
import type { MachineDrift, Release, StagePolicy } from '../release/index.ts'
import type { RegionMachines } from './stage-machines.ts'

export interface TestPorts {
  readonly cloud: Cloud
  readonly exec: Exec
  readonly probe: HttpProbe
  readonly drift: DriftAsker
  /** For the API of a cluster, and for the kubeconfig that leads there. */
  readonly http: HttpClient
  readonly files: Pick<Files, 'readText'>
}

/** How a machine that has lived is asked for its rules; a message when it cannot be. */
export type DriftAsker = (release: Release, nowMs: number) => Promise<Asked<DriftQuestion>>

export interface DriftQuestion {
  /** Shell scripts to run as root, one after the other; the last one prints the answer. */
  readonly scripts: readonly string[]
  /** Short names of rules that were met at the verification and are not met now. */
  judge(printed: string, architecture: Architecture | undefined): Asked<readonly string[]>
}

export type Asked<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly message: string }

export interface TestRun extends TestPorts {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly release: Release
  readonly stage: StagePolicy
  readonly round: 'start' | 'during' | 'end'
  readonly regions: readonly RegionMachines[]
}

/** `detail` is one sentence; empty when it passed, unless it was not asked at all. */
export interface TestVerdict {
  readonly ok: boolean
  readonly detail: string
  /** Of a test for drift: which rules each machine that was asked no longer meets. */
  readonly drift?: readonly MachineDrift[]
}
