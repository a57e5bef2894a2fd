// What a release must go through, fixed when it opens: later edits of the configuration never change a release in flight.

import type { Architecture, NodeGroupName, Place, UnavailableLimit } from '../ports/index.ts'

/** The lanes that bake. */
export type BakingLane = 'weekly' | 'emergency'

/**
 * `undo` takes groups back to an earlier release: nothing is baked, and nothing soaks. `renewal` replaces machines that have grown
 * too old by new ones on the image they run.
 */
export type Lane = BakingLane | 'undo' | 'renewal'

export interface Policy {
  readonly lane: Lane
  /** How long after its opening it has to be in production; absent in a lane without such a limit. */
  readonly withinMs?: number
  /** Where images are baked and copied from. */
  readonly home: Place
  /** KMS key (ID, ARN or alias) that encrypts the image, per region; undefined means the account's default key. */
  readonly kmsKeyIds: Readonly<Record<string, string>>
  /** ARN of the organisation that may launch the images, in place of each stage's account by itself; absent means account by account. */
  readonly organisationArn?: string
  /** How long one attempt waits for a copy; absent means two hours. */
  readonly copyDeadlineMs?: number
  /** In the order they are walked; the last is production. */
  readonly stages: readonly StagePolicy[]
}

export interface StagePolicy {
  readonly name: string
  readonly account: string
  /** Full ARN of the role drover takes in the stage's account. */
  readonly role?: string
  /** KMS key (ID, ARN or alias) of the stage's own volumes, per region; absent: they stay encrypted as the image is. */
  readonly kmsKeyIds?: Readonly<Record<string, string>>
  readonly approval: 'none' | 'required'
  /** Who may give it; absent means anyone. */
  readonly approvers?: ApproverPolicy
  /** When its groups may begin to move; absent means at any time. */
  readonly calendar?: CalendarPolicy
  readonly soak: SoakPolicy
  /** What is run before and after each group's roll; absent means nothing. */
  readonly hooks?: HooksPolicy
  readonly waves: readonly WavePolicy[]
}

export interface ApproverPolicy {
  /** People by the name they go by in the ledger, without their host or CI run; empty means anyone. */
  readonly by: readonly string[]
  /** Whoever opened the release may not also approve it. */
  readonly notOpener: boolean
}

export interface CalendarPolicy {
  /** True in a lane that goes on all the same; what it overrides stands in the ledger with the release's reason. */
  readonly overridden: boolean
  /** Empty means that it is open whenever nothing is frozen. */
  readonly windows: readonly WindowPolicy[]
  readonly freezes: readonly FreezePolicy[]
}

export interface WindowPolicy {
  /** On which days it opens, in its own time zone. */
  readonly days: readonly Weekday[]
  /** Wall-clock times, `09:00`; `to` may be `24:00`, and one that is not after `from` is on the next day. */
  readonly from: string
  readonly to: string
  /** IANA name, `Europe/Berlin`. */
  readonly timeZone: string
}

export interface FreezePolicy {
  /** Dates, `2026-12-20`; both are whole days of the freeze, in its time zone. */
  readonly from: string
  readonly to: string
  readonly timeZone: string
  readonly reason: string
}

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]

export interface SoakPolicy {
  /** Time between the end of the stage's last roll and the start of the next stage. */
  readonly durationMs: number
  /** How long machines of the stage must have run the image, added up, whatever the time; absent means not counted. */
  readonly instanceHours?: number
  /** Run once when the soak starts and once when it ends; between them every `testEveryMs` when the runner is there. */
  readonly tests: readonly TestPolicy[]
  readonly testEveryMs: number
  /** CloudWatch alarms that must be OK at the start, at every test and at the end. */
  readonly alarms: readonly string[]
}

export type TestPolicy =
  | {
      readonly kind: 'http'
      readonly name: string
      readonly port: number
      readonly path: string
      readonly expectStatus: number
      readonly timeoutMs: number
    }
  /** A shell script run by SSM on every machine of the stage; passes when all exit 0. */
  | { readonly kind: 'machine'; readonly name: string; readonly script: string; readonly timeoutMs: number }
  /** One machine a region is scanned the fast way at the end of the soak; passes when it meets what its image met, `allow` aside. */
  | { readonly kind: 'drift'; readonly name: string; readonly allow: readonly string[]; readonly timeoutMs: number }
  /** What a scanner of the account's says of every machine of the stage; one that was not scanned fails it. */
  | {
      readonly kind: 'findings'
      readonly name: string
      readonly source: 'inspector' | 'guardduty'
      readonly atMost: { readonly critical: number; readonly high: number }
      readonly timeoutMs: number
    }
  /** The stage's machines are ready nodes, full of their daemon sets, and each group runs a pod that resolves names. */
  | {
      readonly kind: 'cluster'
      readonly name: string
      readonly access: ClusterAccessPolicy
      /** Whose machines are nodes of that cluster; empty means all of the stage. */
      readonly groups: readonly { readonly region: string; readonly name: string }[]
      readonly namespace: string
      readonly image: string
      readonly lookUp: readonly string[]
      readonly timeoutMs: number
    }
  /** A program of the user's, run by the runner with DROVER_* in its environment; passes when it exits 0. */
  | { readonly kind: 'program'; readonly name: string; readonly argv: readonly [string, ...string[]]; readonly timeoutMs: number }

/** As the stage's role in EKS, by the cluster's name in each region; or as a file on the runner says, read when it is needed. */
export type ClusterAccessPolicy =
  | { readonly kind: 'eks'; readonly cluster: string }
  | { readonly kind: 'kubeconfig'; readonly file: string }

export interface HooksPolicy {
  /** One that fails refuses the roll. */
  readonly before: readonly HookPolicy[]
  /** Run however the roll ended. */
  readonly after: readonly HookPolicy[]
}

export type HookPolicy =
  /** A program of the user's, run by the runner with DROVER_* in its environment; it has done its work when it exits 0. */
  | { readonly kind: 'program'; readonly name: string; readonly argv: readonly [string, ...string[]]; readonly timeoutMs: number }
  | {
      readonly kind: 'webhook'
      readonly name: string
      readonly url: string | NamedSecret
      /** What is sent is signed with it. */
      readonly secret: NamedSecret
      readonly timeoutMs: number
    }

/** Where a secret is, never the secret itself: the runner's environment, or a parameter of the images' account. */
export interface NamedSecret {
  readonly kind: 'environment' | 'parameter'
  readonly name: string
}

export interface WavePolicy {
  readonly name: string
  /** Rolled side by side; the next wave starts when all have succeeded. */
  readonly groups: readonly GroupTarget[]
  /** Of a wave that takes from the stage's others the groups with all of these tags in AWS; `placeByTag` does when the stage begins. */
  readonly tags?: Readonly<Record<string, string>>
}

export interface GroupTarget {
  /** Of a managed node group `cluster/name`, of nodes of Karpenter `cluster/class`. */
  readonly name: string
  readonly region: string
  /** Set for a managed node group of EKS, which replaces its machines itself: rolled by an update of EKS's. */
  readonly nodeGroup?: NodeGroupPolicy
  /** Set for nodes that Karpenter makes: `parameter`, which their EC2NodeClass names, is written, and Karpenter does the rest. */
  readonly karpenter?: NodeClassPolicy
  /** Which of the release's images it runs; may be left out when the family has one architecture. */
  readonly architecture?: Architecture
  /**
   * Parameter of Systems Manager that its template names as its image: rolled by writing that, not by a template version. Groups of
   * a stage and region with the same one share its value, and so their fate.
   */
  readonly parameter?: string
  /** Why it is accepted that nothing tells whether the group's application works. */
  readonly withoutHealth?: string
  /** What a cluster's group must have for its lifecycle hooks; absent in releases opened before that was asked for, and of what others drain. */
  readonly nodeHooks?: NodeHooks
  /** Its machines are replaced once one was launched longer ago than this, on the same image if need be; absent means never. */
  readonly maxAgeMs?: number
  readonly roll: RollPolicy
}

/** Lifecycle hooks of a self-managed group of a cluster. */
export interface NodeHooks {
  /** Name of the hook that holds a new machine until its node is Ready. */
  readonly launch: string
  /** So long after its boot a node is Ready or given up; the hook must hold for longer. */
  readonly readyWithinMs: number
  /** How long a machine that ends must be held for its pods. */
  readonly drainMs: number
}

/**
 * Where nothing else is said: HOOK and WITHIN of drover-node-ready.service in the image, and the heartbeat that AWS Node Termination
 * Handler asks for its own hook [doc: aws/aws-node-termination-handler].
 */
export const usualNodeHooks: NodeHooks = { launch: 'drover-node-ready', readyWithinMs: 600_000, drainMs: 300_000 }

/** "The range is from 30 to 7200 seconds" [doc: PutLifecycleHook]. */
export const longestHeartbeatMs = 7_200_000

/**
 * What a launch hook has to hold a machine for beyond `readyWithin`: it counts from the launch, drover-node-ready from its own start,
 * and has two minutes more for telling how it ended.
 */
export const besideReadyMs = 300_000

export interface NodeGroupPolicy extends NodeGroupName {
  /** Machines go even when their pods can't be evicted. */
  readonly force: boolean
  /** For the update only; absent means as the node group has it. */
  readonly limit?: UnavailableLimit
}

/** An EC2NodeClass of a cluster: what all machines have in common that its parameter moves. */
export interface NodeClassPolicy {
  readonly cluster: string
  readonly nodeClass: string
}

export interface RollPolicy {
  readonly minHealthyPercentage: number
  readonly maxHealthyPercentage: number
  readonly instanceWarmupMs: number
  readonly checkpointPercentages: readonly number[]
  readonly checkpointDelayMs: number
  /** How long AWS watches the alarms after the last machine, and rolls back by itself; absent means not at all. */
  readonly bakeTimeMs?: number
  /** The roll is undone when it has not ended by then. */
  readonly deadlineMs: number
  readonly alarms: readonly string[]
}
