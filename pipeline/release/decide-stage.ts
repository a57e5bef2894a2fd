// What comes next inside one stage: images in place, shared, approved, rolled wave by wave, soaked.

import { assert } from '../kernel/index.ts'
import { closedBecause, nextOpening } from './calendar.ts'
import { type Action, act, actOnAny, type Decision, wait } from './decision.ts'
import { describeExposure, nextLookAt } from './exposure.ts'
import type { Facts } from './facts.ts'
import { describeGroup, keyOf, sameGroup } from './group-key.ts'
import { type RollAction, rollAction, rollOf, sharersOf } from './group-roll.ts'
import { builtAs, copyOf, groupsOf, imageFor, nextStage, sourceImageOf } from './image.ts'
import { isBegun } from './intent.ts'
import { describeHold, holdOn } from './orders.ts'
import { isUnplaced } from './place-by-tag.ts'
import type { GroupTarget, StagePolicy } from './policy.ts'
import type { Release, Soak } from './release.ts'
import { awaitsRoom, withoutRoom } from './room.ts'
import { type Attempt, describeTrying, sortedByTime, triedAgainAt } from './trying.ts'

type StageRule = (release: Release, stage: StagePolicy, facts: Facts, now: number) => Decision | undefined

const rules: readonly StageRule[] = [awaitImages, share, approve, placeGroups, rollNextWave, soak]

export function decideStage(release: Release, stage: StagePolicy, facts: Facts, now: number): Decision {
  for (const rule of rules) {
    const decision = rule(release, stage, facts, now)
    if (decision) return decision
  }
  return act([{ kind: 'finish-soak', stage: stage.name }])
}

function awaitImages(release: Release, stage: StagePolicy): Decision | undefined {
  const missing = groupsOf(stage).find((target) => imageFor(release, target) === undefined)
  if (!missing) return undefined
  const { architecture } = sourceImageOf(release, missing)
  const copy = copyOf(release, missing.region, architecture)
  const [failing, cause] = copy?.step.state === 'failed' ? [copy.failing, copy.step.cause] : [undefined, '']
  return wait(undefined, describeTrying(`the copy to ${missing.region}`, failing, cause))
}

/** Those that failed are tried again alone. */
function share(release: Release, stage: StagePolicy, _: Facts, now: number): Decision | undefined {
  if (stage.account === release.policy.home.account) return undefined
  const wanted = new Map(groupsOf(stage).map((target) => [presentImage(release, target), target.region]))
  const attempts = [...wanted].flatMap(([imageId, region]): readonly Attempt<Action>[] => {
    const known = release.shares.find((one) => one.imageId === imageId && one.account === stage.account)
    if (known?.done) return []
    return [{ item: { kind: 'share', region, account: stage.account, imageId }, failing: known?.failing }]
  })
  const { due, again } = sortedByTime(attempts, now)
  if (due.length > 0) return act(due, again)
  const failed = release.shares.find(({ account, done, failing }) => account === stage.account && !done && failing)
  if (again === undefined) return undefined
  return wait(again, describeTrying(`the image to be shared with ${stage.account}`, failed?.failing, failed?.cause ?? ''))
}

function approve(release: Release, stage: StagePolicy): Decision | undefined {
  if (stage.approval === 'none') return undefined
  const approval = release.approvals.find((one) => one.stage === stage.name)
  if (!approval) return act([{ kind: 'request-approval', stage: stage.name }])
  return approval.answer === 'granted' ? undefined : wait(undefined, `the approval of ${stage.name}`)
}

/** By their tags as they are now: an undo and a renewal list their groups as they were found. */
function placeGroups(release: Release, stage: StagePolicy, _: Facts, now: number): Decision | undefined {
  if (builtAs(release) !== undefined || !isUnplaced(stage)) return undefined
  const { failing, cause = '' } = release.placing ?? {}
  const again = triedAgainAt(failing)
  if (now < again) return wait(again, describeTrying(`the look at the tags of ${stage.name}'s groups`, failing, cause))
  return act([{ kind: 'place-groups', stage }])
}

function rollNextWave(release: Release, stage: StagePolicy, facts: Facts, now: number): Decision | undefined {
  const wave = stage.waves.find(({ groups }) => groups.some((target) => !isRolled(release, stage, target)))
  const left = wave?.groups.filter((target) => !isRolled(release, stage, target))
  return left && rollGroups(release, stage, left, facts, now)
}

/**
 * What a broken undo still owes the groups of its stage: that one could not go back is no reason to leave the others on what
 * somebody has called bad. Those that another release holds are left to people with it.
 */
export function rollWhatIsLeft(release: Release, facts: Facts, now: number): Decision | undefined {
  const stage = nextStage(release)
  if (!stage || release.lane !== 'undo' || !release.rolls.some(({ step }) => step.state === 'failed')) return undefined
  const rollsLeft = groupsOf(stage).flatMap((target) => {
    const roll = rollOf(release, stage, target)
    const isOver = roll?.step.state === 'finished' || roll?.step.state === 'failed'
    return isOver || imageFor(release, target) === undefined ? [] : [{ target, roll }]
  })
  const targets = rollsLeft.map(({ target }) => target)
  const next = rollGroups(release, stage, targets, facts, now)
  return next?.kind === 'act' || rollsLeft.some(({ roll }) => awaitsRoom(roll)) ? next : undefined
}

function rollGroups(
  release: Release,
  stage: StagePolicy,
  groups: readonly GroupTarget[],
  { heldGroups, orders }: Facts,
  now: number,
): Decision | undefined {
  const actions = groups.map((target) => rollAction(stage, target, presentImage(release, target)))
  const begun = actions.filter((action) => isBegun(release, action))
  const closed = closedTill(stage, now)
  // What has begun is followed to its end, whatever the hour.
  if (closed) return actOnAny(begun) ?? closed
  const unroomed = withoutRoom(release, actions, now)
  const obstacles: readonly ((action: RollAction) => string | undefined)[] = [
    ({ key }) => {
      const held = heldGroups.find((one) => sameGroup(one.key, key))
      return held && `the roll of ${describeGroup(key)} that ${held.release} has begun`
    },
    (action) => {
      // Whoever takes a group back has said so since, and a hold is often the first thing said about a bad image.
      const isBound = release.lane !== 'undo' && !begun.includes(action)
      const hold = isBound ? holdOn(orders, release.family, stage.name, action.key) : undefined
      return hold && describeHold(hold, action.key)
    },
    (action) => awaitedHand(release, action),
    (action) => unroomed.whyNot(action),
  ]
  const inTheWay = (action: RollAction) => obstacles.flatMap((obstacle) => obstacle(action) ?? [])
  // A parameter moves every group it serves: none of them begins before all of them may.
  const waitsFor = (action: RollAction) => {
    const sharers = begun.includes(action) ? [] : sharersOf(stage, action.target)
    return actions.filter((other) => other === action || sharers.some((one) => sameGroup(keyOf(stage, one), other.key)))
  }
  const free = actions.filter((action) => waitsFor(action).every((one) => inTheWay(one).length === 0))
  const together = free.map(({ target }) => target)
  const [first] = obstacles.flatMap((obstacle) => actions.flatMap((action) => obstacle(action) ?? []))
  const next = free.length > 1 ? free.map((action) => ({ ...action, together })) : free
  if (next.length > 0) return act(next, unroomed.again)
  return first === undefined ? undefined : wait(unroomed.again, first)
}

/** A wait until the stage's calendar opens; undefined while it is open. */
function closedTill({ name, calendar }: StagePolicy, now: number): Decision | undefined {
  const because = calendar && !calendar.overridden ? closedBecause(calendar, now) : undefined
  return calendar && because !== undefined
    ? wait(nextOpening(calendar, now), `${name} may not be rolled yet: ${because}`)
    : undefined
}

/** What a group tagged by-hand waits for; undefined once it has been given, and for any other. */
function awaitedHand({ id, rolls }: Release, { key }: RollAction): string | undefined {
  const hand = rolls.find((roll) => sameGroup(roll.key, key))?.hand
  if (hand === undefined || hand.orderedBy !== undefined) return undefined
  return `a person's word for ${describeGroup(key)}, tagged by-hand: drover advance ${id} --by-hand ${key.region}/${key.group}`
}

function isRolled(release: Release, stage: StagePolicy, target: GroupTarget): boolean {
  return rollOf(release, stage, target)?.step.state === 'finished'
}

/** Tests at the start and at the end, and now and then between; a soak of zero is tested once. */
function soak(release: Release, stage: StagePolicy, _facts: Facts, now: number): Decision | undefined {
  const begun = release.soaks.find((one) => one.stage === stage.name)
  if (!begun) return act([{ kind: 'start-soak', stage: stage.name, until: soakEnd(release, stage) }])
  if (!isTested(begun, stage, 'start')) return act([{ kind: 'test', stage, round: 'start' }])
  const lookAt = nextLookAt(begun, stage.soak.instanceHours ?? 0, now)
  if (lookAt !== undefined && now >= lookAt) return act([{ kind: 'measure-exposure', stage }])
  if (now < begun.until || lookAt !== undefined) return soakOn(begun, stage, now, lookAt)
  if (stage.soak.durationMs > 0 && !isTested(begun, stage, 'end')) return act([{ kind: 'test', stage, round: 'end' }])
  return undefined
}

/** @param lookAt when the machines are counted next, of a stage that still lacks instance-hours. */
function soakOn(begun: Soak, stage: StagePolicy, now: number, lookAt: number | undefined): Decision {
  const { testEveryMs, instanceHours = 0 } = stage.soak
  const nextTestAt = lastTestAt(begun) + testEveryMs
  const testsAgain = testNames(stage).length > 0 && testEveryMs > 0 && (nextTestAt < begun.until || now >= begun.until)
  if (testsAgain && now >= nextTestAt) return act([{ kind: 'test', stage, round: 'during' }])
  const times = [now < begun.until ? begun.until : [], testsAgain ? nextTestAt : [], lookAt ?? []].flat()
  const exposure = now < begun.until ? '' : `: its machines have run the image for ${describeExposure(begun, instanceHours)}`
  return wait(Math.min(...times), `the soak in ${stage.name}${exposure}`)
}

function lastTestAt(begun: Soak): number {
  return Math.max(begun.startedAt.at, ...begun.tests.map(({ at }) => at))
}

/** A soak lasts from the end of the stage's last roll. */
function soakEnd(release: Release, stage: StagePolicy): number {
  const rolls = groupsOf(stage).map((target) => rollOf(release, stage, target)?.step)
  return Math.max(...rolls.map((step) => (step?.state === 'finished' ? step.ended.at : 0))) + stage.soak.durationMs
}

function isTested(begun: Soak, stage: StagePolicy, round: 'start' | 'end'): boolean {
  return testNames(stage).every((name) => begun.tests.some((result) => result.round === round && result.test === name))
}

/** The name the alarms' result goes by, beside the tests' own names. */
export const alarmsTestName = 'alarms'

/** What every round of tests in the stage has a result for. */
function testNames(stage: StagePolicy): readonly string[] {
  const { tests, alarms } = stage.soak
  return [...tests.map(({ name }) => name), ...(alarms.length > 0 ? [alarmsTestName] : [])]
}

function presentImage(release: Release, target: GroupTarget): string {
  const imageId = imageFor(release, target)
  assert(imageId, `${release.id} has no image in ${target.region}`)
  return imageId
}
