// Every fact a release leaves behind. The ledger holds these and nothing else; replay() makes a Release of them.

import type { Architecture, TemplateVersion, UnavailableLimit } from '../ports/index.ts'
import type { Lane, Policy } from './policy.ts'
import type { Lever } from './projection/lever.ts'

/** One record as it stands in the ledger. `hash` covers everything else in it, `previousHash` included. */
export interface LedgerEvent {
  /** From 1, without gaps. */
  readonly sequence: number
  /** ISO 8601 on the clock that soaks are measured by. */
  readonly at: string
  /** ISO 8601 wall time; differs from `at` only in a rehearsal. */
  readonly wallAt: string
  /** Who wrote it: user@host, or the CI run. */
  readonly runner: string
  /** The release it is about; `orders` for what was ordered about all of them. */
  readonly release: string
  readonly event: ReleaseEvent | StandingOrder
  readonly previousHash: string
  readonly hash: string
}

export interface ConfigOrigin {
  /** Git commit of the configuration; `uncommitted` only in a rehearsal. */
  readonly commit: string
  readonly author: string
  readonly reviewers: readonly string[]
  readonly dirty: boolean
  /** SHA-256 over every file the configuration reaches. */
  readonly digest: string
}

export interface PinnedBase {
  readonly architecture: Architecture
  readonly imageId: string
  readonly name: string
  readonly ownerAccount: string
  readonly createdAt: string
  /** Of a Kubernetes node's. */
  readonly node?: NodeBase
}

/** What was asked for when a node's base was pinned, and what its vendor says of it. */
export interface NodeBase {
  /** Minor version asked for, such as `1.33`. */
  readonly kubernetes: string
  /** The public parameter that named the image. */
  readonly parameter: string
  /** The vendor's own version of the image, such as `1.33.5-20251112`. */
  readonly releaseVersion: string
  /** Dated release of the distribution asked for, or `base`; which one it got is evidence of the bake. */
  readonly distribution: string
}

export interface BakedImage {
  readonly architecture: Architecture
  readonly imageId: string
  readonly name: string
  readonly region: string
}

/** A file kept as evidence beside the ledger. */
export interface EvidenceFile {
  /** Relative to the release's evidence folder. */
  readonly path: string
  readonly sha256: string
}

/** Result counts of one scan: every rule the profile demands is in exactly one, none is folded into another. */
export interface ScanCounts {
  readonly passed: number
  readonly fixed: number
  readonly failed: number
  readonly error: number
  readonly unknown: number
  readonly waived: number
  /** The register says that the scanner is wrong; counts as not met. */
  readonly disputed: number
  /** What a container can't judge; outside the denominator of the score. */
  readonly notJudged: number
  readonly notApplicable: number
  readonly notChecked: number
  readonly deselected: number
  readonly informational: number
}

/** A machine that was asked after its soak. */
export interface MachineDrift {
  readonly region: string
  /** The Auto Scaling group it is in. */
  readonly group: string
  /** Instance ID. */
  readonly machine: string
  /** Short names of the rules it no longer meets; empty when it has not drifted. */
  readonly rules: readonly string[]
}

export interface PlacedWave {
  readonly name: string
  readonly groups: readonly { readonly region: string; readonly name: string }[]
}

/** A machine of the release's groups that runs another image. */
export interface ExposedMachine {
  readonly group: GroupKey
  readonly instance: string
  readonly imageId: string
}

/** A group that would launch that image again. */
export interface RevertedGroup {
  readonly group: GroupKey
  readonly imageId: string
  /** Of its launch template, as it is written in the group. */
  readonly version: string
}

/** Whether an image has what the release is to fix; `evidence`: one sentence on what was seen. */
export interface ImageFixProof {
  readonly architecture: Architecture
  readonly fix: string
  readonly proven: boolean
  readonly evidence: string
}

/** Which rules of a verdict had which status, by short name: `{ passed: ['sshd_disable_root_login', …], failed: […] }`. */
export interface RuleStanding {
  readonly architecture: Architecture
  readonly rules: Readonly<Record<string, readonly string[]>>
}

/** An earlier release, with all that rolling it once more needs: what it was baked into, and what was found of that. */
export interface BuiltRelease {
  readonly release: string
  readonly images: readonly BakedImage[]
  readonly copies: readonly { readonly region: string; readonly architecture: Architecture; readonly imageId: string }[]
  /** Of its bake and of its verification. */
  readonly before: ScanCounts
  readonly after: ScanCounts
  readonly counts: ScanCounts
  readonly standings?: readonly RuleStanding[] | undefined
}

/** What an undo goes back to. */
export interface ReturnTarget extends BuiltRelease {
  /** What later releases were proven to fix and it does not: `CVE-2026-12345 (web-2026.48.1)`. */
  readonly lost: readonly string[]
  /** What weekly updates brought since, of each image; absent where nobody looked. */
  readonly updates?: readonly UpdatesLost[] | undefined
}

/** The packages of an image that is left, held against those of the one gone back to, as fresh machines of both had them. */
export interface UpdatesLost {
  readonly architecture: Architecture
  /** The release that is left. */
  readonly left: string
  /** How many have another version there, or are not there; absent when that is not known. */
  readonly changed?: number | undefined
  /** How many of these came as security updates; absent when the image that is left has no list of them. */
  readonly security?: number | undefined
  /** Some of them, security updates first: `openssl 3.5.2-1 becomes 3.5.1-1`. */
  readonly packages: readonly string[]
  /** Why it is not known, a clause. */
  readonly unknown?: string | undefined
}

/** What a renewal leaves groups on, and why it touches them. */
export interface RenewalTarget extends BuiltRelease {
  readonly groups: readonly AgedGroup[]
}

/** A group with a machine that is older than it may be. */
export interface AgedGroup {
  readonly group: GroupKey
  /** When its oldest machine was launched: ISO 8601, wall time. */
  readonly oldestLaunchAt: string
  readonly maxAgeMs: number
}

export interface GroupKey {
  readonly stage: string
  readonly region: string
  readonly group: string
}

export type RetiringStep = 'deprecated' | 'disabled' | 'deregistered'

/** What came of one hook. */
export interface HookResult {
  /** Whether the group was moved to the release's image or back. */
  readonly during: 'roll' | 'undo'
  readonly when: 'before' | 'after'
  readonly hook: string
  readonly ok: boolean
  readonly detail: string
}

export interface CountedGroup {
  readonly group: GroupKey
  readonly machines: number
}

export type ReleaseEvent =
  | {
      readonly type: 'release.opened'
      readonly family: string
      readonly lane: Lane
      /** Required in the emergency lane. */
      readonly reason: string | undefined
      /** What it is to fix, as written: `CVE-2026-12345`, `openssl>=3.5.2-1`. */
      readonly fixes?: readonly string[] | undefined
      readonly openedBy: string
      /** Walks the emergency lane in the first stage only, so that it works when it is needed. */
      readonly drill?: true | undefined
      readonly rehearsal: boolean
      readonly config: ConfigOrigin
      readonly policy: Policy
      readonly bases: readonly PinnedBase[]
      /** How many machines its groups had, of those that could be counted: what its time is projected by. */
      readonly machines?: readonly CountedGroup[] | undefined
      /** In the lane `undo` only. */
      readonly returnsTo?: ReturnTarget | undefined
      /** In the lane `renewal` only. */
      readonly renews?: RenewalTarget | undefined
    }
  | { readonly type: 'bake.intended'; readonly token: string }
  | {
      readonly type: 'bake.finished'
      readonly images: readonly BakedImage[]
      readonly before: ScanCounts
      readonly after: ScanCounts
      readonly evidence: readonly EvidenceFile[]
    }
  | { readonly type: 'bake.failed'; readonly cause: string }
  | { readonly type: 'verify.intended'; readonly token: string }
  | {
      readonly type: 'verify.finished'
      readonly verdict: 'pass' | 'refuse'
      /** One sentence each; empty when it passed. */
      readonly reasons: readonly string[]
      readonly counts: ScanCounts
      /** For what comes after: what was met once must not be lost unnoticed, wherever the evidence went. */
      readonly standings?: readonly RuleStanding[] | undefined
      /** The proof of each thing the release is to fix, on each image. */
      readonly fixes?: readonly ImageFixProof[] | undefined
      readonly evidence: readonly EvidenceFile[]
    }
  | { readonly type: 'verify.failed'; readonly cause: string }
  | { readonly type: 'copy.intended'; readonly region: string; readonly architecture: Architecture; readonly token: string }
  | {
      readonly type: 'copy.started'
      readonly region: string
      readonly architecture: Architecture
      readonly imageId: string
      readonly sourceImageId: string
    }
  | { readonly type: 'copy.finished'; readonly region: string; readonly architecture: Architecture; readonly imageId: string }
  | { readonly type: 'copy.failed'; readonly region: string; readonly architecture: Architecture; readonly cause: string }
  | {
      readonly type: 'share.finished'
      readonly region: string
      readonly account: string
      readonly imageId: string
      /** Why the image has no tags of the account's own there; absent when it has. */
      readonly untagged?: string
    }
  | {
      readonly type: 'share.failed'
      readonly region: string
      readonly account: string
      readonly imageId: string
      readonly cause: string
    }
  | { readonly type: 'approval.requested'; readonly stage: string }
  | { readonly type: 'approval.granted'; readonly stage: string; readonly by: string; readonly reason: string }
  | { readonly type: 'approval.denied'; readonly stage: string; readonly by: string; readonly reason: string }
  | {
      readonly type: 'roll.intended'
      readonly group: GroupKey
      readonly imageId: string
      /** What the group launched from before: what an undo goes back to. Of Karpenter's nodes their parameter and its version. */
      readonly previous: TemplateVersion & { readonly imageId: string | undefined }
      readonly token: string
      /** Of a renewal, and of a group rolled by a parameter, which have no version of their own: the newest refresh before. */
      readonly afterRefreshId?: string
      /** Of a managed node group whose limit the roll changes: what it was, to be put back. */
      readonly previousLimit?: UnavailableLimit
    }
  | {
      readonly type: 'roll.started'
      readonly group: GroupKey
      readonly template: TemplateVersion
      readonly refreshId: string
      /** The version of the parameter that holds the image, of a group rolled by one. */
      readonly parameterVersion?: number
    }
  | { readonly type: 'roll.finished'; readonly group: GroupKey; readonly refreshId: string; readonly replaced: number }
  /** Its tag wants a person's word; `roll.ordered` is that. */
  | { readonly type: 'roll.awaits-hand'; readonly group: GroupKey }
  | { readonly type: 'roll.ordered'; readonly group: GroupKey; readonly by: string }
  /** Of an undo: what the machines beside its own would need is taken, and it is looked at again. */
  | { readonly type: 'roll.awaits-room'; readonly group: GroupKey; readonly cause: string }
  /** Its runner is still at it, or another has taken it over: a sign of life, a few minutes apart. */
  | { readonly type: 'roll.watched'; readonly group: GroupKey; readonly during: HookResult['during'] }
  /** One of the stage's hooks has run before or after the group was moved; `detail`: one sentence, empty when it went well. */
  | {
      readonly type: 'hook.finished'
      readonly group: GroupKey
      readonly during: HookResult['during']
      readonly when: HookResult['when']
      readonly hook: string
      readonly ok: boolean
      readonly detail: string
    }
  | { readonly type: 'roll.refused'; readonly group: GroupKey; readonly cause: string; readonly hint: string }
  | { readonly type: 'roll.failed'; readonly group: GroupKey; readonly cause: string; readonly undone: boolean }
  /** After a stage failed its tests: the group goes back to what `roll.intended` recorded, by a refresh of its own. */
  | { readonly type: 'undo.intended'; readonly group: GroupKey; readonly token: string }
  | { readonly type: 'undo.finished'; readonly group: GroupKey; readonly refreshId: string }
  | { readonly type: 'undo.failed'; readonly group: GroupKey; readonly cause: string }
  | { readonly type: 'soak.started'; readonly stage: string; readonly until: string }
  | {
      readonly type: 'test.finished'
      readonly stage: string
      readonly round: 'start' | 'during' | 'end'
      readonly test: string
      readonly ok: boolean
      /** One sentence; the test's last output line when it failed. */
      readonly detail: string
      /** Of a test for drift only. */
      readonly drift?: readonly MachineDrift[] | undefined
    }
  /** The tags by which the stage's waves choose their groups could not be read. */
  | { readonly type: 'placing.failed'; readonly stage: string; readonly cause: string }
  /** Which wave each group of the stage is in, as the groups were tagged when it began. */
  | { readonly type: 'stage.placed'; readonly stage: string; readonly waves: readonly PlacedWave[] }
  /** So many machines in service run the release's image there. */
  | { readonly type: 'exposure.measured'; readonly stage: string; readonly machines: number }
  | { readonly type: 'soak.finished'; readonly stage: string }
  /** `unasked`: groups that gave no answer, one sentence each. */
  | {
      readonly type: 'fleet.checked'
      readonly exposed: readonly ExposedMachine[]
      readonly unasked: readonly string[]
      /** Groups whose next machine would be on another image: somebody put an earlier template back. Absent when there are none. */
      readonly reverted?: readonly RevertedGroup[] | undefined
    }
  /** It will not be in production in time; once a release, by whoever saw it first. */
  | {
      readonly type: 'projection.late'
      /** What made it late, as `stepOfAction` names it. */
      readonly step: string
      /** ISO 8601, on the clock that soaks are measured by: when it will be there at the earliest, and when it had to be. */
      readonly projected: string
      readonly due: string
      /** The limit that would buy most, and how much; absent when none would buy anything. */
      readonly lever?: Lever | undefined
    }
  /** Of an undo that has ended: those groups run what it took them to still; at most once a day. */
  | { readonly type: 'reminder.given'; readonly groups: readonly GroupKey[] }
  | { readonly type: 'release.finished'; readonly openToProductionMs: number; readonly openToProductionWallMs: number }
  | { readonly type: 'release.failed'; readonly cause: string }
  | { readonly type: 'release.refused'; readonly reasons: readonly string[] }
  | { readonly type: 'release.superseded'; readonly by: string }
  /** Who might launch the image, as AWS named them: written before it is disabled, which takes it from all of them. */
  | {
      readonly type: 'image.permissions-saved'
      readonly region: string
      readonly imageId: string
      readonly permissions: readonly string[]
    }
  | { readonly type: 'image.retired'; readonly region: string; readonly imageId: string; readonly step: RetiringStep }
  /** It may be launched again, by those who might before. */
  | { readonly type: 'image.restored'; readonly region: string; readonly imageId: string }

/** What a hold is on: the narrower of its members all apply, and one without any is on everything. */
export interface HoldScope {
  readonly family?: string | undefined
  readonly stage?: string | undefined
  /** `region/name`, as in the configuration. */
  readonly group?: string | undefined
}

export type StandingOrder =
  /** Nothing new begins there until it is lifted. What is under way goes on, and undoing is never held. */
  | { readonly type: 'hold.placed'; readonly scope: HoldScope; readonly by: string; readonly reason: string }
  | { readonly type: 'hold.lifted'; readonly scope: HoldScope; readonly by: string; readonly reason: string }
  /** It is refused wherever it still goes, undone where it was open, and never gone back to, until it is restored. */
  | { readonly type: 'release.revoked'; readonly releaseId: string; readonly by: string; readonly reason: string }
  | { readonly type: 'release.restored'; readonly releaseId: string; readonly by: string; readonly reason: string }
  /** It is to be taken off its launch configuration: written before anything is. */
  | {
      readonly type: 'group.migration-ordered'
      readonly group: GroupKey
      /** The launch configuration's name. */
      readonly from: string
      readonly by: string
      readonly reason: string
    }
  /** It launches from a template that says what its launch configuration said. */
  | {
      readonly type: 'group.migrated'
      readonly group: GroupKey
      readonly from: string
      readonly template: TemplateVersion
      readonly by: string
      readonly reason: string
    }

/** The events whose type fits: `EventOf<'copy.started'>`. */
export type EventOf<Type extends string> = Extract<ReleaseEvent, { readonly type: Type }>
