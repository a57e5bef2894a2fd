// Launch templates and their numbered versions; a version never changes once it is made, and is a row of its own.

import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2'
import type { Tags } from './tags.ts'

export interface LaunchTemplate {
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly createdBy: string
  readonly defaultVersion: number
  /** The highest number ever given out: deleted numbers are not used again. */
  readonly latestVersion: number
  readonly clientToken?: string
  /** Digest of the request that had the token. */
  readonly requestDigest?: string
  readonly tags: Tags
}

export interface TemplateVersion {
  readonly number: number
  readonly description?: string
  readonly createdAt: number
  readonly createdBy: string
  /** As it came over the wire; what a launch does not implement is refused at the launch. */
  readonly data: RequestLaunchTemplateData
  readonly clientToken?: string
  /** Digest of the request that had the token. */
  readonly requestDigest?: string
}
