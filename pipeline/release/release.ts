// What a release is at one moment: everything its events say, arranged for deciding. Made by replay() only.

import type { Architecture, TemplateVersion, UnavailableLimit } from '../ports/index.ts'
import type {
  BakedImage,
  ConfigOrigin,
  EvidenceFile,
  ExposedMachine,
  GroupKey,
  HookResult,
  ImageFixProof,
  MachineDrift,
  PinnedBase,
  RenewalTarget,
  RetiringStep,
  ReturnTarget,
  RevertedGroup,
  RuleStanding,
  ScanCounts,
} from './event.ts'
import type { Lane, Policy } from './policy.ts'
import type { Failing } from './trying.ts'

export interface Release {
  /** `web-2026.47.1`. */
  readonly id: string
  readonly family: string
  readonly lane: Lane
  readonly reason: string | undefined
  /** What it is to fix, as written when it was opened. */
  readonly fixes: readonly string[]
  readonly openedBy: string
  /** It was opened to walk the emergency lane in the first stage only: it never reaches production, and supersedes nothing. */
  readonly drill: boolean
  readonly openedAt: Moment
  readonly rehearsal: boolean
  readonly config: ConfigOrigin
  readonly policy: Policy
  readonly bases: readonly PinnedBase[]
  /** Machines of its groups when it was opened, by `describeGroup`; without those that nobody counted. */
  readonly machines: ReadonlyMap<string, number>
  /** What an undo goes back to; undefined in the lanes that bake. */
  readonly returnsTo: ReturnTarget | undefined
  /** What a renewal leaves groups on; absent in every other lane. */
  readonly renews?: RenewalTarget
  /** Hash of the record that opened it: no other release of any ledger has it, so tokens are made from it. */
  readonly seed: string
  readonly bake: Step<Bake>
  readonly verify: Step<Verification>
  /** One for each region and architecture that a copy was begun for. */
  readonly copies: readonly Copy[]
  readonly shares: readonly Share[]
  /** Set while the tags by which a stage's waves choose their groups could not be read. */
  readonly placing?: { readonly stage: string; readonly cause: string; readonly failing: Failing }
  readonly approvals: readonly Approval[]
  readonly rolls: readonly Roll[]
  readonly soaks: readonly Soak[]
  /** The last look at the fleet; undefined before the first. */
  readonly fleet?: FleetCheck
  /** When it was first seen that it will miss its time; undefined while it has not been. */
  readonly lateSince?: Moment
  /** When people were last told that groups it took back run an old image still. */
  readonly remindedAt?: Moment
  /** Undefined while the release is open. */
  readonly ending: Ending | undefined
  /** Images that have been taken out of use, or are about to be; absent before the first. */
  readonly retired?: readonly RetiredImage[]
}

export interface RetiredImage {
  readonly region: string
  readonly imageId: string
  /** The furthest that it came; undefined while only its permissions are saved, or once it is restored. */
  readonly step: RetiringStep | undefined
  /** Who might launch it before it was disabled; undefined when it never was, or has its permissions back. */
  readonly permissions: readonly string[] | undefined
}

/** An instant on both clocks, in milliseconds since the epoch, and who was there. */
export interface Moment {
  /** On the clock that soaks are measured by. */
  readonly at: number
  /** Wall time. */
  readonly wallAt: number
  readonly runner: string
}

/** Something with an intent before and an outcome after. `begun` without outcome is in flight, or its runner died. */
export type Step<Result> =
  | { readonly state: 'waiting' }
  | { readonly state: 'begun'; readonly token: string; readonly begun: Moment }
  | { readonly state: 'finished'; readonly begun: Moment; readonly ended: Moment; readonly result: Result }
  | { readonly state: 'failed'; readonly begun: Moment; readonly ended: Moment; readonly cause: string }

export interface FleetCheck {
  readonly moment: Moment
  readonly exposed: readonly ExposedMachine[]
  readonly unasked: readonly string[]
  readonly reverted: readonly RevertedGroup[]
}

export interface Bake {
  readonly images: readonly BakedImage[]
  readonly before: ScanCounts
  readonly after: ScanCounts
  readonly evidence: readonly EvidenceFile[]
}

export interface Verification {
  readonly verdict: 'pass' | 'refuse'
  readonly reasons: readonly string[]
  readonly counts: ScanCounts
  readonly standings?: readonly RuleStanding[] | undefined
  readonly fixes?: readonly ImageFixProof[] | undefined
  readonly evidence: readonly EvidenceFile[]
}

export interface Copy {
  readonly region: string
  readonly architecture: Architecture
  /** The copy as soon as it is being made. */
  readonly imageId: string | undefined
  /** What an earlier attempt had begun; absent where none had. */
  readonly earlierImageId?: string
  readonly step: Step<{ readonly imageId: string }>
  /** How often it has failed so far. */
  readonly failures: number
  /** Absent before its first failure. */
  readonly failing?: Failing
}

export interface Share {
  readonly region: string
  readonly account: string
  readonly imageId: string
  readonly done: boolean
  /** Absent before its first failure. */
  readonly failing?: Failing
  /** Why it failed last; empty when it has not. */
  readonly cause: string
}

export interface Approval {
  readonly stage: string
  readonly answer: 'asked' | 'granted' | 'denied'
  /** Who answered and why; empty until then. */
  readonly by: string
  readonly reason: string
}

export interface Roll {
  readonly key: GroupKey
  /** What it is moved to; undefined when the preflight refused before anything was intended. */
  readonly imageId: string | undefined
  readonly previous: (TemplateVersion & { readonly imageId: string | undefined }) | undefined
  /** The refresh that moves the group, once it runs. */
  readonly refresh:
    | { readonly template: TemplateVersion; readonly refreshId: string; readonly parameterVersion?: number }
    | undefined
  /** Of a renewal, and of a group rolled by a parameter: the newest refresh that the group had before. */
  readonly afterRefreshId?: string
  /** Of a managed node group whose limit the roll changes: what it was before. */
  readonly previousLimit?: UnavailableLimit
  readonly step: Step<{ readonly refreshId: string; readonly replaced: number }>
  /** Set for a group that is rolled only when a person says so; who did, once somebody has. */
  readonly hand?: { readonly orderedBy: string | undefined }
  /** Set for a group of an undo that had no room when it was to be rolled; how often that was found, and why last. */
  readonly room?: { readonly cause: string; readonly failing: Failing }
  /** Who is at it or was last, by what they wrote; absent before anybody was. */
  readonly watch?: RollWatch
  /** Hooks that have run; absent while none has. */
  readonly hooks?: readonly HookResult[]
  /** Set when the preflight or a hook before the roll refused it: nothing was changed. */
  readonly refusal: { readonly cause: string; readonly hint: string } | undefined
  /** Taking the group back to `previous`, after its stage failed a test. */
  readonly undo: Step<{ readonly refreshId: string }>
}

export interface RollWatch {
  readonly runner: string
  /** Wall time, in milliseconds since the epoch. */
  readonly sinceWallAt: number
  readonly seenWallAt: number
}

export interface Soak {
  readonly stage: string
  readonly startedAt: Moment
  /** Milliseconds since the epoch, on the clock that soaks are measured by. */
  readonly until: number
  readonly tests: readonly TestResult[]
  /** How many machines ran the image at each look, `at` in milliseconds on the clock that soaks are measured by. */
  readonly exposure: readonly { readonly at: number; readonly machines: number }[]
  readonly finishedAt: Moment | undefined
}

export interface TestResult {
  readonly round: 'start' | 'during' | 'end'
  readonly test: string
  readonly ok: boolean
  readonly detail: string
  readonly drift?: readonly MachineDrift[] | undefined
  readonly at: number
}

export type Ending =
  | {
      readonly kind: 'finished'
      readonly moment: Moment
      readonly openToProductionMs: number
      readonly openToProductionWallMs: number
    }
  | { readonly kind: 'failed'; readonly moment: Moment; readonly cause: string }
  | { readonly kind: 'refused'; readonly moment: Moment; readonly reasons: readonly string[] }
  | { readonly kind: 'superseded'; readonly moment: Moment; readonly by: string }
