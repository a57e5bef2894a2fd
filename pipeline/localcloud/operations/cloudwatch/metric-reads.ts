// GetMetricData, GetMetricStatistics, ListMetrics.

import type {
  Datapoint,
  GetMetricDataInput,
  GetMetricDataOutput,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
  ListMetricsInput,
  ListMetricsOutput,
  MetricDataQuery,
  MetricDataResult,
} from '@aws-sdk/client-cloudwatch'
import { hourMs, type MetricId, metricId, metricKey, minuteMs } from '../../store/metric.ts'
import { datapointsOf, periodsOf, type Span, statisticOf } from '../../store/metric-statistics.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { statusMetrics } from '../../store/status-checks.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { invalidValue, refusePeriod, refuseStatistic } from './metric-input.ts'

/** "A single GetMetricData call can include up to 500 MetricDataQuery structures", and answers 100,800 datapoints [doc: GetMetricData]. */
const mostQueries = 500
const mostData = 100_800
/** "The maximum number of data points returned from a single call is 1,440" [doc: GetMetricStatistics]. */
const mostDatapoints = 1_440

export const getMetricData = operation<GetMetricDataInput, GetMetricDataOutput>({
  handles: [
    'StartTime',
    'EndTime',
    'ScanBy',
    'MetricDataQueries.Id',
    'MetricDataQueries.Label',
    'MetricDataQueries.MetricStat',
    'MetricDataQueries.ReturnData',
  ],
  run({ input, draft, place, now }) {
    const queries = input.MetricDataQueries ?? []
    if (queries.length === 0 || queries.length > mostQueries)
      throw invalidValue(`The collection MetricDataQueries must have a size between 1 and ${mostQueries}.`)
    if (new Set(queries.map(({ Id }) => Id)).size < queries.length) throw invalid('The Ids of MetricDataQueries must be unique.')
    const times = timesOf(input.StartTime, input.EndTime, now)
    const results = queries.map((query) => resultOf(draft, place, query, times, input.ScanBy === 'TimestampAscending'))
    if (results.reduce((all, { Values }) => all + (Values?.length ?? 0), 0) > mostData)
      throw invalid(`The request would answer more than ${mostData} datapoints; ask for a shorter time or a longer Period.`)
    return { MetricDataResults: results.filter((_, index) => queries[index]?.ReturnData !== false), Messages: [] }
  },
})

function resultOf(
  draft: Draft,
  place: PlaceKey,
  { Id: id = '', Label: label, MetricStat: asked }: MetricDataQuery,
  times: Times,
  isAscending: boolean,
): MetricDataResult {
  if (!/^[a-z]\w{0,254}$/.test(id)) throw invalid(`The value ${id} for MetricDataQueries.Id must begin with a lowercase letter.`)
  const { Metric: metric, Stat: statistic = '', Period: period = 0, Unit: unit } = asked ?? {}
  if (!metric?.Namespace || !metric.MetricName) throw invalid(`The query ${id} needs a MetricStat with a Metric.`)
  refuseStatistic(statistic, 'GetMetricData')
  refusePeriod(period, 'GetMetricData')
  const found = metricId(metric.Namespace, metric.MetricName, metric.Dimensions)
  const points = [...datapointsOf(draft.state, place, found, statistic, spanOf(times, period, unit))]
  if (!isAscending) points.reverse()
  return {
    Id: id,
    Label: label ?? metric.MetricName,
    Timestamps: points.map(({ at }) => new Date(at)),
    Values: points.map(({ value }) => value),
    StatusCode: 'Complete',
  }
}

export const getMetricStatistics = operation<GetMetricStatisticsInput, GetMetricStatisticsOutput>({
  handles: [
    'Namespace',
    'MetricName',
    'Dimensions',
    'StartTime',
    'EndTime',
    'Period',
    'Statistics',
    'ExtendedStatistics',
    'Unit',
  ],
  run({ input, draft, place, now }) {
    const { Namespace: namespace, MetricName: name, Period: period = 0, Statistics: simple = [] } = input
    const extended = input.ExtendedStatistics ?? []
    if (!namespace || !name) throw new ApiFault('MissingParameter', 'The parameters Namespace and MetricName are required.')
    if (simple.length + extended.length === 0)
      throw new ApiFault('MissingParameter', 'At least one of Statistics and ExtendedStatistics is required.')
    for (const statistic of [...simple, ...extended]) refuseStatistic(statistic, 'GetMetricStatistics')
    refusePeriod(period, 'GetMetricStatistics')
    const span = spanOf(timesOf(input.StartTime, input.EndTime, now), period, input.Unit)
    const asked = Math.ceil((span.to - span.from) / span.periodMs)
    if (asked > mostDatapoints)
      throw new ApiFault(
        'InvalidParameterCombination',
        `You have requested up to ${asked} datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
      )
    const periods = periodsOf(draft.state, place, metricId(namespace, name, input.Dimensions), span)
    return {
      Label: name,
      Datapoints: periods.map((bucket): Datapoint => {
        const pairs = (names: readonly string[]) =>
          Object.fromEntries(names.flatMap((one) => [[one, statisticOf(bucket, one)]].filter(([, value]) => value !== undefined)))
        return {
          Timestamp: new Date(bucket.at),
          Unit: bucket.unit as NonNullable<Datapoint['Unit']>,
          ...pairs(simple),
          ...(extended.length === 0 ? {} : { ExtendedStatistics: pairs(extended) }),
        }
      }),
    }
  },
})

type Times = Required<Pick<Span, 'from' | 'to' | 'knownUntil'>>

function timesOf(start: Date | undefined, end: Date | undefined, now: number): Times {
  if (start === undefined || end === undefined)
    throw new ApiFault('MissingParameter', 'The parameters StartTime and EndTime are required.')
  if (!(start.getTime() < end.getTime())) throw invalid('The parameter StartTime must be less than the parameter EndTime.')
  return { from: Math.floor(start.getTime() / minuteMs) * minuteMs, to: end.getTime(), knownUntil: now }
}

/** Data live 15 days, so an older begin is as good as that; periods stay where they would have begun. */
function spanOf({ from, to, knownUntil }: Times, seconds: number, unit: string | undefined): Span {
  const periodMs = seconds * 1_000
  const skipped = Math.max(0, Math.floor((to - from - longestMs) / periodMs)) * periodMs
  return { from: from + skipped, to, knownUntil, periodMs, unit }
}

const longestMs = 60 * 86_400_000

export const listMetrics = operation<ListMetricsInput, ListMetricsOutput>({
  handles: ['Namespace', 'MetricName', 'Dimensions', 'RecentlyActive', 'NextToken'],
  run({ input, draft, place, now }) {
    const { Namespace: namespace, MetricName: name, Dimensions: dimensions = [], RecentlyActive: active } = input
    const isWanted = (row: MetricId) =>
      (namespace === undefined || row.namespace === namespace) &&
      (name === undefined || row.name === name) &&
      dimensions.every(({ Name, Value }) =>
        row.dimensions.some(([known, value]) => known === Name && (Value === undefined || value === Value)),
      )
    const published = draft.rows(place, 'metrics').filter(({ hour }) => active === undefined || hour >= now - 4 * hourMs)
    const all: readonly MetricId[] = [...published, ...statusMetrics(draft.rows(place, 'instances'))]
    const found = new Map(all.filter(isWanted).map((metric) => [metricKey(metric), metric]))
    const keys = [...found.keys()].sort()
    const request = { size: undefined, token: input.NextToken, largest: 500, badToken: 'InvalidParameterValue' }
    const page = pageOf(keys, (key) => key, request)
    return { NextToken: page.nextToken, Metrics: page.rows.flatMap((key) => viewOf(found.get(key))) }
  },
})

function viewOf(metric: MetricId | undefined) {
  if (metric === undefined) return []
  const Dimensions = metric.dimensions.map(([Name, Value]) => ({ Name, Value }))
  return [{ Namespace: metric.namespace, MetricName: metric.name, Dimensions }]
}

function invalid(message: string): ApiFault {
  return new ApiFault('ValidationError', message)
}
