// What a seed stands for: a company's groups and policies, and everything that will happen to its releases.

import type { Retention } from '../../../pipeline/config/index.ts'
import type { Architecture } from '../../../pipeline/ports/index.ts'
import type { BakingLane, Policy } from '../../../pipeline/release/index.ts'
import type { FaultRates } from '../faults.ts'

export interface Plan {
  readonly seed: number
  readonly policies: Readonly<Record<BakingLane, Policy>>
  readonly groups: readonly PlannedGroup[]
  /** The first is opened at once. */
  readonly releases: readonly [PlannedRelease, ...PlannedRelease[]]
  readonly runners: PlannedRunners
  readonly wire: FaultRates
  /** Chance that a runner dies, at each of its calls and of its records. */
  readonly death: number
  /** Chance that a person who is asked denies. */
  readonly denial: number
  /** Chance that a hook of a roll fails. */
  readonly hookFailure: number
  readonly weather: readonly Weather[]
  /** What people order on the way; all of it before faults stop. */
  readonly orders: readonly PlannedOrder[]
  /** Until then things go wrong; in milliseconds from the beginning. */
  readonly calmAfterMs: number
}

export interface PlannedGroup {
  readonly stage: string
  readonly account: string
  readonly region: string
  /** As its target is called: of a managed node group `cluster/name`, of nodes of Karpenter `cluster/class`. */
  readonly name: string
  readonly machines: number
  /** Absent: an Auto Scaling group that is no cluster's. `hooked`: one whose machines are nodes, with a hook on their way in and out. */
  readonly kind?: 'hooked' | 'node-group' | 'karpenter'
  /** What its template, or its EC2NodeClass, takes the image from. */
  readonly parameter?: string
  /** Absent: x86_64. */
  readonly architecture?: Architecture
}

export function architectureOf({ architecture = 'x86_64' }: Pick<PlannedGroup, 'architecture'>): Architecture {
  return architecture
}

/** Those that a release of the company has an image of, in the order of their names. */
export function architecturesOf({ groups }: Pick<Plan, 'groups'>): readonly Architecture[] {
  return [...new Set(groups.map(architectureOf))].toSorted()
}

/** The one cluster of a place that has nodes. */
export const cluster = 'acme'

/** `sound`, or how machines of its image fail; `unverified`: the verification refuses it; `failing`: its web server answers 503. */
export type Image = 'sound' | 'unverified' | 'failing' | 'silent' | 'unbootable' | 'dying'

export interface PlannedRelease {
  readonly lane: BakingLane
  /** From the beginning. */
  readonly afterMs: number
  readonly image: Image
  /** What it is opened to fix. */
  readonly fixes: readonly string[]
}

export interface PlannedRunners {
  readonly count: 1 | 2
  /** Waits through soaks, or comes again and again as cron would. */
  readonly watch: boolean
  /** How long until the next one starts, after one has died or had nothing more to do. */
  readonly everyMs: number
  /** Like a person at a desk, not like a CI job with a name of its own each time. */
  readonly keepName: boolean
}

/** From so long after the beginning; without a stage, of the whole family. */
export type PlannedOrder = { readonly fromMs: number } & (
  | { readonly kind: 'hold'; readonly stage?: string; readonly untilMs: number }
  | { readonly kind: 'undo'; readonly stage?: string }
  /** `release`: which of the plan's. */
  | { readonly kind: 'revoke'; readonly release: number }
  /** Machines that are too old by then, or within half a day after. */
  | { readonly kind: 'renew' }
  /** Images that nothing needs any more are taken out of use, so many times; `death`: chance that it ends before or after a record. */
  | {
      readonly kind: 'retire'
      readonly everyMs: number
      readonly times: number
      readonly retention: Retention
      readonly death: number
    }
)

/** What the cloud itself does, from and until so long after the beginning. */
export type Weather = { readonly fromMs: number; readonly untilMs: number } & (
  | { readonly kind: 'no-capacity'; readonly zone: string }
  | { readonly kind: 'vcpu-quota'; readonly account: string; readonly limit: number }
  /** So many machines of a group end, or stop answering. */
  | { readonly kind: 'machines'; readonly group: string; readonly how: 'dies' | 'falls-ill'; readonly times: number }
  | { readonly kind: 'alarm'; readonly name: string }
)
