// Values that are read well and cannot be what they are for.

import { describe, expect, test } from 'vitest'
import { decodeInput } from '../../../pipeline/localcloud/wire/decode-input.ts'
import { addressOf } from '../../../pipeline/localcloud/wire/request.ts'
import { type ServiceName, serviceNamed } from '../../../pipeline/localcloud/wire/service.ts'
import { group, webGroup } from '../reconcile/web-group.ts'
import { simulateCloud } from '../simulated-cloud.ts'

describe('a count is a whole number of 32 bits', () => {
  test.each([1.5, 2 ** 32])('so a group is not given %s members', async (capacity) => {
    const { ask, refusal } = await webGroup(2)
    expect(
      await refusal('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: group, DesiredCapacity: capacity }),
    ).toEqual({
      code: 'ValidationError',
      message: `Value (${capacity}) for parameter DesiredCapacity is invalid. It must be a whole number of 32 bits.`,
    })
    const { AutoScalingGroups } = await ask('autoscaling', 'DescribeAutoScalingGroups', {})
    expect(AutoScalingGroups[0].DesiredCapacity).toBe(2)
  })

  test('wherever it stands', async () => {
    const { refusal } = await simulateCloud()
    const BlockDeviceMappings = [{ DeviceName: '/dev/xvda' }, { DeviceName: '/dev/xvdb', Ebs: { VolumeSize: 8.5 } }]
    expect(await refusal('ec2', 'RunInstances', { MinCount: 1, MaxCount: 1, BlockDeviceMappings })).toEqual({
      code: 'InvalidParameterValue',
      message: 'Value (8.5) for parameter BlockDeviceMappings.2.Ebs.VolumeSize is invalid. It must be a whole number of 32 bits.',
    })
    expect(await refusal('ssm', 'ListCommands', { MaxResults: 1.5 })).toMatchObject({ code: 'ValidationException' })
  })
})

test('what is measured may have a fraction, and is still a number', async () => {
  const { ask } = await simulateCloud()
  await ask('monitoring', 'PutMetricData', { Namespace: 'n', MetricData: [{ MetricName: 'm', Value: 0.5 }] })
  const alarm = { AlarmName: 'a', Namespace: 'n', MetricName: 'm', Period: 60, EvaluationPeriods: 1, Statistic: 'Average' }
  await ask('monitoring', 'PutMetricAlarm', { ...alarm, ComparisonOperator: 'GreaterThanThreshold', Threshold: 99.5 })
  expect(() =>
    read('monitoring', 'Action=PutMetricData&Namespace=n&MetricData.member.1.MetricName=m&MetricData.member.1.Value=1e999'),
  ).toThrow('Value (Infinity) for parameter MetricData.1.Value is invalid. It must be a number.')
  expect(() => read('autoscaling', 'Action=UpdateAutoScalingGroup&AutoScalingGroupName=web&MaxSize=1e999')).toThrow(
    'Value (Infinity) for parameter MaxSize is invalid. It must be a whole number of 32 bits.',
  )
})

function read(service: ServiceName, form: string): unknown {
  const request = { method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, body: Buffer.from(form) }
  return decodeInput(request, addressOf(request, serviceNamed(service)))
}
