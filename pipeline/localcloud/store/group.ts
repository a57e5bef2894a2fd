// Auto Scaling groups, their members and the history of what was done to them and why.

import type { Hold, LifecycleHook } from './lifecycle-hook.ts'
import type { TargetState } from './target-group.ts'

export interface Group {
  readonly name: string
  readonly arn: string
  readonly createdAt: number
  readonly minSize: number
  readonly maxSize: number
  readonly desired: number
  readonly launch: LaunchSource
  readonly zones: readonly string[]
  readonly subnetIds: readonly string[]
  readonly cooldownSeconds: number
  readonly healthCheckType: string
  /** ARNs of the target groups its instances are registered with. */
  readonly targetGroups?: readonly string[]
  readonly gracePeriodSeconds: number
  readonly defaultWarmupSeconds?: number
  readonly newInstancesProtected: boolean
  readonly terminationPolicies: readonly string[]
  readonly suspended: readonly string[]
  readonly maintenance?: { readonly minHealthy: number; readonly maxHealthy: number }
  readonly serviceLinkedRole: string
  readonly tags: readonly GroupTag[]
  readonly members: readonly Member[]
  readonly hooks?: readonly LifecycleHook[]
  /** Set when the group is to go as soon as its instances have. */
  readonly isDeleting: boolean
  /** No launch is tried before this, after one failed. */
  readonly retryAt?: number | undefined
  readonly failedLaunches: number
  /** Zones in which a launch failed, and when they are tried again. */
  readonly avoidedZones?: Readonly<Record<string, number>>
}

export interface GroupTag {
  readonly key: string
  readonly value: string
  readonly propagates: boolean
}

/** What a group launches from. */
export type LaunchSource = TemplateSource | ConfigurationSource

/** A template at a version as written (`3`, `$Latest`, `$Default`). */
export interface TemplateSource {
  readonly templateId: string
  readonly templateName: string
  readonly version: string
  /** True when the group holds it inside a mixed-instances policy. */
  readonly isMixed: boolean
  /** Of a mixed-instances policy, in the order in which they are tried. */
  readonly overrides?: readonly LaunchOverride[]
  /** Of a mixed-instances policy, as far as it was written; none of it launches anything else here. */
  readonly distribution?: Distribution
}

/** How a mixed-instances policy divides what it launches where all of it is on demand. */
export interface Distribution {
  readonly onDemandBase?: number
  readonly spotStrategy?: string
  readonly spotPools?: number
}

/** A launch configuration by its name, which has no versions. */
export interface ConfigurationSource {
  readonly configuration: string
}

export function isConfiguration(source: LaunchSource): source is ConfigurationSource {
  return 'configuration' in source
}

export function overridesOf(source: LaunchSource): readonly LaunchOverride[] {
  return isConfiguration(source) ? [] : (source.overrides ?? [])
}

/** What a launch takes instead of what the template says. */
export interface LaunchOverride {
  readonly instanceType?: string
  readonly imageId?: string
  /** Another template than the policy's, at a version as written. */
  readonly template?: { readonly id: string; readonly name: string; readonly version: string }
}

export type Lifecycle = 'Pending' | 'InService' | 'Terminating' | 'Standby'

/** An instance as its group sees it. */
export interface Member {
  readonly instanceId: string
  readonly instanceType: string
  readonly imageId: string
  readonly zone: string
  readonly lifecycle: Lifecycle
  readonly isHealthy: boolean
  /** What its target groups say, where the group listens to them. */
  readonly targetState?: TargetState
  readonly isProtected: boolean
  /** The version it was launched from, always a number; undefined when it was attached, or launched from a configuration. */
  readonly template?: { readonly id: string; readonly name: string; readonly version: number }
  /** The launch configuration it was launched from. */
  readonly configuration?: string
  readonly joinedAt: number
  /** Launched beyond the desired capacity, to take another member's place once it is in service. */
  readonly isSpare?: boolean
  /** When it entered service; its warm-up and its grace period count from here. */
  readonly inServiceAt?: number
  readonly launchActivityId: string
  readonly terminateActivityId?: string
  /** Hooks that keep it where it is. */
  readonly holds?: readonly Hold[]
}

export interface Activity {
  readonly id: string
  readonly group: string
  readonly cause: string
  readonly description: string
  readonly status: 'PreInService' | 'InProgress' | 'MidLifecycleAction' | 'Successful' | 'Failed' | 'Cancelled'
  readonly statusMessage?: string
  readonly progress: number
  readonly startedAt: number
  readonly endedAt?: number
  readonly zone: string
  readonly subnetId: string
  /** Order of making, for newest first among equals. */
  readonly order: number
}

/** A member that is still counted on: neither leaving nor set aside. */
export function isActive(member: Member): boolean {
  return member.lifecycle === 'Pending' || member.lifecycle === 'InService'
}
