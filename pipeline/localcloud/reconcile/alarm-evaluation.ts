// What state a few datapoints put an alarm in, by the rules for missing ones. Pure.

import type { AlarmState } from '../store/alarm.ts'

export interface Evaluation {
  /** A datapoint a period, the oldest first; undefined where there is none. As long as `evaluationRange`. */
  readonly window: readonly (number | undefined)[]
  readonly evaluationPeriods: number
  readonly datapointsToAlarm: number
  readonly isBreaching: (value: number) => boolean
  readonly missing: 'missing' | 'ignore' | 'breaching' | 'notBreaching'
  /** The state it is in. */
  readonly state: AlarmState
}

/** "CloudWatch attempts to retrieve a higher number of data points"; of its examples each has two more [doc: alarms-and-missing-data]. */
export function evaluationRange(evaluationPeriods: number): number {
  return evaluationPeriods + 2
}

/**
 * "Evaluates the alarm state based on the most recent real data points" where there are as many as periods; else "missing data points only as
 * few times as possible". An alarm goes off early only "when the oldest available breaching datapoint is at least as old as the value of
 * Datapoints to Alarm, and all other more recent data points are breaching or missing" [doc: alarms-and-missing-data]; until then what only
 * breaches, but too little of it, leaves the state as it is.
 */
export function evaluate({ window, evaluationPeriods, datapointsToAlarm, isBreaching, missing, state }: Evaluation): AlarmState {
  const real = window.filter((value) => value !== undefined).slice(-evaluationPeriods)
  const breaching = real.filter(isBreaching).length
  const lacking = evaluationPeriods - real.length
  if (breaching + (missing === 'breaching' ? lacking : 0) >= datapointsToAlarm) return 'ALARM'
  if (lacking === 0 || missing === 'breaching' || missing === 'notBreaching' || breaching < real.length) return 'OK'
  if (missing === 'ignore') return state
  if (real.length === 0) return 'INSUFFICIENT_DATA'
  const oldestAge = window.length - window.findIndex((value) => value !== undefined)
  return oldestAge >= datapointsToAlarm ? 'ALARM' : state
}
