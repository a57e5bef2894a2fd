// What an account may have of a thing, and what one thing may hold: the last that fits is made, the next is refused.

import { expect, test } from 'vitest'
import { simulateCloud } from '../simulated-cloud.ts'

const port = (FromPort: number, source: object) => ({ IpProtocol: 'tcp', FromPort, ToPort: FromPort, ...source })
const anyone = { IpRanges: [{ CidrIp: '10.0.0.0/8' }] }
const anyone6 = { Ipv6Ranges: [{ CidrIpv6: '::/0' }] }

test('sixty rules a direction, counted by themselves for each family of addresses', async () => {
  const { ask, refusal } = await simulateCloud()
  const { GroupId } = await ask('ec2', 'CreateSecurityGroup', { GroupName: 'web', Description: 'web' })
  const allow = (direction: 'Ingress' | 'Egress', IpPermissions: readonly object[]) => ({
    action: `AuthorizeSecurityGroup${direction}`,
    input: { GroupId, IpPermissions },
  })
  const sixty = allow(
    'Ingress',
    Array.from({ length: 60 }, (_, index) => port(index + 1, anyone)),
  )
  await ask('ec2', sixty.action, sixty.input)
  const code = 'RulesPerSecurityGroupLimitExceeded'
  const next = allow('Ingress', [port(61, anyone)])
  expect(await refusal('ec2', next.action, next.input)).toMatchObject({ code })
  for (const free of [allow('Ingress', [port(61, anyone6)]), allow('Egress', [port(61, anyone)])])
    await ask('ec2', free.action, free.input)
  const { SecurityGroups } = await ask('ec2', 'DescribeSecurityGroups', { GroupIds: [GroupId] })
  expect(SecurityGroups[0].IpPermissions).toHaveLength(61)
})

test('five hundred groups', async () => {
  const { ask, refusal, imageId } = await simulateCloud()
  await ask('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'web', LaunchTemplateData: { ImageId: imageId } })
  const group = (number: number) => ({
    AutoScalingGroupName: `web-${number}`,
    MinSize: 0,
    MaxSize: 0,
    AvailabilityZones: ['eu-central-1a'],
    LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' },
  })
  for (let number = 1; number <= 500; number++) await ask('autoscaling', 'CreateAutoScalingGroup', group(number))
  expect((await refusal('autoscaling', 'CreateAutoScalingGroup', group(501))).code).toMatch(/^LimitExceeded/)
  await ask('autoscaling', 'DeleteAutoScalingGroup', { AutoScalingGroupName: 'web-1' })
  await ask('autoscaling', 'CreateAutoScalingGroup', group(501))
}, 60_000)
