// The domain: what a release is, what has happened to it, and what comes next. Pure.

export { breakageOf } from './breakage.ts'
export { describeCalendar } from './calendar.ts'
export { decide } from './decide.ts'
export { alarmsTestName } from './decide-stage.ts'
export type { Action, Decision, Yielding } from './decision.ts'
export { drillOverdueMs, type LastDrill, lastDrillOf } from './drill.ts'
export type {
  BakedImage,
  ConfigOrigin,
  CountedGroup,
  EventOf,
  EvidenceFile,
  ExposedMachine,
  GroupKey,
  HoldScope,
  HookResult,
  LedgerEvent,
  MachineDrift,
  PinnedBase,
  ReleaseEvent,
  RenewalTarget,
  RetiringStep,
  ReturnTarget,
  RevertedGroup,
  ScanCounts,
  UpdatesLost,
} from './event.ts'
export { emergenciesBeside, factsFor, type History, historyOf, type Observer } from './facts.ts'
export { describeGroup, keyOf, machinesByGroup, sameGroup } from './group-key.ts'
export { rollOf, sharersOf } from './group-roll.ts'
export { bakedImages, builtAs, copyOf, groupsOf, imageFor, imageIn } from './image.ts'
export { reachedProduction, standingInProduction } from './in-production.ts'
export { intentOf, isBegun } from './intent.ts'
export { isUnwatched, leaseMs, leaseRenewMs } from './lease.ts'
export { nodeClassOf, nodeClassTags } from './node-class.ts'
export {
  describeHold,
  describeScope,
  type Hold,
  holdOn,
  isOrder,
  type Migration,
  openMigration,
  ordersOf,
  ordersSubject,
  type Revocation,
  sameScope,
} from './orders.ts'
export { type Performer, type PerformerRequest, type Performers, StepTaken } from './performer.ts'
export { isUnplaced, placeByTag, placedWavesOf } from './place-by-tag.ts'
export { placeOf } from './place-of.ts'
export {
  type BakingLane,
  besideReadyMs,
  type CalendarPolicy,
  type ClusterAccessPolicy,
  type GroupTarget,
  type HookPolicy,
  type Lane,
  longestHeartbeatMs,
  type NodeClassPolicy,
  type NodeGroupPolicy,
  type NodeHooks,
  type Policy,
  type RollPolicy,
  type SoakPolicy,
  type StagePolicy,
  type TestPolicy,
  usualNodeHooks,
  type WavePolicy,
  weekdays,
} from './policy.ts'
export { estimatesFrom } from './projection/estimates.ts'
export type { Lever } from './projection/lever.ts'
export { causeOf, leversOf } from './projection/levers.ts'
export { mostUnavailable, rollMs } from './projection/node-group-time.ts'
export {
  atOpening,
  inputFor,
  isLate,
  type Projection,
  type ProjectionInput,
  project,
} from './projection/projection.ts'
export { usualLaunchMs } from './projection/refresh-time.ts'
export type {
  Copy,
  Release,
  Roll,
  RollWatch,
  Verification,
} from './release.ts'
export { nextReleaseId } from './release-id.ts'
export { type GroupAge, groupsToLookAt, lastReplacedAt, planRenewal, type RenewalPlan } from './renewal.ts'
export { releasesOf, replay } from './replay.ts'
export { describeRevocation, groupsRunning, imagesOf, type PlacedImage, revocationOf } from './revocation.ts'
export { stepOfAction, stepOfEvent } from './step-name.ts'
export { type TimedStep, timelineOf } from './timeline.ts'
export { tokenOf } from './token.ts'
export { type Failing, howOften, isGivenUp, triedAgainAt } from './trying.ts'
export { type PlannedUndo, planUndo, type UndoPlan, type UndoScope } from './undo.ts'
export { remindersDue } from './undone-groups.ts'
export { describeLost, updatesBetween } from './updates-lost.ts'
