// What an account has set for a whole region: who may be shown its images, and whose images it may use.

import type { ImageCriterion } from '@aws-sdk/client-ec2'

export interface RegionSettings {
  readonly imageSharing: 'unblocked' | 'block-new-sharing'
  readonly snapshotSharing: 'unblocked' | 'block-new-sharing' | 'block-all-sharing'
  readonly allowedImages: {
    readonly state: 'disabled' | 'audit-mode' | 'enabled'
    /** As it came over the wire. */
    readonly criteria: readonly ImageCriterion[]
  }
}

export const regionSettingsKey = 'settings'

/** "Block public access for AMIs is enabled by default" in accounts made since 2023; snapshots are not blocked [doc: block-public-access-to-amis]. */
export const firstRegionSettings: RegionSettings = {
  imageSharing: 'block-new-sharing',
  snapshotSharing: 'unblocked',
  allowedImages: { state: 'disabled', criteria: [] },
}
