// Everything one bake of one architecture is planned from: values only.

import type { GuestBundle } from '../../hardening/index.ts'
import type { Family, ImagesAccount } from '../config/index.ts'
import type { PinnedBase } from '../release/index.ts'

export interface BakeRequest {
  readonly family: Family
  readonly images: ImagesAccount
  readonly release: {
    readonly id: string
    readonly configCommit: string
    /** ISO 8601, wall time. */
    readonly builtAt: string
  }
  readonly base: PinnedBase
  /** Root device of the base, such as `/dev/xvda`. */
  readonly rootDevice: string
  /** The same for every attempt at this bake: on everything it makes, so that all of it can be found again. */
  readonly token: string
  readonly hardening: GuestBundle
  readonly folders: BakeFolders
  /** Absolute path of ansible-playbook; needed only if the family has a playbook. */
  readonly ansiblePlaybook: string | undefined
  /** Seconds between Packer's looks at a machine or image in the making. */
  readonly pollSeconds: number
}

export interface BakeFolders {
  /** packer/: `common` holds template, variables, provisioners and rootfs of every kind, the folders beside it what kinds differ in. */
  readonly packer: string
  /** Private folder of this bake. */
  readonly work: string
}
