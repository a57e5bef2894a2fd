// PutMetricData: values, lists of values and statistic sets, into the minute they belong to.

import type { MetricDatum, PutMetricDataInput } from '@aws-sdk/client-cloudwatch'
import { type Bucket, hourKey, hourMs, type MetricId, metricId, metricKey, minuteMs, withBucket } from '../../store/metric.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import { invalidValue, refuseDimensions } from './metric-input.ts'

/** "Up to two weeks before the current date, and up to 2 hours after the current day and time" [doc: PutMetricData]. */
const oldestMs = 14 * 86_400_000
const aheadMs = 2 * hourMs
/** "Data points with a period of 60 seconds are available for 15 days" [doc: cloudwatch_concepts]. */
const keptMs = 15 * 86_400_000
/** Hours of metrics that a place keeps; the oldest go first. */
const mostHours = 20_000
/** "Values must be in the range of -2^360 to 2^360" [doc: MetricDatum]. */
const largestValue = 2 ** 360

export const putMetricData = operation<PutMetricDataInput, object>({
  handles: ['Namespace', 'MetricData'],
  run({ input, draft, place, now }) {
    const { Namespace: namespace = '', MetricData: data = [] } = input
    if (!/^[^:][\w./#: -]{0,254}$/.test(namespace) || namespace.startsWith('AWS/'))
      throw invalidValue(`The value ${namespace} for parameter Namespace is invalid.`)
    if (data.length === 0 || data.length > 1_000)
      throw invalidValue('The collection MetricData must have a size between 1 and 1000.')
    for (const datum of data) {
      refuseOdd(datum)
      add(draft, place, metricId(namespace, datum.MetricName ?? '', datum.Dimensions), bucketOf(datum, now), now)
    }
    return {}
  },
})

function refuseOdd({ MetricName: name = '', Dimensions: dimensions, StorageResolution: resolution = 60 }: MetricDatum): void {
  if (name === '' || name.length > 255) throw invalidValue('MetricName must have 1 to 255 characters.')
  refuseDimensions(dimensions)
  if (resolution === 1) throw unsupported('StorageResolution=1 of PutMetricData')
  if (resolution !== 60) throw invalidValue('StorageResolution must be 1 or 60.')
}

function bucketOf(datum: MetricDatum, now: number): Bucket {
  const at = datum.Timestamp?.getTime() ?? now
  if (at < now - oldestMs || at > now + aheadMs)
    throw invalidValue('The parameter Timestamp must be within the last two weeks and the next two hours.')
  const { count, sum, min, max, values } = numbersOf(datum)
  for (const value of [sum, min, max, count, ...(datum.Values ?? [])])
    if (!Number.isFinite(value) || Math.abs(value) > largestValue)
      throw invalidValue(`The value ${value} is not a number CloudWatch keeps.`)
  if (count <= 0 || min > max) throw invalidValue('A datum must have a positive count, and no minimum above its maximum.')
  return { at: Math.floor(at / minuteMs) * minuteMs, unit: datum.Unit ?? 'None', count, sum, min, max, values }
}

function numbersOf({ Value, Values, Counts, StatisticValues }: MetricDatum): Omit<Bucket, 'at' | 'unit'> {
  const ways = [Value, Values, StatisticValues].filter((one) => one !== undefined).length
  if (ways !== 1)
    throw new ApiFault('InvalidParameterCombination', 'Exactly one of Value, Values and StatisticValues must be specified.')
  if (StatisticValues !== undefined) {
    const { SampleCount: count = 0, Sum: sum = 0, Minimum: min = 0, Maximum: max = 0 } = StatisticValues
    return { count, sum, min, max, values: undefined }
  }
  const values = Values ?? [Value ?? 0]
  const counts = Counts ?? values.map(() => 1)
  if (values.length === 0 || values.length > 150 || counts.length !== values.length || counts.some((count) => !(count > 0)))
    throw invalidValue('Values must have 1 to 150 members, and Counts as many, each above 0.')
  const weighted = values.map((value, index): [number, number] => [value, counts[index] ?? 1])
  return {
    count: counts.reduce((all, count) => all + count, 0),
    sum: weighted.reduce((all, [value, count]) => all + value * count, 0),
    min: Math.min(...values),
    max: Math.max(...values),
    values: weighted,
  }
}

function add(draft: Draft, place: PlaceKey, metric: MetricId, bucket: Bucket, now: number): void {
  const key = hourKey(metricKey(metric), bucket.at)
  const known = draft.get(place, 'metrics', key)
  if (known === undefined) forgetOld(draft, place, now)
  const hour = Math.floor(bucket.at / hourMs) * hourMs
  draft.put(place, 'metrics', key, { ...metric, hour, buckets: withBucket(known?.buckets ?? [], bucket) })
}

function forgetOld(draft: Draft, place: PlaceKey, now: number): void {
  const rows = draft.rows(place, 'metrics')
  const surplus = rows.length < mostHours ? [] : rows.slice(0, rows.length - mostHours + 1)
  const old = rows.filter(({ hour }) => now - hour > keptMs)
  for (const row of new Set([...old, ...surplus])) draft.remove(place, 'metrics', hourKey(metricKey(row), row.hour))
}
