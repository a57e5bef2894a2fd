// What a preflight looks at, and what one check of it says.

import type {
  AlarmState,
  ImageParameter,
  InstanceRefresh,
  LifecycleHook,
  MachineImage,
  SubnetDetail,
  TemplateVersionDetail,
} from '../ports/index.ts'
import type { GroupTarget, StagePolicy } from '../release/index.ts'
import type { GroupNow } from './group-now.ts'
import type { Vcpus } from './read-vcpus.ts'

/** A reason not to roll, and the way out, a sentence each. */
export interface Refusal {
  readonly cause: string
  readonly hint: string
  /** Set for want of vCPUs or addresses: it may be otherwise once others have ended. */
  readonly lacksRoom?: true
}

/** A group that is rolled side by side with the one looked at, and what it has yet to launch beside the machines it has. */
export interface Neighbour {
  readonly name: string
  readonly machines: number
  /** vCPUs of each, 0 where the quota counts none. */
  readonly perMachine: number
  readonly subnetIds: readonly string[]
  /** Its roll has begun: it takes its room whether there is enough or not. */
  readonly isUnderWay?: true
}

export interface PreflightFacts {
  readonly groupName: string
  /** Undefined: there is no such group. */
  readonly group: GroupNow | undefined
  /** The version the group launches from. Undefined: it names no template, or one that is gone. */
  readonly template: TemplateVersionDetail | undefined
  /** ARNs of keys: the stage's own, and that of each volume the template names. Absent: the stage has none of its own. */
  readonly volumeKeys?: { readonly wanted: string; readonly named: readonly (string | undefined)[] }
  /** Newest first. */
  readonly refreshes: readonly InstanceRefresh[]
  /** Undefined: it is asked what would be refused whatever the image. */
  readonly imageId: string | undefined
  /** The release's image as the group's account sees it. Undefined: it doesn't. */
  readonly image: MachineImage | undefined
  /** What the group's parameter holds. Absent: it has none, or there is no such parameter. */
  readonly parameter?: ImageParameter
  /** The image of `template` or of `parameter`, if it is still there. */
  readonly previousImage: MachineImage | undefined
  /** Of those that the policy names, the ones that exist. */
  readonly alarms: readonly AlarmState[]
  /** Why the history of one of them may not be read; absent when each may. */
  readonly alarmHistoryDenied?: string
  readonly hooks: readonly LifecycleHook[]
  /** The group's own; none when it names zones only. */
  readonly subnets: readonly SubnetDetail[]
  /** Undefined: the roll adds no machine, or none that the quota counts. */
  readonly vcpus: Vcpus | undefined
  /** Asked for where the group's own roll adds machines; absent where none is rolled with it. Of an undo those that come first. */
  readonly beside?: readonly Neighbour[]
}

/** What is to be rolled, and what its stage knows of its health. */
export interface RollOrder {
  readonly stage: StagePolicy
  readonly target: GroupTarget
  /** Its machines are to be replaced on the image they run. */
  readonly renews?: true
  /** What is asked of it stands in the ledger, whatever drover.yaml says by now. */
  readonly recorded?: true
  /** It goes back to what it ran before. */
  readonly undoes?: true
}

export type Check = (group: GroupNow, facts: PreflightFacts, order: RollOrder) => Refusal | readonly Refusal[] | undefined
