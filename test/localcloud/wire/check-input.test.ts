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
      message: 'Value (8.5) for parameter BlockDeviceMapping.2.Ebs.VolumeSize is invalid. It must be a whole number of 32 bits.',
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

describe('a page', () => {
  test.each<[ServiceName, string, object, string]>([
    ['ec2', 'DescribeInstances', { MaxResults: 0 }, 'InvalidParameterValue'],
    ['autoscaling', 'DescribeAutoScalingGroups', { MaxRecords: 0 }, 'ValidationError'],
    ['kms', 'ListKeys', { Limit: 0 }, 'ValidationException'],
    ['eks', 'ListClusters', { maxResults: 0 }, 'InvalidParameterException'],
  ])('has a row at least: %s %s with %j', async (service, action, input, code) => {
    const { refusal } = await simulateCloud()
    const name = Object.keys(input)[0]
    expect(await refusal(service, action, input)).toEqual({
      code,
      message: `Value (0) for parameter ${name} is invalid. It must be at least 1.`,
    })
  })

  test.each([
    ['DescribeInstances', 'InstanceIds', 'instancesSet'],
    ['DescribeImages', 'ImageIds', 'imagesSet'],
    ['DescribeSnapshots', 'SnapshotIds', 'snapshotSet'],
    ['DescribeVolumes', 'VolumeIds', 'volumeSet'],
  ])('of %s has no size beside IDs', async (action, ids, set) => {
    const { refusal } = await simulateCloud()
    expect(await refusal('ec2', action, { [ids]: ['i-0123456789abcdef0'], MaxResults: 5 })).toEqual({
      code: 'InvalidParameterCombination',
      message: `The parameter ${set} cannot be used with the parameter maxResults`,
    })
  })
})

describe('what its model calls required is asked for', () => {
  test.each<[ServiceName, string, object, string, string]>([
    ['ec2', 'RunInstances', { MaxCount: 1 }, 'MissingParameter', 'The request must contain the parameter MinCount'],
    [
      'ec2',
      'CreateSecurityGroup',
      { GroupName: 'g' },
      'MissingParameter',
      'The request must contain the parameter GroupDescription',
    ],
    [
      'ec2',
      'RunInstances',
      { MinCount: 1, MaxCount: 1, ElasticInferenceAccelerators: [{ Count: 1 }] },
      'MissingParameter',
      'The request must contain the parameter ElasticInferenceAccelerator.1.Type',
    ],
    ['eks', 'CreateCluster', { name: 'a' }, 'InvalidParameterException', absent('roleArn')],
    ['autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'web' }, 'ValidationError', absent('desiredCapacity')],
    ['autoscaling', 'CreateAutoScalingGroup', { AutoScalingGroupName: 'web', MaxSize: 1 }, 'ValidationError', absent('minSize')],
    ['autoscaling', 'CreateOrUpdateTags', { Tags: [{ Key: 'a' }, { Value: 'b' }] }, 'ValidationError', absent('tags.2.key')],
    ['ssm', 'PutParameter', { Name: '/a' }, 'ValidationException', absent('value')],
    ['iam', 'GetRole', {}, 'ValidationError', absent('roleName')],
    ['monitoring', 'PutMetricData', { MetricData: [] }, 'MissingParameter', 'The parameter Namespace is required.'],
  ])('by %s for %s', async (service, action, input, code, message) => {
    const { refusal } = await simulateCloud()
    expect(await refusal(service, action, input)).toEqual({ code, message })
  })
})

function absent(member: string): string {
  return `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`
}

function read(service: ServiceName, form: string): unknown {
  const request = { method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, body: Buffer.from(form) }
  return decodeInput(request, addressOf(request, serviceNamed(service)))
}
