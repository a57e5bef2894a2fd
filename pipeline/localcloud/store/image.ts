// Machine images: an ordered pile of layers, who may launch it, and where it came from.

import type { Tags } from './tags.ts'

export interface Image {
  readonly id: string
  readonly region: string
  readonly owner: string
  readonly name: string
  readonly description: string
  readonly state: 'pending' | 'available' | 'failed' | 'disabled'
  readonly stateReason?: string
  readonly architecture: 'x86_64' | 'arm64'
  readonly createdAt: number
  readonly deprecatedAt?: number
  /** Against deregistration. */
  readonly protection: 'disabled' | 'enabled-without-cooldown' | 'enabled-with-cooldown'
  /** When protection with a cooldown was taken off, it lasts until then. */
  readonly protectedUntil?: number
  readonly rootDeviceName: string
  readonly blockDevices: readonly ImageBlockDevice[]
  /** Lowest first. */
  readonly layers: readonly string[]
  readonly isPublic: boolean
  /** Accounts that may launch it. */
  readonly launchAccounts: readonly string[]
  readonly launchOrganisations: readonly string[]
  /** `v2.0` when its instances demand IMDSv2. */
  readonly imdsSupport?: string
  readonly sourceInstanceId?: string
  readonly sourceImageId?: string
  readonly sourceRegion?: string
  readonly clientToken?: string
  /** Of the request that made it, where that had a client token. */
  readonly requestDigest?: string
  /** Work still to be done before it is available. */
  readonly making?: ImageWork
  readonly tags: Tags
  /** What accounts that it is shared with have written on it, each for itself; absent where none has. */
  readonly guestTags?: Readonly<Record<string, Tags>>
}

/** Tags are whose who wrote them: no account sees another's. */
export function imageTags(image: Pick<Image, 'owner' | 'tags' | 'guestTags'>, viewer: string): Tags {
  return image.owner === viewer ? image.tags : (image.guestTags?.[viewer] ?? {})
}

export interface ImageBlockDevice {
  readonly deviceName: string
  readonly snapshotId: string
  /** GiB. */
  readonly size: number
  readonly type: string
  readonly encrypted: boolean
  readonly deleteOnTermination: boolean
}

export type ImageWork =
  /** The instance's own layer is kept under `layerId`, once its machine is off. */
  | { readonly kind: 'capture'; readonly instanceId: string; readonly layerId: string }
  /** A copy shares the layers, so it only has to wait; with `trouble` it fails then, for that reason. */
  | { readonly kind: 'copy'; readonly doneAt: number; readonly trouble?: string }
