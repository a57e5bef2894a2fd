// Alarms follow the data: the tables of the documentation, properties of M of N, and the words of CloudWatch.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Evaluation, evaluate, evaluationRange } from '../../../pipeline/localcloud/reconcile/alarm-evaluation.ts'
import { advanceAlarms } from '../../../pipeline/localcloud/reconcile/alarms.ts'
import { Due } from '../../../pipeline/localcloud/reconcile/due.ts'
import { hourKey, metricKey } from '../../../pipeline/localcloud/store/metric.ts'
import { Draft, emptyState } from '../../../pipeline/localcloud/store/state.ts'
import { minute, simulateCloud } from '../simulated-cloud.ts'

const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'] as const
const states = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const
type Treatment = (typeof treatments)[number]

/** `0 - X`: within, missing, breaching. */
function judged(picture: string, [m, n]: readonly [number, number], missing: Treatment, state: Evaluation['state'] = 'OK') {
  const window = picture.split(' ').map((mark) => (mark === '-' ? undefined : mark === 'X' ? 1 : 0))
  return evaluate({ window, evaluationPeriods: n, datapointsToAlarm: m, isBreaching: (value) => value > 0, missing, state })
}

describe('as the documentation has it', () => {
  test.each([
    ['0 - X - X', [3, 3], 'OK', 'OK', 'OK', 'OK'],
    ['- - - - 0', [3, 3], 'OK', 'OK', 'OK', 'OK'],
    ['- - - - -', [3, 3], 'INSUFFICIENT_DATA', 'kept', 'ALARM', 'OK'],
    ['0 X X - X', [3, 3], 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['- - X - -', [3, 3], 'ALARM', 'kept', 'ALARM', 'OK'],
    ['0 - X - X', [2, 3], 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['0 0 X 0 X', [2, 3], 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['0 - X - -', [2, 3], 'OK', 'OK', 'ALARM', 'OK'],
    ['- - - - 0', [2, 3], 'OK', 'OK', 'ALARM', 'OK'],
    ['- - - X -', [2, 3], 'ALARM', 'kept', 'ALARM', 'OK'],
  ] as const)('%s with %j', (picture, of, ...expected) => {
    for (const state of states) {
      const found = treatments.map((missing) => judged(picture, of, missing, state))
      expect(found).toEqual(expected.map((one) => (one === 'kept' ? state : one)))
    }
  })

  test.each(['- - - - X', '- - - X -'])('%s is no alarm yet, as the next may be well again', (picture) => {
    for (const state of states) expect(judged(picture, [3, 3], 'missing', state)).toBe(state)
  })
})

const evaluation = fc.integer({ min: 1, max: 6 }).chain((n) => {
  const length = evaluationRange(n)
  return fc.record({
    window: fc.array(fc.option(fc.integer({ min: 0, max: 1 }), { nil: undefined }), { minLength: length, maxLength: length }),
    evaluationPeriods: fc.constant(n),
    datapointsToAlarm: fc.integer({ min: 1, max: n }),
    isBreaching: fc.constant((value: number) => value > 0),
    missing: fc.constantFrom(...treatments),
    state: fc.constantFrom(...states),
  })
})

const real = ({ window }: Evaluation) => window.filter((value) => value !== undefined)
const withAll = (given: Evaluation): Evaluation => ({ ...given, window: given.window.map((value) => value ?? 0) })

describe('whatever the data', () => {
  test('M of the last N decide when nothing is missing, and how missing data are treated does not', () => {
    fc.assert(
      fc.property(evaluation, (given) => {
        const whole = withAll(given)
        const breaching = whole.window.slice(-given.evaluationPeriods).filter((value) => value === 1).length
        expect(evaluate(whole)).toBe(breaching >= given.datapointsToAlarm ? 'ALARM' : 'OK')
      }),
    )
  })

  test('enough real datapoints make missing ones irrelevant', () => {
    fc.assert(
      fc.property(evaluation, (given) => {
        fc.pre(real(given).length >= given.evaluationPeriods)
        const verdicts = treatments.map((missing) => evaluate({ ...given, missing }))
        expect(new Set(verdicts).size).toBe(1)
      }),
    )
  })

  test('treating what is missing as breaching is never milder than as within', () => {
    fc.assert(
      fc.property(evaluation, (given) => {
        if (evaluate({ ...given, missing: 'notBreaching' }) === 'ALARM')
          expect(evaluate({ ...given, missing: 'breaching' })).toBe('ALARM')
      }),
    )
  })

  test('only no data at all is insufficient, and only where it is to be missed; what is ignored keeps the state', () => {
    fc.assert(
      fc.property(evaluation, (given) => {
        const verdict = evaluate(given)
        if (verdict === 'INSUFFICIENT_DATA' && given.state !== 'INSUFFICIENT_DATA') {
          expect(real(given)).toEqual([])
          expect(given.missing).toBe('missing')
        }
        if (real(given).length === 0 && given.missing === 'ignore') expect(verdict).toBe(given.state)
      }),
    )
  })

  test('evaluating again changes nothing', () => {
    fc.assert(
      fc.property(evaluation, (given) => {
        const once = evaluate(given)
        expect(evaluate({ ...given, state: once })).toBe(once)
      }),
    )
  })
})

const metric = { Namespace: 'Acme', MetricName: '5xx', Statistic: 'Sum', Period: 60, EvaluationPeriods: 1, Threshold: 1 }

async function watched(input: object = {}) {
  const simulated = await simulateCloud()
  const { ask } = simulated
  await ask('monitoring', 'PutMetricAlarm', {
    AlarmName: 'a',
    ComparisonOperator: 'GreaterThanThreshold',
    ...metric,
    ...input,
  })
  return {
    ...simulated,
    publish: (Value: number, more: object = {}) =>
      ask('monitoring', 'PutMetricData', { Namespace: 'Acme', MetricData: [{ MetricName: '5xx', Value, ...more }] }),
    alarm: async () => (await ask('monitoring', 'DescribeAlarms', {})).MetricAlarms[0],
  }
}

test('it goes off at the end of the period, in the words of CloudWatch, and comes back', async () => {
  const cloud = await watched()
  await cloud.publish(2)
  await cloud.publish(3)
  await cloud.advance(59_000)
  expect(await cloud.alarm()).toMatchObject({ StateValue: 'INSUFFICIENT_DATA' })
  await cloud.advance(1_000)
  expect(await cloud.alarm()).toMatchObject({
    StateValue: 'ALARM',
    StateReason:
      'Threshold Crossed: 1 out of the last 1 datapoints [5.0 (22/11/26 06:00:00)] was greater than the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).',
    StateUpdatedTimestamp: new Date(Date.UTC(2026, 10, 22, 6, 1)),
  })
  await cloud.publish(0.5)
  await cloud.advance(minute)
  expect(await cloud.alarm()).toMatchObject({
    StateValue: 'OK',
    StateReason:
      'Threshold Crossed: 1 out of the last 1 datapoints [0.5 (22/11/26 06:01:00)] was not greater than the threshold (1.0) (minimum 1 datapoint for ALARM -> OK transition).',
  })
  await cloud.advance(3 * minute)
  expect(await cloud.alarm()).toMatchObject({
    StateValue: 'INSUFFICIENT_DATA',
    StateReason: 'Insufficient Data: 1 datapoint was unknown.',
  })
})

test.each([
  [
    'breaching',
    'ALARM',
    'Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching].',
  ],
  [
    'notBreaching',
    'OK',
    'Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [NonBreaching].',
  ],
  ['ignore', 'INSUFFICIENT_DATA', 'Unchecked: Initial alarm creation'],
])('without data, treated as %s, it is %s', async (TreatMissingData, StateValue, StateReason) => {
  const cloud = await watched({ TreatMissingData, EvaluationPeriods: 2 })
  await cloud.advance(minute)
  expect(await cloud.alarm()).toMatchObject({ StateValue, StateReason })
})

test.each([
  ['GreaterThanOrEqualToThreshold', [1, 2]],
  ['GreaterThanThreshold', [2]],
  ['LessThanThreshold', [0]],
  ['LessThanOrEqualToThreshold', [0, 1]],
])('%s 1 is crossed by %j of 0, 1 and 2', async (ComparisonOperator, crossing) => {
  for (const value of [0, 1, 2]) {
    const cloud = await watched({ ComparisonOperator })
    await cloud.publish(value)
    await cloud.advance(minute)
    expect((await cloud.alarm()).StateValue).toBe(crossing.includes(value) ? 'ALARM' : 'OK')
  }
})

test('a percentile, a unit and dimensions choose what counts', async () => {
  const cloud = await watched({
    Statistic: undefined,
    ExtendedStatistic: 'p90',
    Unit: 'Seconds',
    Dimensions: [{ Name: 'group', Value: 'web' }],
  })
  const Dimensions = [{ Name: 'group', Value: 'web' }]
  for (const value of [9, 9, 9]) await cloud.publish(value)
  for (const value of [9, 9, 9]) await cloud.publish(value, { Dimensions, Unit: 'Count' })
  for (let count = 0; count < 9; count++) await cloud.publish(0.5, { Dimensions, Unit: 'Seconds' })
  await cloud.publish(9, { Dimensions, Unit: 'Seconds' })
  await cloud.advance(minute)
  expect(await cloud.alarm()).toMatchObject({ StateValue: 'OK', StateReason: expect.stringContaining('[0.5 (') })
})

test('a state that was set lasts until the next evaluation, and then follows the data', async () => {
  const cloud = await watched()
  await cloud.publish(0)
  await cloud.advance(minute)
  await cloud.ask('monitoring', 'SetAlarmState', { AlarmName: 'a', StateValue: 'ALARM', StateReason: 'a drill' })
  await cloud.advance(30_000)
  expect(await cloud.alarm()).toMatchObject({ StateValue: 'ALARM', StateReason: 'a drill' })
  await cloud.advance(30_000)
  expect(await cloud.alarm()).toMatchObject({ StateValue: 'OK' })
})

test('the loop is called for a change and for nothing else: an alarm whose state stays wakes nobody', () => {
  const place = '000000000001/eu-central-1'
  const begin = Date.UTC(2026, 10, 22, 6)
  const draft = new Draft(emptyState('seed'))
  const operator = { ComparisonOperator: 'GreaterThanThreshold', Statistic: 'Sum' } as const
  const definition = { ...metric, ...operator, AlarmName: 'a' }
  const made = { name: 'a', definition, state: 'INSUFFICIENT_DATA', reason: '', changedAt: begin, configuredAt: begin } as const
  draft.put(place, 'alarms', 'a', made)
  const nextAt = (now: number) => {
    const due = new Due()
    advanceAlarms(draft, place, now, due)
    expect(due.skipTo).toBe(due.nextAt)
    return due.nextAt
  }
  expect(nextAt(begin)).toBeUndefined()
  const load = { namespace: 'Acme', name: '5xx', dimensions: [] }
  const bucket = { at: begin, unit: 'None', count: 1, sum: 5, min: 5, max: 5, values: [[5, 1]] } as const
  draft.put(place, 'metrics', hourKey(metricKey(load), begin), { ...load, hour: begin, buckets: [bucket] })
  expect(nextAt(begin + 1_000)).toBe(begin + minute)
  expect(nextAt(begin + minute)).toBe(begin + 4 * minute)
  expect(draft.get(place, 'alarms', 'a')).toMatchObject({ state: 'ALARM' })
  expect(nextAt(begin + 4 * minute)).toBeUndefined()
  expect(draft.get(place, 'alarms', 'a')).toMatchObject({ state: 'INSUFFICIENT_DATA' })
})
