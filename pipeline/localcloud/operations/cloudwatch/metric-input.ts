// What the actions on metrics and alarms take alike: statistics, periods, dimensions.

import type { Dimension } from '@aws-sdk/client-cloudwatch'
import { isPercentile, simpleStatistics } from '../../store/metric-statistics.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'

export function invalidValue(message: string): ApiFault {
  return new ApiFault('InvalidParameterValue', message)
}

/** Trimmed means, interquartile means and what else there is are refused by name. */
export function refuseStatistic(statistic: string, action: string): void {
  if ((simpleStatistics as readonly string[]).includes(statistic) || isPercentile(statistic)) return
  if (/^(IQM|(tm|wm|tc|ts)\d|(PR|TM|WM|TC|TS)\()/.test(statistic)) throw unsupported(`the statistic ${statistic} of ${action}`)
  throw invalidValue(`The value ${statistic} for parameter Statistic is not supported.`)
}

/** Periods below a minute need metrics of high resolution. */
export function refusePeriod(seconds: number, action: string): void {
  if ([1, 5, 10, 20, 30].includes(seconds)) throw unsupported(`Period=${seconds} of ${action}: metrics have one bucket a minute`)
  if (!Number.isInteger(seconds) || seconds < 60 || seconds % 60 !== 0)
    throw invalidValue('The parameter Period must be a multiple of 60.')
}

/** "A maximum of 30 dimensions" [doc: MetricDatum]. */
export function refuseDimensions(dimensions: readonly Dimension[] = []): void {
  if (dimensions.length > 30) throw invalidValue('The collection Dimensions must not have a size greater than 30.')
  for (const { Name, Value } of dimensions)
    if (!Name || !Value || Name.length > 255 || Value.length > 1_024)
      throw invalidValue('Each dimension needs a Name of 1 to 255 and a Value of 1 to 1024 characters.')
  if (new Set(dimensions.map(({ Name }) => Name)).size < dimensions.length)
    throw invalidValue('No two dimensions may have the same name.')
}
