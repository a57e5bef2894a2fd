// What EC2's status checks have said of an instance, as its row remembers it and as the metrics of AWS/EC2 tell it.

import type { KeyedBy } from './by-key.ts'
import type { Instance, StatusChange } from './instance.ts'
import { type Bucket, type MetricId, minuteMs } from './metric.ts'
import { type CloudState, type Draft, type PlaceKey, rowIn } from './state.ts'

const namespace = 'AWS/EC2'

/** "This metric can be either 0 (passed) or 1 (failed)" [doc: viewing_metrics_with_cloudwatch]; the host under a machine never fails here. */
const failedBy: Readonly<Record<string, (failed: boolean) => boolean>> = {
  StatusCheckFailed: (failed) => failed,
  StatusCheckFailed_Instance: (failed) => failed,
  StatusCheckFailed_System: () => false,
}

/** Long past ones are forgotten. */
const mostChanges = 100

/** Instances of which something else is to be noted than was last: keyed, so that nobody looks through a fleet for them. */
const instancesWithNews: KeyedBy<'instances'> = {
  table: 'instances',
  keysOf: (instance) => (seen(instance) === instance.statusChecks?.at(-1)?.isFailed ? [] : ['news']),
}

/** Undefined while nothing is checked: the machine does not run. */
function seen({ state, isImpaired }: Instance): boolean | undefined {
  return state === 'running' ? isImpaired : undefined
}

export function noteStatusChecks(draft: Draft, place: PlaceKey, now: number): void {
  for (const instance of draft.found(place, instancesWithNews, 'news')) {
    const isFailed = seen(instance)
    const change: StatusChange = isFailed === undefined ? { at: now } : { at: now, isFailed }
    draft.change(place, 'instances', instance.id, {
      statusChecks: [...(instance.statusChecks ?? []), change].slice(-mostChanges),
    })
  }
}

export function isStatusMetric(metric: MetricId): boolean {
  return metric.namespace === namespace
}

/** The row that its data come from; undefined for one that is not told. Data are told of an instance alone, not of its type, image or group. */
export function checkedInstance(state: CloudState, place: PlaceKey, { name, dimensions }: MetricId): Instance | undefined {
  const [dimension, ...others] = dimensions
  if (dimension?.[0] !== 'InstanceId' || others.length > 0 || !Object.hasOwn(failedBy, name)) return undefined
  return rowIn(state, place, 'instances', dimension[1])
}

/** A bucket of every whole minute in which it was checked, by what held at its end. Beyond what is noted the last is taken to go on. */
export function statusBuckets(state: CloudState, place: PlaceKey, metric: MetricId, from: number, to: number): readonly Bucket[] {
  const changes = checkedInstance(state, place, metric)?.statusChecks ?? []
  const first = changes[0]
  if (first === undefined) return []
  const buckets: Bucket[] = []
  for (let at = Math.ceil(Math.max(from, first.at - minuteMs) / minuteMs) * minuteMs; at < to; at += minuteMs) {
    const isFailed = changes.findLast((change) => change.at < at + minuteMs)?.isFailed
    if (isFailed === undefined) continue
    const value = failedBy[metric.name]?.(isFailed) ? 1 : 0
    buckets.push({ at, unit: 'Count', count: 1, sum: value, min: value, max: value, values: [[value, 1]] })
  }
  return buckets
}

/** Every such metric of these instances. */
export function statusMetrics(instances: readonly Instance[]): readonly MetricId[] {
  return instances.flatMap(({ id, statusChecks }) =>
    statusChecks === undefined
      ? []
      : Object.keys(failedBy).map((name): MetricId => ({ namespace, name, dimensions: [['InstanceId', id]] })),
  )
}
