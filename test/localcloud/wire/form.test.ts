// Forms that are wrong, and forms as clients of other languages write them.

import { expect, test } from 'vitest'
import { decodeForm } from '../../../pipeline/localcloud/wire/form.ts'
import { type ServiceName, serviceNamed } from '../../../pipeline/localcloud/wire/service.ts'

function decode(service: ServiceName, action: string, text: string): unknown {
  const found = serviceNamed(service)
  const schema = found?.action(action)
  if (found === undefined || schema === undefined) throw new Error(`${service} has no ${action}`)
  const { queryDialect: dialect, faultFamily } = found
  if (dialect === 'rest-json') throw new Error(`${service} takes no forms`)
  return decodeForm(new URLSearchParams(text), schema.input, { dialect, faultFamily })
}

function refusal(service: ServiceName, action: string, text: string): unknown {
  try {
    return decode(service, action, text)
  } catch (fault) {
    return fault
  }
}

test('list members come in the order of their numbers, not of their writing', () => {
  const text = 'Action=DescribeImages&ImageId.10=ami-c&ImageId.2=ami-b&ImageId.1=ami-a'
  expect(decode('ec2', 'DescribeImages', text)).toEqual({ ImageIds: ['ami-a', 'ami-b', 'ami-c'] })
})

test('nested filters keep their values', () => {
  const text = 'Filter.1.Name=tag:a.b&Filter.1.Value.1=x%26y&Filter.1.Value.2=*&Filter.2.Name=state'
  expect(decode('ec2', 'DescribeImages', text)).toEqual({
    Filters: [{ Name: 'tag:a.b', Values: ['x&y', '*'] }, { Name: 'state' }],
  })
})

test('text that EC2 is sent empty was not given, but an empty tag is one', () => {
  const text = 'GroupName=g&VpcId=&TagSpecification.1.Tag.1.Key=k&TagSpecification.1.Tag.1.Value='
  expect(decode('ec2', 'CreateSecurityGroup', text)).toEqual({
    GroupName: 'g',
    TagSpecifications: [{ Tags: [{ Key: 'k', Value: '' }] }],
  })
})

test('an awsQuery list that is sent empty is empty', () => {
  expect(decode('autoscaling', 'DescribeAutoScalingGroups', 'AutoScalingGroupNames=')).toEqual({ AutoScalingGroupNames: [] })
})

test.each([
  ['ec2', 'DescribeImages', 'Colour=blue', 'UnknownParameter', 'The parameter Colour is not recognized'],
  ['ec2', 'RunInstances', 'Placement.Moon=1', 'UnknownParameter', 'The parameter Placement.Moon is not recognized'],
  ['ec2', 'DescribeImages', 'ImageId.one=ami-a', 'UnknownParameter', 'The parameter ImageId.one is not recognized'],
  [
    'ec2',
    'RunInstances',
    'MaxCount=many',
    'InvalidParameterValue',
    'Value (many) for parameter MaxCount is invalid. It must be a number.',
  ],
  [
    'ec2',
    'RunInstances',
    'EbsOptimized=yes',
    'InvalidParameterValue',
    'Value (yes) for parameter EbsOptimized is invalid. It must be a boolean.',
  ],
  [
    'ec2',
    'EnableImageDeprecation',
    'DeprecateAt=soon',
    'InvalidParameterValue',
    'Value (soon) for parameter DeprecateAt is invalid. It must be a timestamp.',
  ],
  ['ec2', 'RunInstances', 'ImageId.1=ami-a', 'UnknownParameter', 'The parameter ImageId.1 is not recognized'],
  ['autoscaling', 'SetDesiredCapacity', 'Wish=1', 'ValidationError', 'The parameter Wish is not recognized'],
  [
    'autoscaling',
    'DescribeAutoScalingGroups',
    'AutoScalingGroupNames.item.1=a',
    'ValidationError',
    'The parameter AutoScalingGroupNames.item is not recognized',
  ],
] as const)('%s %s refuses %s by name', (service, action, text, code, message) => {
  expect(refusal(service, action, text)).toMatchObject({ code, message })
})

test('a name of the language itself is a parameter like any other', () => {
  expect(refusal('ec2', 'DescribeImages', '__proto__.polluted=1')).toMatchObject({ code: 'UnknownParameter' })
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

test('ten thousand dots are read without trouble', () => {
  expect(refusal('ec2', 'DescribeImages', `Filter${'.1'.repeat(10_000)}=x`)).toMatchObject({ code: 'UnknownParameter' })
})
