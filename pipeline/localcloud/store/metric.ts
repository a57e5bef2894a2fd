// CloudWatch metrics: what was published, one row an hour of each metric, as a bucket a minute and unit.

/** Values of one minute. */
export interface Bucket {
  /** The minute's begin, in milliseconds since the epoch. */
  readonly at: number
  readonly unit: string
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
  /** Distinct values and how often each came; undefined when some came as a statistic set, whose values nobody knows. */
  readonly values: readonly (readonly [value: number, count: number])[] | undefined
}

/** A dimension's value by its name, in the order of the names. */
export type Dimensions = readonly (readonly [name: string, value: string])[]

export interface MetricId {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Dimensions
}

export interface MetricHour extends MetricId {
  /** Its begin, in milliseconds since the epoch. */
  readonly hour: number
  readonly buckets: readonly Bucket[]
}

export const minuteMs = 60_000
export const hourMs = 3_600_000

/** Percentiles need values; beyond so many in one minute a value counts as the nearest one there is. */
const mostValues = 150

/** Dimensions are a set: their order tells no metric from another. */
export function metricId(
  namespace: string,
  name: string,
  dimensions: readonly { readonly Name?: string | undefined; readonly Value?: string | undefined }[] = [],
): MetricId {
  const pairs = dimensions.map(({ Name = '', Value = '' }): [string, string] => [Name, Value])
  return { namespace, name, dimensions: pairs.sort(([a], [b]) => (a < b ? -1 : 1)) }
}

export function metricKey({ namespace, name, dimensions }: MetricId): string {
  return JSON.stringify([namespace, name, dimensions])
}

/** `key`: the metric's own. */
export function hourKey(key: string, at: number): string {
  return `${Math.floor(at / hourMs) * hourMs} ${key}`
}

/** The hour with one more bucket in it, or one of its own richer. */
export function withBucket(buckets: readonly Bucket[], added: Bucket): readonly Bucket[] {
  const there = buckets.find(({ at, unit }) => at === added.at && unit === added.unit)
  if (there === undefined) return [...buckets, added]
  return buckets.map((bucket) => (bucket === there ? merged([there, added]) : bucket))
}

/** Several as one that begins with the first. There is at least one. */
export function merged(buckets: readonly Bucket[]): Bucket {
  return buckets.reduce((all, one) => ({
    at: all.at,
    unit: all.unit,
    count: all.count + one.count,
    sum: all.sum + one.sum,
    min: Math.min(all.min, one.min),
    max: Math.max(all.max, one.max),
    values: all.values === undefined || one.values === undefined ? undefined : mergedValues(all.values, one.values),
  }))
}

function mergedValues(
  all: readonly (readonly [number, number])[],
  more: readonly (readonly [number, number])[],
): readonly (readonly [number, number])[] {
  const counts = new Map(all)
  for (const [value, count] of more) {
    const known = counts.has(value) || counts.size < mostValues ? value : nearest(counts.keys(), value)
    counts.set(known, (counts.get(known) ?? 0) + count)
  }
  return [...counts]
}

function nearest(values: Iterable<number>, wanted: number): number {
  return [...values].reduce((best, value) => (Math.abs(value - wanted) < Math.abs(best - wanted) ? value : best))
}
