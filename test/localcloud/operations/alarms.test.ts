// Alarms: made, listed, set by hand for a while, deleted, with their history.

import { describe, expect, test } from 'vitest'
import { simulateCloud } from '../simulated-cloud.ts'

const metric = { Namespace: 'Acme', MetricName: '5xx', Statistic: 'Sum', Period: 60, EvaluationPeriods: 1, Threshold: 1 }
const definition = (AlarmName: string) => ({ AlarmName, ComparisonOperator: 'GreaterThanThreshold', ...metric })

async function cloudWith(...names: readonly string[]) {
  const simulated = await simulateCloud()
  for (const name of names) await simulated.ask('monitoring', 'PutMetricAlarm', definition(name))
  const namesOf = async (input: object): Promise<readonly string[]> =>
    (await simulated.ask('monitoring', 'DescribeAlarms', input)).MetricAlarms.map(
      ({ AlarmName }: { AlarmName: string }) => AlarmName,
    )
  const stateOf = async (name: string): Promise<readonly [string, string]> => {
    const { MetricAlarms } = await simulated.ask('monitoring', 'DescribeAlarms', { AlarmNames: [name] })
    return [MetricAlarms[0].StateValue, MetricAlarms[0].StateReason]
  }
  return { ...simulated, namesOf, stateOf }
}

test('a new alarm knows nothing yet; a changed one keeps its state', async () => {
  const { ask, stateOf } = await cloudWith('web-5xx')
  expect(await stateOf('web-5xx')).toEqual(['INSUFFICIENT_DATA', 'Unchecked: Initial alarm creation'])
  await ask('monitoring', 'SetAlarmState', { AlarmName: 'web-5xx', StateValue: 'ALARM', StateReason: 'a drill' })
  await ask('monitoring', 'PutMetricAlarm', { ...definition('web-5xx'), Threshold: 2 })
  expect(await stateOf('web-5xx')).toEqual(['ALARM', 'a drill'])
  const { MetricAlarms } = await ask('monitoring', 'DescribeAlarms', {})
  expect(MetricAlarms[0]).toMatchObject({
    ...definition('web-5xx'),
    Threshold: 2,
    ActionsEnabled: true,
    AlarmArn: 'arn:aws:cloudwatch:eu-central-1:000000000001:alarm:web-5xx',
  })
})

describe('a list', () => {
  test.each([
    [{}, ['api-5xx', 'web-4xx', 'web-5xx']],
    [{ AlarmNames: ['web-5xx', 'missing'] }, ['web-5xx']],
    [{ AlarmNamePrefix: 'web-' }, ['web-4xx', 'web-5xx']],
    [{ StateValue: 'OK' }, ['api-5xx']],
    [{ AlarmTypes: ['CompositeAlarm'] }, []],
    [{ AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }, ['api-5xx', 'web-4xx', 'web-5xx']],
  ])('of %j', async (input, names) => {
    const { ask, namesOf } = await cloudWith('web-5xx', 'web-4xx', 'api-5xx')
    await ask('monitoring', 'SetAlarmState', { AlarmName: 'api-5xx', StateValue: 'OK', StateReason: 'well' })
    expect(await namesOf(input)).toEqual(names)
  })

  test('comes in pages', async () => {
    const { ask } = await cloudWith('a', 'b', 'c')
    const first = await ask('monitoring', 'DescribeAlarms', { MaxRecords: 2 })
    expect(first.MetricAlarms).toHaveLength(2)
    const rest = await ask('monitoring', 'DescribeAlarms', { MaxRecords: 2, NextToken: first.NextToken })
    expect(rest.MetricAlarms).toMatchObject([{ AlarmName: 'c' }])
    expect(rest.NextToken).toBeUndefined()
  })
})

test('deleting one that is missing deletes none', async () => {
  const { ask, refusal, namesOf } = await cloudWith('a', 'b')
  expect(await refusal('monitoring', 'DeleteAlarms', { AlarmNames: ['a', 'x'] })).toMatchObject({
    message: expect.stringContaining('x'),
  })
  expect(await namesOf({})).toEqual(['a', 'b'])
  await ask('monitoring', 'DeleteAlarms', { AlarmNames: ['a'] })
  expect(await namesOf({})).toEqual(['b'])
})

test.each([
  ['an alarm that is not there', { AlarmName: 'x', StateValue: 'OK', StateReason: '' }, /ResourceNotFound/],
  ['a state that is none', { AlarmName: 'a', StateValue: 'FINE', StateReason: '' }, /ValidationError|InvalidParameterValue/],
])('the state of %s is refused', async (_, input, code) => {
  const { refusal } = await cloudWith('a')
  expect((await refusal('monitoring', 'SetAlarmState', input)).code).toMatch(code)
})

test.each([
  ['no metric', { MetricName: undefined }, 'ValidationError'],
  ['no statistic', { Statistic: undefined }, 'ValidationError'],
  ['two statistics', { ExtendedStatistic: 'p90' }, 'ValidationError'],
  ['a trimmed mean', { Statistic: undefined, ExtendedStatistic: 'tm90' }, 'UnsupportedOperation'],
  ['a statistic that is none', { Statistic: 'Median' }, 'InvalidParameterValue'],
  ['an anomaly band', { ComparisonOperator: 'GreaterThanUpperThreshold' }, 'UnsupportedOperation'],
  ['half a minute', { Period: 30 }, 'UnsupportedOperation'],
  ['a minute and a half', { Period: 90 }, 'InvalidParameterValue'],
  ['more datapoints than periods', { DatapointsToAlarm: 2 }, 'ValidationError'],
  ['more than a day of minutes', { EvaluationPeriods: 1_441 }, 'ValidationError'],
  ['an unknown treatment', { TreatMissingData: 'fine' }, 'ValidationError'],
])('an alarm with %s is refused', async (_, input, code) => {
  const { refusal, namesOf } = await cloudWith()
  expect(await refusal('monitoring', 'PutMetricAlarm', { ...definition('a'), ...input })).toMatchObject({ code })
  expect(await namesOf({})).toEqual([])
})

test('its history says how it was made and what its state was, the newest first', async () => {
  const { ask } = await cloudWith('a', 'b')
  await ask('monitoring', 'SetAlarmState', { AlarmName: 'a', StateValue: 'ALARM', StateReason: 'a drill' })
  const { AlarmHistoryItems: items } = await ask('monitoring', 'DescribeAlarmHistory', { AlarmName: 'a' })
  expect(items).toMatchObject([
    { HistoryItemType: 'StateUpdate', HistorySummary: 'Alarm updated from INSUFFICIENT_DATA to ALARM' },
    { HistoryItemType: 'ConfigurationUpdate', HistorySummary: 'Alarm "a" created' },
  ])
  expect(JSON.parse(items[0].HistoryData)).toMatchObject({ newState: { stateValue: 'ALARM', stateReason: 'a drill' } })
  const changes = await ask('monitoring', 'DescribeAlarmHistory', { HistoryItemType: 'ConfigurationUpdate', MaxRecords: 1 })
  expect(changes.AlarmHistoryItems).toHaveLength(1)
  expect(changes.NextToken).toBeDefined()
})
