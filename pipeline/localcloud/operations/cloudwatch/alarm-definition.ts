// What an alarm can be measured by: one metric, one statistic, one threshold.

import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'
import { isPercentile } from '../../store/metric-statistics.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { refusePeriod, refuseStatistic } from './metric-input.ts'

const operators = ['GreaterThanOrEqualToThreshold', 'GreaterThanThreshold', 'LessThanThreshold', 'LessThanOrEqualToThreshold']

const treatments = ['missing', 'ignore', 'breaching', 'notBreaching']

/** "An alarm's total current evaluation period can be no longer than one day" for periods under an hour, else seven days [doc: PutMetricAlarm]. */
function longestSeconds(period: number): number {
  return period >= 3_600 ? 604_800 : 86_400
}

export function refuseUnmeasurable(input: PutMetricAlarmInput): void {
  const { ComparisonOperator: operator, EvaluationPeriods: periods = 0, DatapointsToAlarm: datapoints = periods } = input
  const { Statistic: statistic, ExtendedStatistic: extended, Period: period = 0, TreatMissingData: missing = 'missing' } = input
  if (!input.Namespace || !input.MetricName) throw invalid('An alarm needs a MetricName and its Namespace.')
  if (operator?.includes('UpperThreshold') || operator?.includes('LowerThreshold'))
    throw unsupported(`ComparisonOperator=${operator} of PutMetricAlarm`)
  if (operator === undefined || !operators.includes(operator)) throw invalid(`The comparison operator ${operator} is not valid.`)
  if (input.Threshold === undefined) throw invalid('An alarm needs a Threshold.')
  if ((statistic === undefined) === (extended === undefined))
    throw invalid('Exactly one of Statistic and ExtendedStatistic must be specified.')
  if (statistic !== undefined) refuseStatistic(statistic, 'PutMetricAlarm')
  if (extended !== undefined && !isPercentile(extended)) refuseStatistic(extended, 'PutMetricAlarm')
  refusePeriod(period, 'PutMetricAlarm')
  if (periods < 1 || datapoints < 1 || datapoints > periods)
    throw invalid('EvaluationPeriods must be at least 1, and DatapointsToAlarm between 1 and EvaluationPeriods.')
  if (period * periods > longestSeconds(period))
    throw invalid(`Metrics cannot be checked across more than ${longestSeconds(period)} seconds (EvaluationPeriods * Period).`)
  if (!treatments.includes(missing)) throw invalid(`TreatMissingData must be one of ${treatments.join(', ')}, not ${missing}.`)
}

function invalid(message: string): ApiFault {
  return new ApiFault('ValidationError', message)
}
