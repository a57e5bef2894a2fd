// PutMetricAlarm, DescribeAlarms, SetAlarmState, DeleteAlarms, DescribeAlarmHistory; what evaluates alarms is the reconciler.

import type {
  AlarmHistoryItem,
  DeleteAlarmsInput,
  DescribeAlarmHistoryInput,
  DescribeAlarmHistoryOutput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  MetricAlarm,
  PutMetricAlarmInput,
  SetAlarmStateInput,
} from '@aws-sdk/client-cloudwatch'
import { type Alarm, type AlarmEvent, inState, withEvent } from '../../store/alarm.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { refuseUnmeasurable } from './alarm-definition.ts'

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
    refuseUnmeasurable(input)
    const known = draft.get(place, 'alarms', name)
    // "When you create an alarm, its state is immediately set to INSUFFICIENT_DATA"; an update leaves the state [doc: PutMetricAlarm].
    const before: Alarm = known ?? {
      name,
      definition: input,
      state: 'INSUFFICIENT_DATA',
      reason: 'Unchecked: Initial alarm creation',
      changedAt: now,
      configuredAt: now,
    }
    const summary = `Alarm "${name}" ${known === undefined ? 'created' : 'updated'}`
    const event: AlarmEvent = { kind: 'ConfigurationUpdate', at: now, summary }
    draft.put(place, 'alarms', name, withEvent({ ...before, definition: input, configuredAt: now }, event))
    return {}
  },
})

export const setAlarmState = operation<SetAlarmStateInput, object>({
  handles: ['AlarmName', 'StateValue', 'StateReason'],
  run({ input, draft, place, now }) {
    const name = input.AlarmName ?? ''
    const { StateValue: state } = input
    const alarm = draft.get(place, 'alarms', name)
    if (alarm === undefined) throw new ApiFault('ResourceNotFound', `Unknown alarm ${name}`, 404)
    if (state !== 'OK' && state !== 'ALARM' && state !== 'INSUFFICIENT_DATA')
      throw new ApiFault('ValidationError', `The state ${state} is not valid.`)
    draft.put(place, 'alarms', name, { ...inState(alarm, state, input.StateReason ?? '', now), setAt: now })
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

/** "CloudWatch retains the history of an alarm even if you delete it" there; here it goes with the alarm [doc: DescribeAlarmHistory]. */
export const describeAlarmHistory = operation<DescribeAlarmHistoryInput, DescribeAlarmHistoryOutput>({
  handles: ['AlarmName', 'AlarmTypes', 'HistoryItemType', 'StartDate', 'EndDate', 'MaxRecords', 'NextToken', 'ScanBy'],
  run({ input, draft, place }) {
    // As in DescribeAlarms there are none of another type.
    const wantsMetric = !input.AlarmTypes?.length || input.AlarmTypes.includes('MetricAlarm')
    const [from, to] = [input.StartDate?.getTime() ?? 0, input.EndDate?.getTime() ?? Number.POSITIVE_INFINITY]
    const rows = draft
      .rows(place, 'alarms')
      .filter(({ name }) => wantsMetric && (input.AlarmName === undefined || name === input.AlarmName))
      .flatMap(({ name, history = [] }) => history.map((event, index) => ({ name, event, key: `${name} ${event.at} ${index}` })))
      .filter(({ event }) => input.HistoryItemType === undefined || event.kind === input.HistoryItemType)
      .filter(({ event }) => event.at >= from && event.at <= to)
      .sort((a, b) => a.event.at - b.event.at)
    if (input.ScanBy !== 'TimestampAscending') rows.reverse()
    const request = { size: input.MaxRecords, token: input.NextToken, largest: 100, badToken: 'InvalidNextToken' }
    const page = pageOf(rows, ({ key }) => key, request)
    return { NextToken: page.nextToken, AlarmHistoryItems: page.rows.map(({ name, event }) => historyItem(name, event)) }
  },
})

function historyItem(name: string, event: AlarmEvent): AlarmHistoryItem {
  const item = { AlarmName: name, AlarmType: 'MetricAlarm', HistoryItemType: event.kind, Timestamp: new Date(event.at) } as const
  if (event.kind === 'ConfigurationUpdate') return { ...item, HistorySummary: event.summary }
  const { from, to } = event
  const data = {
    version: '1.0',
    oldState: { stateValue: from.state, stateReason: from.reason },
    newState: { stateValue: to.state, stateReason: to.reason },
  }
  return { ...item, HistorySummary: `Alarm updated from ${from.state} to ${to.state}`, HistoryData: JSON.stringify(data) }
}
