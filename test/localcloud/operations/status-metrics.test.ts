// AWS/EC2's status check metrics: told of every instance that runs, nobody publishes them.

import { expect, test } from 'vitest'
import { advanceAlarms } from '../../../pipeline/localcloud/reconcile/alarms.ts'
import { Due } from '../../../pipeline/localcloud/reconcile/due.ts'
import type { Tables } from '../../../pipeline/localcloud/store/rows.ts'
import { Draft, emptyState } from '../../../pipeline/localcloud/store/state.ts'
import { noteStatusChecks } from '../../../pipeline/localcloud/store/status-checks.ts'
import { bootMs, minute, second, simulateCloud } from '../simulated-cloud.ts'

async function watched() {
  const made = await simulateCloud()
  const run = { ImageId: made.imageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 }
  const id: string = (await made.ask('ec2', 'RunInstances', run)).Instances[0].InstanceId
  const about = { Namespace: 'AWS/EC2', Dimensions: [{ Name: 'InstanceId', Value: id }], Period: 60 }
  const read = async (MetricName: string): Promise<readonly number[]> => {
    const times = { StartTime: new Date(made.now() - 30 * minute), EndTime: new Date(made.now() + 30 * minute) }
    const asked = { ...about, MetricName, ...times, Statistics: ['Maximum'], Unit: 'Count' }
    const { Datapoints } = await made.ask('monitoring', 'GetMetricStatistics', asked)
    return Datapoints.map(({ Maximum }: { readonly Maximum: number }) => Maximum)
  }
  const alarm = { ...about, MetricName: 'StatusCheckFailed', AlarmName: 'ill', Statistic: 'Maximum', EvaluationPeriods: 2 }
  await made.ask('monitoring', 'PutMetricAlarm', {
    ...alarm,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  })
  const state = async () => (await made.ask('monitoring', 'DescribeAlarms', {})).MetricAlarms[0].StateValue
  const fallIll = () =>
    made.cloud.admin.call('set-faults', { faults: [{ kind: 'machine', target: id, how: 'falls-ill', afterMs: 0 }] })
  return { ...made, id, read, state, fallIll }
}

test('a machine that falls ill fails the checks of the instance and not those of its host, until it is well', async () => {
  const { advance, read, fallIll, cloud } = await watched()
  await advance(3 * minute)
  expect(await read('StatusCheckFailed')).toEqual([0, 0, 0])
  await fallIll()
  await advance(2 * minute)
  await cloud.admin.call('set-faults', { faults: [] })
  await advance(2 * minute)
  expect(await read('StatusCheckFailed')).toEqual([0, 0, 0, 1, 1, 0, 0])
  expect(await read('StatusCheckFailed_Instance')).toEqual([0, 0, 0, 1, 1, 0, 0])
  expect(await read('StatusCheckFailed_System')).toEqual([0, 0, 0, 0, 0, 0, 0])
  expect(await read('CPUUtilization')).toEqual([])
})

test('nothing is told while a machine does not run', async () => {
  const { advance, read, ask, id } = await watched()
  await advance(bootMs / 2)
  expect(await read('StatusCheckFailed')).toEqual([])
  await advance(2 * minute)
  await ask('ec2', 'StopInstances', { InstanceIds: [id] })
  await advance(5 * minute)
  expect(await read('StatusCheckFailed')).toEqual([0, 0])
})

test('an alarm follows the checks, and lacks data once the machine is off', async () => {
  const { advance, state, fallIll, cloud, ask, id } = await watched()
  await advance(3 * minute)
  expect(await state()).toBe('OK')
  await fallIll()
  await advance(minute)
  expect(await state()).toBe('OK')
  await advance(minute)
  expect(await state()).toBe('ALARM')
  await cloud.admin.call('set-faults', { faults: [] })
  await advance(minute)
  expect(await state()).toBe('OK')
  await ask('ec2', 'StopInstances', { InstanceIds: [id] })
  await advance(6 * minute)
  expect(await state()).toBe('INSUFFICIENT_DATA')
})

test('they are listed, and nobody may publish to them', async () => {
  const { advance, ask, refusal, id } = await watched()
  await advance(minute)
  const { Metrics } = await ask('monitoring', 'ListMetrics', { Namespace: 'AWS/EC2' })
  expect(Metrics.map(({ MetricName }: { readonly MetricName: string }) => MetricName)).toEqual([
    'StatusCheckFailed',
    'StatusCheckFailed_Instance',
    'StatusCheckFailed_System',
  ])
  const datum = { MetricName: 'StatusCheckFailed', Dimensions: [{ Name: 'InstanceId', Value: id }], Value: 1 }
  const published = { Namespace: 'AWS/EC2', MetricData: [datum] }
  expect(await refusal('monitoring', 'PutMetricData', published)).toMatchObject({ code: 'InvalidParameterValue' })
})

test('a silent machine is impaired, its host is not', async () => {
  const { advance, ask, fallIll, id } = await watched()
  await advance(minute)
  await fallIll()
  await advance(second)
  const { InstanceStatuses } = await ask('ec2', 'DescribeInstanceStatus', { InstanceIds: [id] })
  expect(InstanceStatuses).toMatchObject([{ InstanceStatus: { Status: 'impaired' }, SystemStatus: { Status: 'ok' } }])
})

test('a check that goes on as it is wakes nobody: idle time is skipped up to the alarm it will raise, and beyond', () => {
  const place = '000000000001/eu-central-1'
  const begin = Date.UTC(2026, 10, 22, 6)
  const draft = new Draft(emptyState('seed'))
  const about = { Namespace: 'AWS/EC2', MetricName: 'StatusCheckFailed', Dimensions: [{ Name: 'InstanceId', Value: 'i-1' }] }
  const rule = { Statistic: 'Maximum', Period: 60, EvaluationPeriods: 2, Threshold: 0, AlarmName: 'ill' } as const
  const definition = { ...about, ...rule, ComparisonOperator: 'GreaterThanThreshold' } as const
  const made = { name: 'ill', definition, state: 'INSUFFICIENT_DATA', reason: '', changedAt: begin, configuredAt: begin } as const
  draft.put(place, 'alarms', 'ill', made)
  draft.put(place, 'instances', 'i-1', { id: 'i-1', state: 'running', isImpaired: false } as Tables['instances'])
  const skipTo = (now: number) => {
    const due = new Due()
    noteStatusChecks(draft, place, now)
    advanceAlarms(draft, place, now, due)
    return due.skipTo === undefined ? undefined : due.skipTo - begin
  }
  expect(skipTo(begin)).toBe(minute)
  expect(skipTo(begin + minute)).toBeUndefined()
  draft.change(place, 'instances', 'i-1', { isImpaired: true })
  expect(skipTo(begin + 90 * second)).toBe(3 * minute)
  expect(skipTo(begin + 3 * minute)).toBeUndefined()
  expect(draft.get(place, 'alarms', 'ill')).toMatchObject({ state: 'ALARM' })
})
