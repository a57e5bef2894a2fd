// Statistics of a metric over periods, read out of its hours.

import { type Bucket, hourKey, hourMs, type MetricId, merged, metricKey, minuteMs } from './metric.ts'
import { type CloudState, type PlaceKey, rowIn } from './state.ts'
import { isStatusMetric, statusBuckets } from './status-checks.ts'

export interface Datapoint {
  /** The period's begin. */
  readonly at: number
  readonly value: number
}

export interface Span {
  readonly from: number
  /** Exclusive. */
  readonly to: number
  readonly periodMs: number
  /** No minute of a status check that ends later is told: it has not been. By default all up to `to` are. */
  readonly knownUntil?: number
  /** Only what was published in this unit; undefined for every unit together. */
  readonly unit?: string | undefined
}

export const simpleStatistics = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const

/** `p90`, `p99.9` [doc: Statistics-definitions]. */
export function isPercentile(statistic: string): boolean {
  return /^p(100|\d{1,2}(\.\d{1,10})?)$/.test(statistic)
}

/** The buckets of each period that has any, periods counted from the span's begin. */
export function periodsOf(state: CloudState, place: PlaceKey, metric: MetricId, span: Span): readonly Bucket[] {
  const { from, to, periodMs, unit } = span
  const periods = new Map<number, Bucket[]>()
  for (const bucket of bucketsOf(state, place, metric, span)) {
    if (bucket.at < from || bucket.at >= to || (unit !== undefined && bucket.unit !== unit)) continue
    const begin = from + Math.floor((bucket.at - from) / periodMs) * periodMs
    periods.set(begin, [...(periods.get(begin) ?? []), bucket])
  }
  return [...periods].map(([at, buckets]) => ({ ...merged(buckets), at })).sort((a, b) => a.at - b.at)
}

function bucketsOf(state: CloudState, place: PlaceKey, metric: MetricId, { from, to, knownUntil = to }: Span): readonly Bucket[] {
  if (isStatusMetric(metric)) return statusBuckets(state, place, metric, from, Math.min(to, knownUntil - minuteMs + 1))
  const key = metricKey(metric)
  const buckets: Bucket[] = []
  for (let hour = Math.floor(from / hourMs) * hourMs; hour < to; hour += hourMs)
    buckets.push(...(rowIn(state, place, 'metrics', hourKey(key, hour))?.buckets ?? []))
  return buckets
}

/** One statistic of a period; undefined for a percentile of what came as statistic sets. */
export function statisticOf(bucket: Bucket, statistic: string): number | undefined {
  switch (statistic) {
    case 'SampleCount':
      return bucket.count
    case 'Average':
      return bucket.sum / bucket.count
    case 'Sum':
      return bucket.sum
    case 'Minimum':
      return bucket.min
    case 'Maximum':
      return bucket.max
    default:
      return percentileOf(bucket, Number(statistic.slice(1)))
  }
}

/** "You can't get percentiles of statistic sets unless SampleCount is 1, or Min and Max are equal" [doc: PutMetricData]. */
function percentileOf({ count, min, max, values }: Bucket, percentage: number): number | undefined {
  if (count === 1 || min === max) return min
  const sorted = values === undefined ? [] : [...values].sort(([a], [b]) => a - b)
  const rank = (percentage / 100) * count
  let seen = 0
  for (const [value, times] of sorted) {
    seen += times
    if (seen >= rank) return value
  }
  return undefined
}

export function datapointsOf(
  state: CloudState,
  place: PlaceKey,
  metric: MetricId,
  statistic: string,
  span: Span,
): readonly Datapoint[] {
  return periodsOf(state, place, metric, span).flatMap((bucket) => {
    const value = statisticOf(bucket, statistic)
    return value === undefined ? [] : [{ at: bucket.at, value }]
  })
}
