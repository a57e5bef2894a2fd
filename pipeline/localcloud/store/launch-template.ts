// Launch templates and their numbered versions; a version never changes once it is made.

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
  readonly versions: readonly TemplateVersion[]
  readonly clientToken?: string
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
}

/** The number a version is written as: digits, `$Latest`, `$Default`, or nothing for the default. */
export function versionNumber(template: LaunchTemplate, written: string | undefined): number | undefined {
  if (written === undefined || written === '$Default') return template.defaultVersion
  if (written === '$Latest') return template.latestVersion
  return /^\d+$/.test(written) ? Number(written) : undefined
}

export function versionOf(template: LaunchTemplate, written: string | undefined): TemplateVersion | undefined {
  const number = versionNumber(template, written)
  return template.versions.find((version) => version.number === number)
}
