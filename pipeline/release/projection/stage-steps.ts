// The steps of one stage: a yes, an open window, wave by wave, the soak and its tests. Pure.

import { closedBecause, nextOpening } from '../calendar.ts'
import { exposureHours } from '../exposure.ts'
import { describeGroup, keyOf, sameGroup } from '../group-key.ts'
import { groupsOf } from '../image.ts'
import type { GroupTarget, SoakPolicy, StagePolicy, WavePolicy } from '../policy.ts'
import type { Release, Soak } from '../release.ts'
import type { Estimates } from './estimates.ts'
import { rollMs } from './node-group-time.ts'
import { type Course, configured, knownOf, type PlannedStep } from './planned-step.ts'

export interface StageContext {
  readonly estimates: Estimates
  /** Of a release under way. */
  readonly release: Release | undefined
  readonly now: number
  /** Machines by `describeGroup`, where somebody has counted them. */
  readonly machines: ReadonlyMap<string, number>
}

/** `after`: what its first step waits for. */
export function rollSteps(stage: StagePolicy, after: readonly string[], context: StageContext): readonly PlannedStep[] {
  const steps: PlannedStep[] = [...approvalStep(stage, after, context)]
  for (const wave of stage.waves) {
    const before = steps.length === 0 ? after : lastOf(steps)
    const window = windowStep(stage, wave, before, context)
    steps.push(...window)
    const ready = window.length === 0 ? before : window.map(({ step }) => step)
    steps.push(...wave.groups.map((target) => rollStep(stage, target, ready, context)))
  }
  return steps
}

/** The steps nothing of theirs waits for. */
export function lastOf(steps: readonly PlannedStep[]): readonly string[] {
  return steps.filter(({ step }) => !steps.some(({ after }) => after.includes(step))).map(({ step }) => step)
}

function approvalStep(stage: StagePolicy, after: readonly string[], { release }: StageContext): readonly PlannedStep[] {
  if (stage.approval === 'none') return []
  const asked = release?.approvals.find((one) => one.stage === stage.name)
  if (asked?.answer === 'granted') return []
  const step = `approval of ${stage.name}`
  return [
    {
      step,
      after,
      source: 'configured',
      basis: 'until somebody says yes',
      isUnknown: true,
      known: undefined,
      ends: (from) => from,
    },
  ]
}

function windowStep(
  stage: StagePolicy,
  wave: WavePolicy,
  after: readonly string[],
  { release }: StageContext,
): readonly PlannedStep[] {
  const { name, calendar } = stage
  const hasBegun = wave.groups.some((target) => rollCourse(stage, target, release) !== undefined)
  if (!calendar || calendar.overridden || hasBegun) return []
  const opens = (from: number) => (closedBecause(calendar, from) === undefined ? from : (nextOpening(calendar, from) ?? from))
  const step = `window of ${name} for ${wave.name}`
  return [{ step, after, source: 'configured', basis: 'windows and freezes', isUnknown: false, known: undefined, ends: opens }]
}

function rollStep(stage: StagePolicy, target: GroupTarget, after: readonly string[], context: StageContext): PlannedStep {
  const { estimates, release, machines } = context
  const key = keyOf(stage, target)
  const group = describeGroup(key)
  const count = machines.get(group) ?? estimates.machines(group)
  const launch = estimates.launch(group)
  const roll = release?.rolls.find((one) => sameGroup(one.key, key))
  const awaitsHand = roll?.hand !== undefined && roll.hand.orderedBy === undefined && roll.step.state === 'waiting'
  // Of a group that nobody has counted, every percentage is taken as it is written.
  const ms = rollMs(count ?? 100, target, launch.ms)
  return {
    step: `roll ${group}`,
    after,
    source: launch.source,
    basis: `${count === undefined ? 'as many machines as there may be' : `${count} machines`}; launch: ${launch.basis}`,
    isUnknown: awaitsHand,
    known: rollCourse(stage, target, release),
    ends: (from) => from + ms,
  }
}

function rollCourse(stage: StagePolicy, target: GroupTarget, release: Release | undefined): Course | undefined {
  const roll = release?.rolls.find((one) => sameGroup(one.key, keyOf(stage, target)))
  return roll && knownOf(roll.step)
}

/** From the end of the stage's last roll to what lets the next stage begin. */
export function soakSteps(stage: StagePolicy, after: readonly string[], context: StageContext): readonly PlannedStep[] {
  const { name, soak } = stage
  const begun = context.release?.soaks.find((one) => one.stage === name)
  const hasTests = soak.tests.length + soak.alarms.length > 0
  const round = context.estimates.tests(name)
  const tests = (which: 'start' | 'end', waitsFor: readonly string[], known: Course | undefined): PlannedStep => {
    return {
      step: `tests in ${name} (${which})`,
      after: waitsFor,
      ...round,
      isUnknown: false,
      known,
      ends: (from) => from + round.ms,
    }
  }
  if (soak.durationMs === 0 && soak.instanceHours === undefined) {
    return hasTests ? [tests('start', after, begun && { begun: begun.startedAt.at, ended: begun.finishedAt?.at })] : []
  }
  const lasts = soakMs(stage, hasTests ? round.ms : 0, context)
  const end = begun && soakEnd(begun, soak, lasts, context.now)
  const step: PlannedStep = {
    step: `soak in ${name}`,
    after,
    ...configured(soak.instanceHours === undefined ? "the lane's soak" : "the lane's soak and instance-hours"),
    isUnknown: false,
    known: begun && { begun: begun.startedAt.at, ended: end },
    ends: (from) => Math.max(from + lasts, begun?.until ?? 0),
  }
  if (!hasTests || soak.durationMs === 0) return [step]
  const last = end === undefined ? undefined : { begun: end, ended: begun?.finishedAt?.at }
  return [step, tests('end', [step.step], last)]
}

/** When its time and its instance-hours were over; undefined while they are not. */
function soakEnd(begun: Soak, { instanceHours = 0 }: SoakPolicy, lasts: number, now: number): number | undefined {
  const end = Math.max(begun.until, begun.startedAt.at + lasts)
  if (begun.finishedAt) return Math.min(end, begun.finishedAt.at)
  return now >= begun.until && exposureHours(begun) >= instanceHours ? Math.min(end, now) : undefined
}

function soakMs(stage: StagePolicy, roundMs: number, { estimates, machines }: StageContext): number {
  const { durationMs, instanceHours = 0, testEveryMs } = stage.soak
  const counts = groupsOf(stage).map((target) => {
    const group = describeGroup(keyOf(stage, target))
    return machines.get(group) ?? estimates.machines(group) ?? 1
  })
  const count = Math.max(
    1,
    counts.reduce((sum, machinesOfOne) => sum + machinesOfOne, 0),
  )
  const exposureMs = Math.ceil((instanceHours * 3_600_000) / count)
  return Math.max(durationMs, exposureMs, lastRoundEndsAt(durationMs, testEveryMs, roundMs))
}

/** A round that begins shortly before the soak's end holds it up: none is begun after. */
function lastRoundEndsAt(durationMs: number, everyMs: number, roundMs: number): number {
  if (everyMs === 0 || roundMs + everyMs >= durationMs) return roundMs
  const rounds = Math.ceil((durationMs - roundMs - everyMs) / (everyMs + roundMs))
  return roundMs + rounds * (everyMs + roundMs)
}
