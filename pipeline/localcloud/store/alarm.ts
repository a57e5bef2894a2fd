// CloudWatch alarms: a definition and a state that is set, not measured.

import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'

export interface Alarm {
  readonly name: string
  readonly definition: PutMetricAlarmInput
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'
  readonly reason: string
  readonly changedAt: number
  readonly configuredAt: number
}
