// What comes next for a release: the heart of drover. Pure; the first rule that has something to say decides.

import { assert } from '../kernel/index.ts'
import { awaitEmergency, groupsTaken, lookAgainMs, withoutGroups, yieldGroups } from './beside-emergency.ts'
import { breakageOf } from './breakage.ts'
import { decideStage, rollWhatIsLeft } from './decide-stage.ts'
import { type Action, act, actOnAny, type Decision, wait } from './decision.ts'
import type { GroupKey } from './event.ts'
import type { Emergency, Facts } from './facts.ts'
import { describeGroup } from './group-key.ts'
import { builtAs, copiesNeeded, copyOf, hasSoaked, imageIn, nextStage } from './image.ts'
import { groupsToUndo, stepsInFlight } from './in-flight.ts'
import { describeHold, holdOn } from './orders.ts'
import type { Moment, Release } from './release.ts'
import { describeRevocation, revocationOf } from './revocation.ts'
import { type Attempt, soonest, sortedByTime } from './trying.ts'

type Rule = (release: Release, facts: Facts, now: number) => Decision | undefined

const rules: readonly Rule[] = [yieldToOtherRunner, settleAndStop, bake, verify, deliver, lookAtFleet]

/** @param now milliseconds since the epoch, on the clock that soaks are measured by. */
export function decide(release: Release, facts: Facts, now: number): Decision {
  return facts.emergency ? decideBeside(release, facts, facts.emergency, now) : decideAlone(release, facts, now)
}

/** An undo goes on while the emergency bakes and soaks: production must not be left half way for that long. */
function decideBeside(undo: Release, facts: Facts, emergency: Emergency, now: number): Decision {
  const taken = groupsTaken(undo, emergency.moved, decideAlone(emergency.release, emergency.facts, now))
  const rest = withoutGroups(undo, taken)
  const yielding = yieldGroups(undo, taken, emergency.release)
  const isOver = taken.length > 0 && rest.policy.stages.every(({ name }) => hasSoaked(rest, name))
  const own = isOver ? awaitEmergency(emergency.release) : decideAlone(rest, facts, now)
  if (own.kind === 'act')
    return act([...yielding, ...own.actions], Math.min(own.until ?? Number.POSITIVE_INFINITY, now + lookAgainMs))
  return yielding.length > 0 ? act(yielding, now + lookAgainMs) : own
}

function decideAlone(release: Release, facts: Facts, now: number): Decision {
  for (const rule of rules) {
    const decision = rule(release, facts, now)
    if (decision) return decision
  }
  return act([finish(release)])
}

// Two runners cannot share one Packer or one test machine; a runner that has died is outwaited.
const leaseMs = { bake: 3 * 3_600_000, verify: 3_600_000 } as const

/** A bake or verification that another runner is at is left to it, until it has had time enough. */
function yieldToOtherRunner(release: Release, facts: Facts): Decision | undefined {
  for (const kind of ['bake', 'verify'] as const) {
    const step = release[kind]
    if (step.state !== 'begun' || step.begun.runner === facts.runner) continue
    const takenOverAt = step.begun.wallAt + leaseMs[kind]
    if (facts.wallNow >= takenOverAt) continue
    const time = new Date(takenOverAt).toISOString()
    return wait(undefined, `the ${kind} that ${step.begun.runner} is at; it may be taken over from ${time}`)
  }
  return undefined
}

/** An ended or broken release begins nothing new, but what it has begun is followed to its end. */
function settleAndStop(release: Release, facts: Facts, now: number): Decision | undefined {
  const { successor, orders } = facts
  const revocation = revocationOf(orders, release)
  const inFlight = actOnAny(stepsInFlight(release, successor, release.ending?.kind === 'finished' ? undefined : revocation))
  if (release.ending) return inFlight ?? { kind: 'done', outcome: release.ending.kind }
  const breakage: Action | undefined = revocation
    ? { kind: 'refuse', reasons: [describeRevocation(revocation)] }
    : breakageOf(release)
  const owed = breakage && !revocation && rollWhatIsLeft(release, facts, now)
  if (owed) return owed
  return breakage && (inFlight ?? actOnAny(groupsToUndo(release, revocation)) ?? act([breakage]))
}

function bake(release: Release, facts: Facts): Decision | undefined {
  if (release.bake.state === 'finished') return undefined
  return held(release, facts, 'bake') ?? act([{ kind: 'bake', bases: release.bases }])
}

function verify(release: Release, facts: Facts): Decision | undefined {
  if (release.verify.state === 'finished') return undefined
  return held(release, facts, 'verify') ?? act([{ kind: 'verify' }])
}

/** A hold on the whole family keeps it from being baked or verified; what has begun goes on. */
function held(release: Release, { orders }: Facts, step: 'bake' | 'verify'): Decision | undefined {
  const hold = holdOn(orders, release.family)
  return hold && release[step].state !== 'begun' ? wait(undefined, describeHold(hold)) : undefined
}

/** Copies to every region are made side by side, and tried again, while the stages are walked one after the other. */
function deliver(release: Release, facts: Facts, now: number): Decision | undefined {
  const { due, again } = sortedByTime(copiesToMake(release), now)
  const stage = nextStage(release)
  const next = stage && decideStage(release, stage, facts, now)
  if (next?.kind === 'act') return act([...due, ...next.actions], soonest(next.until, again))
  const until = next?.kind === 'wait' ? soonest(next.until, again) : again
  if (due.length > 0) return act(due, until)
  return next?.kind === 'wait' ? wait(until, next.reason) : next
}

/** How long until the fleet is looked at again: machines left over are ended by people or by their group, not by a release. */
const fleetAgainMs = 5 * 60_000

/**
 * What was opened to fix something is done when no machine of its groups lacks it, nor would the next one. Any other promotion looks
 * once whether somebody has put a template back, and ends all the same: people are told.
 */
function lookAtFleet(release: Release, _: Facts, now: number): Decision | undefined {
  const { fleet } = release
  if (release.fixes.length === 0) {
    const isPromotion = builtAs(release) === undefined && !release.drill
    if (!isPromotion || fleet !== undefined) return undefined
    return act([{ kind: 'check-fleet', stages: release.policy.stages, templatesOnly: true }])
  }
  const check = act([{ kind: 'check-fleet', stages: release.policy.stages }])
  if (fleet === undefined) return check
  const { exposed, unasked, reverted } = fleet
  if (exposed.length === 0 && unasked.length === 0 && reverted.length === 0) return undefined
  const again = fleet.moment.at + fleetAgainMs
  if (now >= again) return check
  const machines = exposed.map(({ group, instance }) => `${instance} (${describeGroup(group)})`)
  const groups = reverted.map(({ group, version }) => `${describeGroup(group)} (version ${version} of its template)`)
  const named = [...machines, ...groups, ...unasked].slice(0, 5).join(', ')
  const back = reverted.length === 0 ? '' : `${reverted.length} groups put back to launch another image, `
  return wait(again, `${exposed.length} machines on another image, ${back}${unasked.length} groups without an answer: ${named}`)
}

function copiesToMake(release: Release): readonly Attempt<Action>[] {
  return copiesNeeded(release)
    .filter(({ region, image }) => imageIn(release, region, image) === undefined)
    .map(({ region, image }) => {
      const known = copyOf(release, region, image.architecture)
      return { item: { kind: 'copy', region, image }, failing: known?.step.state === 'begun' ? undefined : known?.failing }
    })
}

function finish(release: Release): Action {
  const production = release.policy.stages.at(-1)
  // An undo takes production back first, or does not touch it at all; nor need a renewal.
  const counts = ({ stage }: GroupKey) => builtAs(release) !== undefined || stage === production?.name
  const ends = release.rolls.flatMap(({ key, step }) => (counts(key) && step.state === 'finished' ? [step.ended] : []))
  assert(ends.length > 0, `${release.id} reached its end without a roll in production`)
  return {
    kind: 'finish',
    openToProductionMs: latest(ends, 'at') - release.openedAt.at,
    openToProductionWallMs: latest(ends, 'wallAt') - release.openedAt.wallAt,
  }
}

function latest(moments: readonly Moment[], clock: 'at' | 'wallAt'): number {
  return Math.max(...moments.map((moment) => moment[clock]))
}
