// Where every release and every group stands, read off the ledger.

import {
  breakageOf,
  type Decision,
  decide,
  emergenciesBeside,
  factsFor,
  type GroupKey,
  groupsOf,
  groupsRunning,
  type Hold,
  historyOf,
  inputFor,
  isUnwatched,
  type LedgerEvent,
  type Migration,
  type Observer,
  type Projection,
  project,
  type Release,
  type Revocation,
  type Roll,
  type RollWatch,
  sameGroup,
  type TimedStep,
  timelineOf,
} from '../release/index.ts'

export interface Status {
  /** Newest first. */
  readonly releases: readonly ReleaseStatus[]
  /** Every group any release has been sent to, with what drover last did to it. */
  readonly groups: readonly GroupStatus[]
  /** Families that were taken back and have not been released anew. */
  readonly takenBack: readonly TakenBack[]
  /** What people have ordered to wait, oldest first. */
  readonly holds: readonly Hold[]
  /** What they have called bad, oldest first. */
  readonly revoked: readonly RevokedRelease[]
  /** Groups that were to leave their launch configuration and have not, oldest first. */
  readonly migrations: readonly Migration[]
}

export interface RevokedRelease {
  readonly revocation: Revocation
  /** Groups that still run it, or may, as far as the ledger knows. */
  readonly groups: readonly GroupKey[]
}

export interface ReleaseStatus {
  readonly release: Release
  readonly state: 'open' | 'finished' | 'failed' | 'refused' | 'superseded'
  /** What comes next; `done` for a release that has ended. */
  readonly next: Decision
  readonly timeline: readonly TimedStep[]
  /** Of an open release that has a time to keep. */
  readonly projection: Projection | undefined
}

export interface TakenBack {
  readonly family: string
  /** The undo, and what it went back to. */
  readonly undo: string
  readonly to: string
  readonly by: string
  readonly reason: string
  /** Milliseconds since the epoch, wall time. */
  readonly since: number
  /** What later releases were proven to fix and it does not. */
  readonly lost: readonly string[]
}

export interface GroupStatus {
  readonly key: GroupKey
  readonly family: string
  /** The last release that was to be rolled onto the group. */
  readonly releaseId: string
  readonly state: 'planned' | 'rolling' | 'rolled' | 'undone' | 'failed'
  /** The image it was rolled onto, or is being; undefined while only planned. */
  readonly imageId: string | undefined
  /** Of one that is being moved: who is at it; `lost` when that runner has not been seen for too long. */
  readonly watch?: RollWatch & { readonly lost: boolean }
  /** Of nodes that Karpenter makes: what they run is not known from the ledger, only what new ones are launched from. */
  readonly byKarpenter?: true
}

export function statusOf(events: readonly LedgerEvent[], observer: Observer, now: number): Status {
  const history = historyOf(events)
  const releases = history.releases.toReversed()
  return {
    holds: history.orders.holds,
    migrations: history.orders.migrations,
    takenBack: takenBackIn(releases),
    revoked: history.orders.revocations.map((revocation) => ({
      revocation,
      groups: groupsRunning(history.releases, revocation.releaseId),
    })),
    releases: releases.map((release) => ({
      release,
      state: release.ending?.kind ?? 'open',
      next: decide(release, factsFor(release.id, history, observer), now),
      timeline: timelineOf(release),
      projection: projectionOf(release, history.releases, now),
    })),
    groups: releases.flatMap((release) => groupsIn(release, observer)).filter(isFirstOfItsGroup),
  }
}

function projectionOf(release: Release, releases: readonly Release[], now: number): Projection | undefined {
  if (release.policy.withinMs === undefined || release.ending || breakageOf(release)) return undefined
  return project(inputFor(release, releases, now))
}

/** Releases that `advance` can still do something for, oldest first; an undo that may wait for an emergency, after that. */
export function unsettledReleases(events: readonly LedgerEvent[], observer: Observer, now: number): readonly Release[] {
  const history = historyOf(events)
  const isBeside = ({ id }: Release) => emergenciesBeside(id, history).length > 0
  return history.releases
    .filter((release) => decide(release, factsFor(release.id, history, observer), now).kind !== 'done')
    .toSorted((one, other) => Number(isBeside(one)) - Number(isBeside(other)))
}

/** @param releases newest first. An undo that is under way counts: nothing newer has replaced what it takes back. */
function takenBackIn(releases: readonly Release[]): readonly TakenBack[] {
  const families = [...new Set(releases.map(({ family }) => family))].toSorted()
  return families.flatMap((family): readonly TakenBack[] => {
    const settled = releases.find((one) => one.family === family && (one.lane === 'undo' || isReleasedAnew(one)))
    if (!settled?.returnsTo || settled.ending?.kind === 'superseded') return []
    const { id, openedBy, openedAt, reason = '', returnsTo } = settled
    return [{ family, undo: id, to: returnsTo.release, by: openedBy, reason, since: openedAt.wallAt, lost: returnsTo.lost }]
  })
}

/** A renewal leaves what was taken back where it is. */
function isReleasedAnew({ lane, ending }: Release): boolean {
  return lane !== 'renewal' && ending?.kind === 'finished'
}

function groupsIn(release: Release, { wallNow }: Observer): readonly GroupStatus[] {
  const groups = release.policy.stages.flatMap((stage) =>
    groupsOf(stage).map(({ region, name, karpenter }) => ({ key: { stage: stage.name, region, group: name }, karpenter })),
  )
  return groups.flatMap(({ key, karpenter }): readonly GroupStatus[] => {
    const roll = release.rolls.find((one) => sameGroup(one.key, key))
    // What an ended release never came to says nothing about the group.
    if (!roll && release.ending) return []
    const state = roll ? stateOf(roll) : 'planned'
    const watch = state === 'rolling' && roll?.watch ? { ...roll.watch, lost: isUnwatched(roll.watch, wallNow) } : undefined
    const more = { ...(watch && { watch }), ...(karpenter && { byKarpenter: true as const }) }
    return [{ key, family: release.family, releaseId: release.id, state, imageId: roll?.imageId, ...more }]
  })
}

function stateOf({ step, undo }: Roll): GroupStatus['state'] {
  if (undo.state === 'finished') return 'undone'
  if (step.state === 'failed' || undo.state === 'failed') return 'failed'
  if (step.state === 'waiting') return 'planned'
  return step.state === 'finished' && undo.state === 'waiting' ? 'rolled' : 'rolling'
}

function isFirstOfItsGroup(status: GroupStatus, index: number, all: readonly GroupStatus[]): boolean {
  return all.findIndex(({ key }) => sameGroup(key, status.key)) === index
}
