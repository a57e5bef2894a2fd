// What a preflight looks at, and what one check of it says.

import type { AlarmState, GroupState, InstanceRefresh, MachineImage, TemplateVersionDetail } from '../ports/index.ts'
import type { RollPolicy } from '../release/index.ts'

/** A reason not to roll, and the way out, a sentence each. */
export interface Refusal {
  readonly cause: string
  readonly hint: string
}

export interface PreflightFacts {
  readonly groupName: string
  /** Undefined: there is no such group. */
  readonly group: GroupState | undefined
  /** The version the group launches from. Undefined: it names no template, or one that is gone. */
  readonly template: TemplateVersionDetail | undefined
  /** Newest first. */
  readonly refreshes: readonly InstanceRefresh[]
  readonly imageId: string
  /** The release's image as the group's account sees it. Undefined: it doesn't. */
  readonly image: MachineImage | undefined
  /** The image of `template`, if it is still there. */
  readonly previousImage: MachineImage | undefined
  /** Of those that the policy names, the ones that exist. */
  readonly alarms: readonly AlarmState[]
}

export type Check = (group: GroupState, facts: PreflightFacts, policy: RollPolicy) => Refusal | readonly Refusal[] | undefined
