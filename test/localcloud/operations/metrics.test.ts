// Metrics: what was published is what is read, a bucket a minute.

import { describe, expect, test } from 'vitest'
import { minute, simulateCloud } from '../simulated-cloud.ts'

const begin = Date.UTC(2026, 10, 22, 6)
const at = (minutes: number) => new Date(begin + minutes * minute)
const window = { StartTime: at(-10), EndTime: at(10) }
const read = { Namespace: 'Acme', MetricName: 'load', ...window, Period: 60 }

async function metered() {
  const simulated = await simulateCloud()
  const put = (...data: readonly object[]) =>
    simulated.ask('monitoring', 'PutMetricData', {
      Namespace: 'Acme',
      MetricData: data.map((datum) => ({ MetricName: 'load', ...datum })),
    })
  return { ...simulated, put }
}

test('the statistics of a minute are those of all its values, however they came', async () => {
  const { ask, put } = await metered()
  await put({ Value: 4 }, { Values: [1, 2], Counts: [3, 1] })
  await put({ Values: [10] })
  const Statistics = ['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum']
  const { Datapoints } = await ask('monitoring', 'GetMetricStatistics', {
    ...read,
    Statistics,
    ExtendedStatistics: ['p50', 'p100'],
  })
  expect(Datapoints).toEqual([
    {
      Timestamp: at(0),
      Unit: 'None',
      SampleCount: 6,
      Sum: 19,
      Average: 19 / 6,
      Minimum: 1,
      Maximum: 10,
      ExtendedStatistics: { p50: 1, p100: 10 },
    },
  ])
})

test('a statistic set has no percentiles, unless all it holds is one value', async () => {
  const { ask, put } = await metered()
  await put({ StatisticValues: { SampleCount: 2, Sum: 3, Minimum: 1, Maximum: 2 }, Timestamp: at(-2) })
  await put({ StatisticValues: { SampleCount: 2, Sum: 8, Minimum: 4, Maximum: 4 }, Timestamp: at(-1) })
  const { Datapoints } = await ask('monitoring', 'GetMetricStatistics', { ...read, ExtendedStatistics: ['p90'] })
  expect(Datapoints.map((one: { ExtendedStatistics?: object }) => one.ExtendedStatistics)).toEqual([{}, { p90: 4 }])
})

test('data come in periods from the begin asked for, newest first unless asked otherwise', async () => {
  const { ask, put } = await metered()
  await put(...[-9, -6, -5, -1].map((minutes) => ({ Value: -minutes, Timestamp: at(minutes) })))
  const stat = { Metric: { Namespace: 'Acme', MetricName: 'load' }, Period: 300, Stat: 'Sum' }
  const queries = { ...window, MetricDataQueries: [{ Id: 'a', MetricStat: stat }] }
  const newest = await ask('monitoring', 'GetMetricData', queries)
  expect(newest.MetricDataResults).toMatchObject([
    { Id: 'a', Label: 'load', StatusCode: 'Complete', Values: [6, 15], Timestamps: [at(-5), at(-10)] },
  ])
  const oldest = await ask('monitoring', 'GetMetricData', { ...queries, ScanBy: 'TimestampAscending' })
  expect(oldest.MetricDataResults[0].Values).toEqual([15, 6])
})

test('metrics are told apart by namespace, name and dimensions, in whatever order those come', async () => {
  const { ask, put } = await metered()
  const [group, zone] = [
    { Name: 'group', Value: 'web' },
    { Name: 'zone', Value: 'a' },
  ]
  await put({ Value: 1, Dimensions: [group, zone] }, { Value: 2, Dimensions: [zone, group] }, { Value: 4 })
  const Dimensions = [zone, group]
  const { Datapoints } = await ask('monitoring', 'GetMetricStatistics', { ...read, Dimensions, Statistics: ['Sum'] })
  expect(Datapoints).toMatchObject([{ Sum: 3 }])
  const { Metrics } = await ask('monitoring', 'ListMetrics', { Dimensions: [{ Name: 'zone' }] })
  expect(Metrics).toEqual([{ Namespace: 'Acme', MetricName: 'load', Dimensions: [group, zone] }])
  expect((await ask('monitoring', 'ListMetrics', { Namespace: 'Acme' })).Metrics).toHaveLength(2)
  expect((await ask('monitoring', 'ListMetrics', { Namespace: 'Other' })).Metrics).toEqual([])
})

test('a minute of many values keeps no more than a bounded number of them, and its sum is still right', async () => {
  const { ask, put } = await metered()
  for (let part = 0; part < 4; part++) await put({ Values: Array.from({ length: 150 }, (_, index) => part * 150 + index) })
  const asked = { ...read, Statistics: ['Sum', 'SampleCount', 'Maximum'], ExtendedStatistics: ['p10'] }
  const { Datapoints } = await ask('monitoring', 'GetMetricStatistics', asked)
  expect(Datapoints).toMatchObject([{ Sum: (599 * 600) / 2, SampleCount: 600, Maximum: 599, ExtendedStatistics: { p10: 59 } }])
})

test('what is older than fifteen days is forgotten', async () => {
  const { ask, put, advance } = await metered()
  await put({ Value: 1 })
  await advance(16 * 1_440 * minute, undefined, 1_440 * minute)
  await put({ Value: 2 })
  const long = { ...read, EndTime: at(17 * 1_440), Period: 86_400, Statistics: ['Sum'] }
  expect((await ask('monitoring', 'GetMetricStatistics', long)).Datapoints).toMatchObject([{ Sum: 2 }])
})

describe('refused', () => {
  test.each([
    ['a namespace of AWS', { Namespace: 'AWS/EC2', MetricData: [{ MetricName: 'x', Value: 1 }] }, 'InvalidParameterValue'],
    ['no data', { MetricData: [] }, 'InvalidParameterValue'],
    ['no value', { MetricData: [{ MetricName: 'x' }] }, 'InvalidParameterCombination'],
    ['two kinds of values', { MetricData: [{ MetricName: 'x', Value: 1, Values: [1] }] }, 'InvalidParameterCombination'],
    ['an old time', { MetricData: [{ MetricName: 'x', Value: 1, Timestamp: at(-15 * 1_440) }] }, 'InvalidParameterValue'],
    ['a time to come', { MetricData: [{ MetricName: 'x', Value: 1, Timestamp: at(121) }] }, 'InvalidParameterValue'],
    ['a huge value', { MetricData: [{ MetricName: 'x', Value: 1e200 }] }, 'InvalidParameterValue'],
    ['seconds', { MetricData: [{ MetricName: 'x', Value: 1, StorageResolution: 1 }] }, 'UnsupportedOperation'],
    [
      'a dimension twice',
      {
        MetricData: [
          {
            MetricName: 'x',
            Value: 1,
            Dimensions: [
              { Name: 'a', Value: 'b' },
              { Name: 'a', Value: 'c' },
            ],
          },
        ],
      },
      'InvalidParameterValue',
    ],
  ])('%s', async (_, input, code) => {
    const { ask, refusal } = await metered()
    expect(await refusal('monitoring', 'PutMetricData', { Namespace: 'Acme', ...input })).toMatchObject({ code })
    expect((await ask('monitoring', 'ListMetrics', {})).Metrics).toEqual([])
  })

  test('an expression, by name', async () => {
    const { refusal } = await metered()
    const MetricDataQueries = [{ Id: 'a', Expression: 'SUM(METRICS())' }]
    expect(await refusal('monitoring', 'GetMetricData', { ...window, MetricDataQueries })).toEqual({
      code: 'UnsupportedOperation',
      message: 'The local cloud does not implement the parameter MetricDataQueries.Expression of GetMetricData.',
    })
  })

  test('more datapoints than 1,440', async () => {
    const { refusal } = await metered()
    const days = { ...read, StartTime: at(-2 * 1_440), Statistics: ['Sum'] }
    expect(await refusal('monitoring', 'GetMetricStatistics', days)).toMatchObject({ code: 'InvalidParameterCombination' })
  })
})
