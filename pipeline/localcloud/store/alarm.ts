// CloudWatch alarms: a definition, a state that follows the data, and how it came to it.

import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'

export interface Alarm {
  readonly name: string
  readonly definition: PutMetricAlarmInput
  readonly state: AlarmState
  readonly reason: string
  readonly changedAt: number
  readonly configuredAt: number
  /** When its state was last set by hand: it holds until the next evaluation. */
  readonly setAt?: number
  /** The newest last. */
  readonly history?: readonly AlarmEvent[]
}

export type AlarmEvent =
  | { readonly kind: 'ConfigurationUpdate'; readonly at: number; readonly summary: string }
  | {
      readonly kind: 'StateUpdate'
      readonly at: number
      readonly from: { readonly state: AlarmState; readonly reason: string }
      readonly to: { readonly state: AlarmState; readonly reason: string }
    }

/** AWS keeps 30 days; a bound on the history of one alarm serves as well. */
const mostEvents = 100

export function withEvent(alarm: Alarm, event: AlarmEvent): Alarm {
  return { ...alarm, history: [...(alarm.history ?? []), event].slice(-mostEvents) }
}

export function inState(alarm: Alarm, state: AlarmState, reason: string, at: number): Alarm {
  const from = { state: alarm.state, reason: alarm.reason }
  const event: AlarmEvent = { kind: 'StateUpdate', at, from, to: { state, reason } }
  return withEvent({ ...alarm, state, reason, changedAt: at }, event)
}
