// Why an alarm is in its state, in CloudWatch's words.

import type { ComparisonOperator } from '@aws-sdk/client-cloudwatch'
import type { AlarmState } from '../store/alarm.ts'
import type { Datapoint } from '../store/metric-statistics.ts'
import type { Evaluation } from './alarm-evaluation.ts'

export interface Reasoning extends Evaluation {
  readonly datapoints: readonly Datapoint[]
  readonly operator: ComparisonOperator
  readonly threshold: number
}

const words: Readonly<Record<string, string>> = {
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
}

/**
 * `Threshold Crossed: 1 out of the last 1 datapoints [5.0 (22/11/26 06:00:00)] was greater than the threshold (1.0) (minimum 1 datapoint for
 * OK -> ALARM transition).`; what was missing is said as `no datapoints were received for 1 period and 1 missing datapoint was treated as
 * [Breaching].`
 */
export function reasonFor(state: AlarmState, reasoning: Reasoning): string {
  const { datapoints, evaluationPeriods, datapointsToAlarm, isBreaching, missing, operator, threshold } = reasoning
  if (state === 'INSUFFICIENT_DATA') return `Insufficient Data: ${counted(evaluationPeriods, 'datapoint')} unknown.`
  const evaluated = datapoints.slice(-evaluationPeriods)
  const lacking = evaluationPeriods - evaluated.length
  const treated = `${counted(lacking, 'missing datapoint')} treated as [${missing === 'breaching' ? 'Breaching' : 'NonBreaching'}]`
  if (evaluated.length === 0)
    return `Threshold Crossed: no datapoints were received for ${plural(evaluationPeriods, 'period')} and ${treated}.`
  const isAlarm = state === 'ALARM'
  const telling = evaluated.filter(({ value }) => isBreaching(value) === isAlarm).reverse()
  const relation = `${isAlarm ? '' : 'not '}${words[operator]} the threshold (${double(threshold)})`
  const shown = `${telling.length} out of the last ${evaluationPeriods} datapoints [${telling.map(written).join(', ')}]`
  const also = lacking > 0 && (missing === 'breaching' || missing === 'notBreaching') ? ` and ${treated}` : ''
  const [least, transition] = isAlarm
    ? [datapointsToAlarm, 'OK -> ALARM']
    : [evaluationPeriods - datapointsToAlarm + 1, 'ALARM -> OK']
  const minimum = `(minimum ${plural(least, 'datapoint')} for ${transition} transition)`
  return `Threshold Crossed: ${shown} ${telling.length === 1 ? 'was' : 'were'} ${relation}${also} ${minimum}.`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function counted(count: number, noun: string): string {
  return `${plural(count, noun)} ${count === 1 ? 'was' : 'were'}`
}

function written({ at, value }: Datapoint): string {
  const [date = '', time = ''] = new Date(at).toISOString().slice(0, 19).split('T')
  const [year = '', month, day] = date.split('-')
  return `${double(value)} (${day}/${month}/${year.slice(2)} ${time})`
}

function double(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value)
}
