// PutMetricAlarm, DescribeAlarms, SetAlarmState, DeleteAlarms: alarms are set, not measured; there are no metrics here.

import type {
  DeleteAlarmsInput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  MetricAlarm,
  PutMetricAlarmInput,
  SetAlarmStateInput,
} from '@aws-sdk/client-cloudwatch'
import type { Alarm } from '../../store/alarm.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'

export const putMetricAlarm = operation<PutMetricAlarmInput, object>({
  handles: [
    'ActionsEnabled',
    'AlarmActions',
    'AlarmDescription',
    'AlarmName',
    'ComparisonOperator',
    'DatapointsToAlarm',
    'Dimensions',
    'EvaluationPeriods',
    'ExtendedStatistic',
    'InsufficientDataActions',
    'MetricName',
    'Namespace',
    'OKActions',
    'Period',
    'Statistic',
    'Threshold',
    'TreatMissingData',
    'Unit',
  ],
  run({ input, draft, place, now }) {
    const name = input.AlarmName ?? ''
    if (name === '') throw new ApiFault('ValidationError', 'The parameter AlarmName is required.')
    const known = draft.get(place, 'alarms', name)
    // "When you create an alarm, its state is immediately set to INSUFFICIENT_DATA"; an update leaves the state [doc: PutMetricAlarm].
    const state = known ?? { state: 'INSUFFICIENT_DATA' as const, reason: 'Unchecked: Initial alarm creation', changedAt: now }
    draft.put(place, 'alarms', name, {
      name,
      definition: input,
      state: state.state,
      reason: state.reason,
      changedAt: state.changedAt,
      configuredAt: now,
    })
    return {}
  },
})

export const setAlarmState = operation<SetAlarmStateInput, object>({
  handles: ['AlarmName', 'StateValue', 'StateReason'],
  run({ input, draft, place, now }) {
    const name = input.AlarmName ?? ''
    const { StateValue: state } = input
    if (draft.get(place, 'alarms', name) === undefined) throw new ApiFault('ResourceNotFound', `Unknown alarm ${name}`, 404)
    if (state !== 'OK' && state !== 'ALARM' && state !== 'INSUFFICIENT_DATA')
      throw new ApiFault('ValidationError', `The state ${state} is not valid.`)
    draft.change(place, 'alarms', name, { state, reason: input.StateReason ?? '', changedAt: now })
    return {}
  },
})

export const describeAlarms = operation<DescribeAlarmsInput, DescribeAlarmsOutput>({
  handles: ['AlarmNames', 'AlarmNamePrefix', 'StateValue', 'MaxRecords', 'NextToken', 'AlarmTypes'],
  run({ input, draft, place, account, region }) {
    // Composite and log alarms do not exist here, so there is nothing to list of them.
    const wantsMetric = !input.AlarmTypes?.length || input.AlarmTypes.includes('MetricAlarm')
    const rows = draft
      .rows(place, 'alarms')
      .filter(({ name }) => wantsMetric && (!input.AlarmNames?.length || input.AlarmNames.includes(name)))
      .filter(({ name }) => name.startsWith(input.AlarmNamePrefix ?? ''))
      .filter(({ state }) => input.StateValue === undefined || state === input.StateValue)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const page = pageOf(rows, ({ name }) => name, {
      size: input.MaxRecords,
      token: input.NextToken,
      largest: 100,
      badToken: 'InvalidNextToken',
    })
    return {
      NextToken: page.nextToken,
      CompositeAlarms: [],
      MetricAlarms: page.rows.map((alarm) => alarmView(alarm, account, region)),
    }
  },
})

function alarmView(alarm: Alarm, account: string, region: string): MetricAlarm {
  return {
    ...alarm.definition,
    AlarmArn: `arn:aws:cloudwatch:${region}:${account}:alarm:${alarm.name}`,
    ActionsEnabled: alarm.definition.ActionsEnabled ?? true,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateUpdatedTimestamp: new Date(alarm.changedAt),
    StateTransitionedTimestamp: new Date(alarm.changedAt),
  }
}

export const deleteAlarms = operation<DeleteAlarmsInput, object>({
  handles: ['AlarmNames'],
  run({ input, draft, place }) {
    const names = input.AlarmNames ?? []
    const missing = names.find((name) => draft.get(place, 'alarms', name) === undefined)
    if (missing !== undefined) throw new ApiFault('ResourceNotFound', `Unknown alarm ${missing}`, 404)
    for (const name of names) draft.remove(place, 'alarms', name)
    return {}
  },
})
