// The life of a step: begun by an intent, ended by an outcome.

import type { Moment, Step } from './release.ts'

export function begin(token: string, begun: Moment): Step<never> {
  return { state: 'begun', token, begun }
}

export function finish<Result>(step: Step<Result>, ended: Moment, result: Result): Step<Result> {
  return { state: 'finished', begun: beginningOf(step, ended), ended, result }
}

export function fail<Result>(step: Step<Result>, ended: Moment, cause: string): Step<Result> {
  return { state: 'failed', begun: beginningOf(step, ended), ended, cause }
}

// A roll whose preflight refused was never begun: it began and ended at once.
function beginningOf(step: Step<unknown>, ended: Moment): Moment {
  return step.state === 'waiting' ? ended : step.begun
}
