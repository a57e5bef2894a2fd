// What a family's steps take: as its earlier releases have shown, or, before there are any, as is known of others. Pure.

import { describeGroup, keyOf, sameGroup } from '../group-key.ts'
import { groupsOf } from '../image.ts'
import type { Lane } from '../policy.ts'
import type { Release, Step } from '../release.ts'
import { launchMsOfRoll } from './node-group-time.ts'
import { usualLaunchMs } from './refresh-time.ts'

export type EstimateSource = 'history' | 'default' | 'configured'

export interface Estimate {
  readonly ms: number
  readonly source: EstimateSource
  /** Where the time is from, in words. */
  readonly basis: string
}

export interface Estimates {
  readonly bake: Estimate
  readonly verify: Estimate
  copyTo(region: string): Estimate
  /** From a machine's launch to in service, of that group. */
  launch(group: string): Estimate
  /** One round of the stage's tests. */
  tests(stage: string): Estimate
  /** How many machines the group had when it was last rolled. */
  machines(group: string): number | undefined
}

const minuteMs = 60_000

/** Before there is a history, each with its source. */
const defaults = {
  bake: byDefault(20 * minuteMs, 'real bakes take 8 to 24 minutes [thread: hashicorp/packer#4704]'),
  verify: byDefault(8 * minuteMs, 'a boot of a minute, a scan of up to 421 s on a machine with 530,000 files [measured]'),
  copy: byDefault(15 * minuteMs, 'the shortest time a time-based copy can be asked to take [doc: time-based-copies]'),
  launch: byDefault(usualLaunchMs, 'from a launch to in service [inferred]'),
  tests: byDefault(minuteMs, 'requests of seconds and a command on every machine [inferred]'),
} as const

function byDefault(ms: number, basis: string): Estimate {
  return { ms, source: 'default', basis }
}

/** Older releases say less of what a bake or a machine is like now. */
const remembered = 10

/**
 * @param earlier releases of one family, in the order they were opened.
 * @param lane whose rolls say more than those of another, which go in other batches.
 */
export function estimatesFrom(earlier: readonly Release[], lane: Lane): Estimates {
  // What an undo goes back to and a renewal leaves was built before: its bake took no time.
  const built = earlier.filter(({ lane }) => lane !== 'undo' && lane !== 'renewal')
  const launches = earlier.flatMap(launchesOf)
  return {
    bake: typical(
      built.flatMap(({ bake }) => tookMs(bake)),
      defaults.bake,
    ),
    verify: typical(
      built.flatMap(({ verify }) => tookMs(verify)),
      defaults.verify,
    ),
    copyTo: (region) => {
      const copies = built.flatMap((release) => release.copies.filter((copy) => copy.region === region))
      return typical(
        copies.flatMap(({ step }) => tookMs(step)),
        defaults.copy,
      )
    },
    launch: (group) => {
      const own = launches.filter((launch) => launch.group === group)
      const known = [own.filter((launch) => launch.lane === lane), own, launches].find(({ length }) => length > 0) ?? []
      const of = known === launches ? 'rolls of other groups' : 'rolls'
      return typical(
        known.map(({ ms }) => ms),
        defaults.launch,
        of,
      )
    },
    tests: (stage) =>
      typical(
        built.flatMap((release) => firstRoundMs(release, stage)),
        defaults.tests,
      ),
    machines: (group) => launches.findLast((launch) => launch.group === group)?.machines,
  }
}

/** So much was enough three times of four: half of all would be late by a median. */
function typical(all: readonly number[], otherwise: Estimate, of = 'releases'): Estimate {
  const values = all.slice(-remembered).sort((one, other) => one - other)
  const value = values[Math.ceil(values.length * 0.75) - 1]
  if (value === undefined) return otherwise
  return { ms: value, source: 'history', basis: `upper quartile of the last ${values.length} ${of}` }
}

function tookMs(step: Step<unknown>): readonly number[] {
  return step.state === 'finished' ? [step.ended.at - step.begun.at] : []
}

interface Launch {
  readonly lane: Lane
  readonly group: string
  readonly ms: number
  readonly machines: number
}

/** Without the warm-ups and checkpoints it was configured with, so that it holds for another lane's too. */
function launchesOf(release: Release): readonly Launch[] {
  return release.policy.stages.flatMap((stage) =>
    groupsOf(stage).flatMap((target) => {
      const key = keyOf(stage, target)
      const step = release.rolls.find((roll) => sameGroup(roll.key, key))?.step
      if (step?.state !== 'finished') return []
      const machines = step.result.replaced
      const ms = launchMsOfRoll(step.ended.at - step.begun.at, machines, target)
      return ms === undefined ? [] : [{ lane: release.lane, group: describeGroup(key), ms, machines }]
    }),
  )
}

/** Only the first round begins when its soak does: when another began, nobody recorded. */
function firstRoundMs({ soaks }: Release, stage: string): readonly number[] {
  const soak = soaks.find((one) => one.stage === stage)
  const ends = soak?.tests.filter(({ round }) => round === 'start').map(({ at }) => at) ?? []
  return soak && ends.length > 0 ? [Math.max(...ends) - soak.startedAt.at] : []
}
