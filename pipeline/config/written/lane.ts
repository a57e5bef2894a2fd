// A lane as it is written: how long each stage soaks, who must approve, how wide and how fast groups are rolled.

import { allDefaults, mapping, optional, placedDefault, record, required, withDefault } from '../yaml/mapping.ts'
import { list, mapped, type Placed, placed, type Reader, scalarOr } from '../yaml/reader.ts'
import type { Spot } from '../yaml/reading.ts'
import { choice, duration, percent, text, wholeNumber } from '../yaml/scalars.ts'

export interface WrittenSoak {
  readonly at: Spot
  /** `zeroSoak: accepted` stands beside the stages. */
  readonly zeroAccepted: boolean
  readonly stages: readonly { readonly name: string; readonly at: Spot; readonly durationMs: Placed<number> }[]
}

/** Defaults that finish a group in about one batch: AWS's own (90%, 110%) replace a group of ten in an hour. */
const roll = mapping('`roll`', {
  minHealthy: withDefault(percent(0, 100), 100),
  maxHealthy: optional(placed(percent(100, 200))),
  warmup: withDefault(duration({ zero: true }), 120_000),
  checkpoints: placedDefault<readonly number[]>(list('the list of checkpoints', percent(1, 100), 1), []),
  checkpointDelay: placedDefault(duration(), 0),
  bakeTime: placedDefault(duration({ zero: true }), 0),
  deadline: placedDefault(duration(), 7_200_000),
})

interface WrittenApproval {
  readonly needed: 'none' | 'required'
  /** Who may answer; empty means anyone. */
  readonly by: readonly string[]
  readonly notBy: 'opener' | undefined
}

/** A word, or who may answer: `{ by: [ada], notBy: opener }`. */
const approval: Reader<WrittenApproval> = scalarOr(
  mapped(choice('an approval', ['none', 'required']), (needed): WrittenApproval => ({ needed, by: [], notBy: undefined })),
  mapped(
    mapping('the approval', {
      by: withDefault(list('the list of people', text()), []),
      notBy: optional(choice('who may not approve', ['opener'])),
    }),
    ({ by, notBy }): WrittenApproval => ({ needed: 'required', by, notBy }),
  ),
)

export type WrittenWaves = 'one-by-one' | 'first-then-rest' | 'together' | Placed<readonly number[]>

/** A word, or the percentages of the stage's groups that are to have been rolled after each wave: `[10%, 50%, 100%]`. */
const waves: Reader<WrittenWaves> = scalarOr<WrittenWaves>(
  choice('a way to walk waves', ['one-by-one', 'first-then-rest', 'together']),
  placed(list('the list of percentages', percent(1, 100), 1)),
)

const keys = {
  soak: required(soak(), 'Say how long each stage soaks: { dev: 4h, staging: 20h, prod: 1h }'),
  testEvery: withDefault(duration(), 3_600_000),
  exposure: withDefault(record('`exposure`', wholeNumber(1, 1_000_000)), []),
  approval: withDefault(record('`approval`', approval), []),
  waves: withDefault(record('`waves`', waves), []),
  calendar: withDefault(choice('what a lane does about windows and freezes', ['keep', 'override']), 'keep'),
  roll: allDefaults(roll),
}

export const lane = mapping('the lane', keys)

const dayMs = 86_400_000

/** Only this lane has an hour to keep, and is walked in drills so that it works when it is needed. */
export const emergencyLane = mapping('the lane', {
  ...keys,
  within: withDefault(duration(), 3_600_000),
  drillEvery: withDefault(duration(), 30 * dayMs),
})

export type WrittenLane = ReturnType<typeof lane.read>

function soak(): Reader<WrittenSoak> {
  const entries = record('`soak`', { read: (at: Spot) => at, standIn: (at: Spot) => at })
  const accepted = choice('an answer to `zeroSoak`', ['accepted'])
  const time = placed(duration({ zero: true }))
  return {
    standIn: (at) => ({ at, zeroAccepted: false, stages: [] }),
    read: (at) => {
      const written = entries.read(at)
      const zeroSoak = written.find(({ name }) => name === 'zeroSoak')
      return {
        at,
        zeroAccepted: zeroSoak !== undefined && accepted.read(zeroSoak.value) === 'accepted',
        stages: written
          .filter((entry) => entry !== zeroSoak)
          .map((entry) => ({ name: entry.name, at: entry.at, durationMs: time.read(entry.value) })),
      }
    },
  }
}
