// Alarms are evaluated when a period of theirs is over, from the data there is.

import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'
import { type Alarm, type AlarmState, inState } from '../store/alarm.ts'
import { type MetricId, metricId } from '../store/metric.ts'
import { datapointsOf } from '../store/metric-statistics.ts'
import type { CloudState, Draft, PlaceKey } from '../store/state.ts'
import { checkedInstance, isStatusMetric } from '../store/status-checks.ts'
import { evaluate, evaluationRange } from './alarm-evaluation.ts'
import { type Reasoning, reasonFor } from './alarm-reason.ts'
import type { Due } from './due.ts'

/** Data may be published so far ahead of time [doc: PutMetricData]. */
const aheadMs = 2 * 3_600_000

/**
 * "SetAlarmState temporarily sets the state"; the next evaluation says again what the data say [doc: SetAlarmState]. An evaluation that changes
 * nothing leaves no trace, and the loop is called only for one that will, so an alarm without data sleeps.
 */
export function advanceAlarms(draft: Draft, place: PlaceKey, now: number, due: Due): void {
  for (const row of draft.rows(place, 'alarms')) {
    const measure = measureOf(row.definition)
    if (measure === undefined) continue
    const ended = Math.floor(now / measure.periodMs) * measure.periodMs
    const heldUntil = Math.max(row.configuredAt, row.setAt ?? 0)
    const alarm = ended > heldUntil ? evaluated(draft, place, row, measure, ended) : row
    const changesAt = knownChange(draft.state, place, alarm, measure, ended)
    if (changesAt !== undefined) due.idleUntil(changesAt)
  }
}

interface Measure {
  readonly metric: MetricId
  readonly statistic: string
  readonly periodMs: number
  readonly evaluationPeriods: number
}

/** Undefined for an alarm of before they were measured that names no metric. */
function measureOf(definition: PutMetricAlarmInput): Measure | undefined {
  const { Namespace: namespace, MetricName: name, Dimensions, Period: seconds, EvaluationPeriods: evaluationPeriods } = definition
  const statistic = definition.Statistic ?? definition.ExtendedStatistic
  if (!namespace || !name || !seconds || !evaluationPeriods || statistic === undefined) return undefined
  return { metric: metricId(namespace, name, Dimensions), statistic, periodMs: seconds * 1_000, evaluationPeriods }
}

function evaluated(draft: Draft, place: PlaceKey, alarm: Alarm, measure: Measure, at: number): Alarm {
  const reasoning = reasoningAt(draft.state, place, alarm, measure, at)
  const state = evaluate(reasoning)
  if (state === alarm.state) return alarm
  const next = inState(alarm, state, reasonFor(state, reasoning), at)
  draft.put(place, 'alarms', alarm.name, next)
  return next
}

/** Rows and tables never change, so while both are the same and no period has ended, neither has the answer. */
const changes = new WeakMap<Alarm, { readonly source: unknown; readonly ended: number; readonly at: number | undefined }>()

function knownChange(state: CloudState, place: PlaceKey, alarm: Alarm, measure: Measure, ended: number): number | undefined {
  const { metric } = measure
  const source = isStatusMetric(metric) ? checkedInstance(state, place, metric) : state.places[place]?.metrics
  const known = changes.get(alarm)
  if (known !== undefined && known.source === source && known.ended === ended) return known.at
  const at = nextChange(state, place, alarm, measure, ended)
  changes.set(alarm, { source, ended, at })
  return at
}

/** The end of the first period at which the data there are would change its state. When all have left its range, none does. */
function nextChange(state: CloudState, place: PlaceKey, alarm: Alarm, measure: Measure, ended: number): number | undefined {
  const { periodMs, evaluationPeriods } = measure
  const range = evaluationRange(evaluationPeriods) + 1
  const stateAt = (at: number): AlarmState => evaluate(reasoningAt(state, place, alarm, measure, at))
  // What a status check says goes on as it is, and says no more the further it is looked ahead.
  const hasAhead = isStatusMetric(measure.metric)
    ? []
    : datapointsOf(state, place, measure.metric, measure.statistic, {
        from: ended + periodMs,
        to: ended + periodMs + aheadMs,
        periodMs,
        unit: alarm.definition.Unit,
      })
  const last = (hasAhead.at(-1)?.at ?? ended) + range * periodMs
  for (let at = ended + periodMs; at <= last; at += periodMs) if (stateAt(at) !== alarm.state) return at
  return undefined
}

function reasoningAt(
  state: CloudState,
  place: PlaceKey,
  alarm: Alarm,
  { metric, statistic, periodMs, evaluationPeriods }: Measure,
  at: number,
): Reasoning {
  const { definition } = alarm
  const { ComparisonOperator: operator = 'GreaterThanThreshold', Threshold: threshold = 0 } = definition
  const range = evaluationRange(evaluationPeriods)
  const span = { from: at - range * periodMs, to: at, periodMs, unit: definition.Unit }
  const datapoints = datapointsOf(state, place, metric, statistic, span)
  const values = new Map(datapoints.map((point) => [point.at, point.value]))
  return {
    datapoints,
    window: Array.from({ length: range }, (_, index) => values.get(span.from + index * periodMs)),
    evaluationPeriods,
    datapointsToAlarm: definition.DatapointsToAlarm ?? evaluationPeriods,
    isBreaching: (value) => breaches[operator]?.(value, threshold) ?? false,
    missing: (definition.TreatMissingData ?? 'missing') as Reasoning['missing'],
    state: alarm.state,
    operator,
    threshold,
  }
}

const breaches: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
}
