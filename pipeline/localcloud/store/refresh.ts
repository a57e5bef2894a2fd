// Instance refreshes: what was asked, how far it has come, and what a rollback would go back to.

import type { DesiredConfiguration, RefreshPreferences } from '@aws-sdk/client-auto-scaling'
import type { LaunchSource } from './group.ts'

export type RefreshStatus =
  | 'Pending'
  | 'InProgress'
  | 'Successful'
  | 'Failed'
  | 'Cancelling'
  | 'Cancelled'
  | 'RollbackInProgress'
  | 'RollbackFailed'
  | 'RollbackSuccessful'
  | 'Baking'

/** Preferences with their defaults filled in, as the arithmetic needs them. */
export interface RefreshRules {
  readonly minHealthy: number
  readonly maxHealthy: number
  /** Whether the maximum was asked for, or is the group's maintenance policy's. */
  readonly isMaxSet?: boolean
  readonly warmupSeconds: number
  readonly skipMatching: boolean
  readonly checkpoints: readonly number[]
  readonly checkpointDelaySeconds: number
  readonly bakeSeconds: number
  readonly autoRollback: boolean
  readonly alarms: readonly string[]
  readonly protectedInstances: 'Refresh' | 'Ignore' | 'Wait'
  readonly standbyInstances?: 'Terminate' | 'Ignore' | 'Wait'
}

export interface Refresh {
  readonly id: string
  readonly group: string
  readonly status: RefreshStatus
  readonly statusReason?: string | undefined
  readonly startedAt: number
  readonly endedAt?: number
  readonly percentageComplete: number
  readonly instancesToUpdate: number
  /** As asked, for describing. */
  readonly preferences: RefreshPreferences
  readonly desiredConfiguration?: DesiredConfiguration
  readonly rules: RefreshRules
  /** What new instances are launched from while it runs. */
  readonly target: { readonly source: LaunchSource; readonly version?: number; readonly imageId: string }
  /** What the group had when it started: a rollback restores this. */
  readonly saved: LaunchSource
  /** Instances to be replaced, fixed when the replacing starts. */
  readonly replacing: readonly string[]
  /** The group's desired capacity at its last step: what it is less by now is scaled in. */
  readonly desired?: number
  /** Checkpoints reached so far, the one it waits at among them. */
  readonly checkpointsPassed: number
  /** Nothing is replaced before this. */
  readonly pausedUntil?: number | undefined
  readonly bakingUntil?: number | undefined
  /** When the first of an unbroken row of failed replacements failed. */
  readonly failingSince?: number | undefined
  /** Since when only protected instances and those in standby are left. */
  readonly waitingSince?: number | undefined
  readonly waitsForTransitioning: boolean
  readonly rollback?: {
    readonly reason: string
    readonly startedAt: number
    readonly percentageOnRollback: number
    readonly toUpdateOnRollback: number
  }
}

const ended: ReadonlySet<RefreshStatus> = new Set(['Successful', 'Failed', 'Cancelled', 'RollbackFailed', 'RollbackSuccessful'])

/** One refresh at a time is active in a group. */
export function isActiveRefresh(refresh: Refresh): boolean {
  return !ended.has(refresh.status)
}
