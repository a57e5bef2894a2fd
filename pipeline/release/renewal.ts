// Which groups have machines older than they may be, and the renewal that replaces them on the image they run. Pure.

import { formatDuration } from '../kernel/index.ts'
import { builtRelease } from './built-release.ts'
import type { AgedGroup, GroupKey, RenewalTarget } from './event.ts'
import type { History } from './facts.ts'
import { describeGroup, keyOf, sameGroup } from './group-key.ts'
import { groupsOf, onlyGroups } from './image.ts'
import { mayBeLaunched } from './in-production.ts'
import type { Policy, StagePolicy } from './policy.ts'
import type { Release } from './release.ts'
import { imagesOf, revocationOf } from './revocation.ts'

/** What was seen of a group's machines. */
export interface GroupAge {
  readonly key: GroupKey
  /** What its next machine would run; undefined where that is no image of its own. */
  readonly imageId: string | undefined
  /** When its oldest machine was launched, ISO 8601; undefined while it has none. */
  readonly oldestLaunchAt: string | undefined
}

export interface RenewalPlan {
  readonly policy: Policy
  readonly target: RenewalTarget
  /** Whose images they are. */
  readonly from: Release
  /** Why, a clause for each group: it stands in the ledger. */
  readonly reason: string
}

export interface RenewalQuestion {
  readonly family: string
  /** Of the weekly lane, as it is configured now. */
  readonly policy: Policy
  /** Milliseconds since the epoch, wall time. */
  readonly wallNow: number
  /** Groups that a renewal has failed on within the last day are left alone, as nobody has asked for another. */
  readonly unasked: boolean
}

/** After a renewal that came to nothing: its cause is told once a day, not with every run of a schedule. */
const againAfterMs = 86_400_000

/** Groups that may have a machine that is too old: one that was rolled since has none, and AWS need not be asked of it. */
export function groupsToLookAt({ releases }: History, question: RenewalQuestion): readonly GroupKey[] {
  const { policy, wallNow } = question
  return limitsIn(policy)
    .filter(({ key, maxAgeMs }) => wallNow - (lastReplacedAt(releases, key) ?? 0) > maxAgeMs)
    .filter(({ key }) => !question.unasked || !wasTriedLately(releases, key, wallNow))
    .map(({ key }) => key)
}

/**
 * Of the newest release that groups with a machine beyond their limit run: those groups, in the order they are rolled in, and no
 * other. Undefined when there is none, or what they run is no release's, is revoked, or may not be launched any more.
 */
export function planRenewal(
  { releases, orders }: History,
  { family, policy, wallNow }: RenewalQuestion,
  ages: readonly GroupAge[],
): RenewalPlan | undefined {
  const aged = agedIn(policy, ages, wallNow)
  const from = releases.findLast(
    (release) =>
      release.family === family &&
      mayBeLaunched(release) &&
      !revocationOf(orders, release) &&
      aged.some((one) => runs(release, one)),
  )
  if (!from) return undefined
  const groups = aged.filter((one) => runs(from, one)).map(({ imageId: _, ...group }) => group)
  const stages = policy.stages.flatMap((stage) => narrowed(stage, groups))
  const reason = groups.map((group) => reasonFor(group, wallNow)).join('; ')
  const { withinMs: _, ...rest } = policy
  return { from, policy: { ...rest, lane: 'renewal', stages }, target: { ...builtRelease(from), groups }, reason }
}

interface Limit {
  readonly key: GroupKey
  readonly maxAgeMs: number
}

function limitsIn({ stages }: Policy): readonly Limit[] {
  return stages.flatMap((stage) =>
    groupsOf(stage).flatMap((target) =>
      target.maxAgeMs === undefined ? [] : [{ key: keyOf(stage, target), maxAgeMs: target.maxAgeMs }],
    ),
  )
}

function agedIn(policy: Policy, ages: readonly GroupAge[], wallNow: number) {
  return limitsIn(policy).flatMap(({ key, maxAgeMs }): readonly (AgedGroup & { readonly imageId: string })[] => {
    const { imageId, oldestLaunchAt } = ages.find((one) => sameGroup(one.key, key)) ?? {}
    if (imageId === undefined || oldestLaunchAt === undefined || wallNow - Date.parse(oldestLaunchAt) <= maxAgeMs) return []
    return [{ group: key, imageId, oldestLaunchAt, maxAgeMs }]
  })
}

/** When the last move that replaced all of its machines began, wall time. */
export function lastReplacedAt(releases: readonly Release[], key: GroupKey): number | undefined {
  const moves = releases.flatMap(({ rolls }) =>
    rolls.filter((roll) => sameGroup(roll.key, key)).flatMap(({ step, undo }) => [step, undo]),
  )
  const begun = moves.flatMap((step) => (step.state === 'finished' ? [step.begun.wallAt] : []))
  return begun.length === 0 ? undefined : Math.max(...begun)
}

function wasTriedLately(releases: readonly Release[], key: GroupKey, wallNow: number): boolean {
  return releases.some(
    ({ renews, ending }) =>
      renews?.groups.some(({ group }) => sameGroup(group, key)) &&
      (ending?.kind === 'failed' || ending?.kind === 'refused') &&
      wallNow - ending.moment.wallAt < againAfterMs,
  )
}

function runs(release: Release, { group, imageId }: { readonly group: GroupKey; readonly imageId: string }): boolean {
  return imagesOf(release).some((image) => image.imageId === imageId && image.region === group.region)
}

/** What runs has soaked and was approved: its tests are run once over the new machines, and nobody waits. */
function narrowed(stage: StagePolicy, groups: readonly AgedGroup[]): readonly StagePolicy[] {
  const { approvers: _, ...rest } = stage
  const { tests, testEveryMs, alarms } = stage.soak
  const quick: StagePolicy = { ...rest, approval: 'none', soak: { durationMs: 0, tests, testEveryMs, alarms } }
  return onlyGroups(quick, (target) => groups.some(({ group }) => sameGroup(group, keyOf(stage, target))))
}

function reasonFor({ group, oldestLaunchAt, maxAgeMs }: AgedGroup, wallNow: number): string {
  const days = Math.floor((wallNow - Date.parse(oldestLaunchAt)) / 86_400_000)
  return `machines of ${describeGroup(group)} up to ${days} ${days === 1 ? 'day' : 'days'} old, limit ${formatDuration(maxAgeMs)}`
}
