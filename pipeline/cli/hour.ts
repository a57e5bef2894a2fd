// The emergency hour in words: when each step begins and ends, what decides the end, and what would buy most of it.

import { isLate, type Lever, type Projection } from '../release/index.ts'
import { describeEnd, since } from './projected-end.ts'
import { table } from './terminal.ts'

export interface Hour {
  readonly family: string
  /** Undefined: it is not opened yet. */
  readonly release: string | undefined
  readonly projection: Projection
  /** Limits of the lane that cost any of it, the most first. */
  readonly levers: readonly Lever[]
}

export function describeHour({ family, release, projection, levers }: Hour): readonly string[] {
  const { openedAt, steps, unknown } = projection
  const rows = steps.map(({ step, from, until, state, source, basis, isCritical, isUnknown }) => [
    isCritical ? '*' : '',
    step,
    since(openedAt, from),
    isUnknown ? 'unknown' : since(openedAt, until),
    state === 'ended' ? 'ended' : `${source}: ${basis}`,
  ])
  return [
    `${release ?? `an emergency release of ${family} opened now`} ${describeEnd(projection)}`,
    ...table([['', 'STEP', 'FROM', 'UNTIL', 'SOURCE'], ...rows]).map((line) => `  ${line}`),
    '  * decides the end; times are since the opening',
    ...unknown.map((step) => `  ${step}: as long as a person takes; what waits for it ends that much later`),
    ...describeLever(projection, levers),
  ]
}

/** Whether it may be opened; says the plan, and what would buy most when it may not. */
export function startsInTime(hour: Hour, evenIfLate: boolean, say: (line: string) => void): boolean {
  for (const line of describeHour(hour)) say(line)
  if (hour.release !== undefined || !isLate(hour.projection)) return true
  say(
    evenIfLate
      ? 'opened all the same: --even-if-late'
      : 'not opened: it cannot be in production in time. Change the lane, or say --even-if-late',
  )
  return evenIfLate
}

function describeLever(projection: Projection, [most]: readonly Lever[]): readonly string[] {
  if (!isLate(projection)) return []
  return [
    most
      ? `  most would be bought by ${most.limit}: ${since(0, most.buysMs)}`
      : '  no limit of the lane would buy anything: it is the bake, the verification and the copies that take so long',
  ]
}
