// Volumes and snapshots: records of what a machine's disk and an image's layers are to EC2.

import type { Tags } from './tags.ts'

export interface Snapshot {
  readonly id: string
  readonly owner: string
  readonly region: string
  readonly volumeId: string
  /** GiB. */
  readonly size: number
  readonly encrypted: boolean
  readonly kmsKeyId?: string
  readonly state: 'pending' | 'completed' | 'error'
  /** Why it is in error. */
  readonly stateMessage?: string
  readonly startedAt: number
  readonly description: string
  /** Accounts that may make volumes of it. */
  readonly sharedWith: readonly string[]
  readonly isPublic: boolean
  /** The layers it keeps from being removed. */
  readonly layers: readonly string[]
  readonly tags: Tags
}

export interface Volume {
  readonly id: string
  /** GiB. */
  readonly size: number
  readonly type: string
  readonly iops?: number
  readonly throughput?: number
  readonly encrypted: boolean
  readonly kmsKeyId?: string
  readonly zone: string
  readonly createdAt: number
  readonly snapshotId: string
  readonly attachment?: {
    readonly instanceId: string
    readonly deviceName: string
    readonly attachedAt: number
    readonly deleteOnTermination: boolean
  }
  readonly tags: Tags
}
