// What an undo goes back to and which groups it takes there, from the ledger alone.

import { builtRelease } from './built-release.ts'
import type { GroupKey, ReturnTarget } from './event.ts'
import type { History } from './facts.ts'
import { keyOf, sameGroup } from './group-key.ts'
import { hasTouched, sharersOf } from './group-roll.ts'
import { groupsOf, onlyGroups } from './image.ts'
import { mayBeLaunched, reachedProduction } from './in-production.ts'
import type { GroupTarget, Policy, StagePolicy } from './policy.ts'
import type { Release } from './release.ts'
import { newestRunning, ranBefore } from './return-choice.ts'
import { groupsRunning, groupsSettledOn } from './revocation.ts'

export interface UndoScope {
  readonly family: string
  /** Absent: every stage. */
  readonly stage?: string | undefined
  /** `region/name`; absent: every group. */
  readonly group?: string | undefined
  /** Only groups that run this release, which then go to the newest other one rather than to an earlier one. */
  readonly off?: string | undefined
}

export interface UndoPlan {
  readonly policy: Policy
  readonly target: ReturnTarget
  /** Whose configuration and bases they are. */
  readonly from: Release
  /** The newest release that the groups run, or may. */
  readonly leaves: Release
}

export type PlannedUndo =
  | { readonly ok: true; readonly plan: UndoPlan }
  /** `kept`: releases that it could go back to. */
  | {
      readonly ok: false
      readonly why: 'nothing-rolled' | 'nothing-earlier' | 'not-kept' | 'revoked' | 'there-already'
      readonly kept: readonly string[]
    }

/**
 * Back to the release named, or to the newest that reached production before the one the groups run. Only what has passed its
 * verification and reached production is gone back to, and nothing that is revoked. Groups that no release has moved are left out,
 * and those that are there already; one that is named is taken there all the same, for somebody may have changed its template.
 */
export function planUndo({ releases, orders }: History, scope: UndoScope, to: string | undefined): PlannedUndo {
  // What a renewal rolled was there before.
  const own = releases.filter(({ family, lane }) => family === scope.family && lane !== 'renewal')
  const stages = rolledStages(own, scope)
  const newest = own.findLast(
    (release) =>
      (!release.drill || coversAll(release, stages)) &&
      stages.some((stage) => groupsOf(stage).some((target) => movedBy(release, stage, target))),
  )
  if (!newest) return { ok: false, why: 'nothing-rolled', kept: [] }
  const revoked = orders.revocations.map(({ releaseId }) => releaseId)
  const kept = own.filter((release) => isKept(release) && !revoked.includes(release.id))
  const running = newestRunning(
    own.filter((release) => !release.drill || coversAll(release, stages)),
    stages,
  )
  const from = to === undefined ? choiceOf(own, kept, scope, running, stages) : kept.find(({ id }) => id === to)
  const names = kept.map(({ id }) => id)
  if (to !== undefined && revoked.includes(to)) return { ok: false, why: 'revoked', kept: names }
  if (!from) return { ok: false, why: to === undefined ? 'nothing-earlier' : 'not-kept', kept: names }
  const away = scope.group === undefined ? withoutSettled(stages, groupsSettledOn(releases, from.id)) : stages
  if (away.length === 0) return { ok: false, why: 'there-already', kept: [from.id] }
  // An undo is as quick as it can be: nobody has said how quick that must be.
  const { withinMs: _, ...policy } = newest.policy
  return {
    ok: true,
    plan: { from, leaves: running ?? newest, policy: { ...policy, lane: 'undo', stages: away }, target: targetOf(from, own) },
  }
}

/** Rather what the groups ran before than what came between and was taken back. */
function choiceOf(
  own: readonly Release[],
  kept: readonly Release[],
  { off }: UndoScope,
  running: Release | undefined,
  stages: readonly StagePolicy[],
): Release | undefined {
  if (off !== undefined) return kept.findLast(({ id }) => id !== off)
  if (running === undefined) return undefined
  const earlier = kept.filter((release) => own.indexOf(release) < own.indexOf(running))
  const before = ranBefore(own, running, stages)
  return earlier.findLast((release) => before.includes(release)) ?? earlier.at(-1)
}

/** What a drill has moved is taken back by an undo of that stage; of more, it is not what runs there. */
function coversAll({ policy }: Release, stages: readonly StagePolicy[]): boolean {
  return stages.every(({ name }) => policy.stages.some((stage) => stage.name === name))
}

/** What a release ran may be gone back to as itself, or as the release that an undo went back to. */
function isKept(release: Release): boolean {
  return release.lane !== 'undo' && reachedProduction(release) && mayBeLaunched(release)
}

/**
 * Production first, its groups side by side as far as there is room for them. No soak, no tests and no approval: they would keep machines on an image that
 * somebody has called bad. No alarms either, which are probably why it is called so, and would keep a refresh from starting.
 */
function rolledStages(releases: readonly Release[], scope: UndoScope): readonly StagePolicy[] {
  // An undo's own policy knows no more than the groups it took back, and a drill's no more than its stage.
  const walked = releases.filter(({ lane, rolls }) => lane !== 'undo' && rolls.length > 0)
  const newest = walked.findLast(({ drill }) => !drill) ?? walked.at(-1)
  const off = scope.off === undefined ? undefined : groupsRunning(releases, scope.off)
  const stages = newest?.policy.stages.filter(({ name }) => scope.stage === undefined || name === scope.stage) ?? []
  return stages.toReversed().flatMap((stage): readonly StagePolicy[] => {
    const isNamed = ({ region, name }: GroupTarget) => scope.group === undefined || scope.group === `${region}/${name}`
    // What writes a parameter moves every group that it serves.
    const inScope = (target: GroupTarget) => isNamed(target) || sharersOf(stage, target).some(isNamed)
    const moved = (target: GroupTarget) =>
      off?.some((key) => sameGroup(key, keyOf(stage, target))) ?? releases.some((release) => movedBy(release, stage, target))
    const groups = groupsOf(stage).filter((target) => inScope(target) && moved(target))
    if (groups.length === 0) return []
    const { approvers: _, calendar: __, ...rest } = stage
    const plain = groups.map(({ roll, ...target }) => {
      const { bakeTimeMs: ___, ...unwatched } = roll
      return {
        ...target,
        // What it goes back to has soaked: the tests that watch a new image are left out with the soak.
        withoutHealth: target.withoutHealth ?? 'an undo goes back to what has soaked',
        roll: { ...unwatched, checkpointPercentages: [], checkpointDelayMs: 0, alarms: [] },
      }
    })
    return [
      {
        ...rest,
        approval: 'none',
        soak: { durationMs: 0, tests: [], testEveryMs: 0, alarms: [] },
        waves: [{ name: 'undo', groups: plain }],
      },
    ]
  })
}

/** One whose parameter serves a group that has to go back goes with it. */
function withoutSettled(stages: readonly StagePolicy[], settled: readonly GroupKey[]): readonly StagePolicy[] {
  return stages.flatMap((stage) => {
    const isSettled = (target: GroupTarget) => settled.some((key) => sameGroup(key, keyOf(stage, target)))
    return onlyGroups(stage, (target) => !isSettled(target) || !sharersOf(stage, target).every(isSettled))
  })
}

function movedBy(release: Release, stage: StagePolicy, target: GroupTarget): boolean {
  return release.rolls.some((roll) => sameGroup(roll.key, keyOf(stage, target)) && hasTouched(roll))
}

function targetOf(from: Release, own: readonly Release[]): ReturnTarget {
  return { ...builtRelease(from), lost: own.slice(own.indexOf(from) + 1).flatMap(fixedBy) }
}

/** What a release was proven to fix, for those who would have to do without it. */
function fixedBy({ id, verify }: Release): readonly string[] {
  const fixes = verify.state === 'finished' ? (verify.result.fixes ?? []) : []
  return [...new Set(fixes.filter(({ proven }) => proven).map(({ fix }) => `${fix} (${id})`))]
}
