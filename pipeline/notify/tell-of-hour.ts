// What is told of an emergency release that will not be in production in time.

import { formatDuration } from '../kernel/index.ts'
import type { EventOf } from '../release/index.ts'
import type { Occasion, Telling } from './telling.ts'

export function tellOfHour({ step, projected, due, lever }: EventOf<'projection.late'>, { release }: Occasion): Telling {
  const { id, openedAt } = release
  const after = (instant: string) => formatDuration(wholeMinutes(Date.parse(instant) - openedAt.at))
  const most = lever ? `; of its limits, ${lever.limit} costs most: ${formatDuration(wholeMinutes(lever.buysMs))}` : ''
  return {
    level: 'action',
    headline: `${id} will not be in production within ${after(due)}, but ${after(projected)} after it was opened at the earliest`,
    meaning: `What made it late: ${step}${most}`,
    action: 'Look at its steps with drover status, and decide whether to wait or to go another way meanwhile',
  }
}

function wholeMinutes(durationMs: number): number {
  return Math.ceil(durationMs / 60_000) * 60_000
}
