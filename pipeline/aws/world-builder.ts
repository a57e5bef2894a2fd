// Makes what drover finds at a company and never makes itself: groups, parameters, alarms. Only a rehearsal calls it.

import { CreateAutoScalingGroupCommand, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling'
import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch'
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateLaunchTemplateCommand,
  CreateSecurityGroupCommand,
  DescribeKeyPairsCommand,
  DescribeSubnetsCommand,
  ImportKeyPairCommand,
} from '@aws-sdk/client-ec2'
import { PutParameterCommand } from '@aws-sdk/client-ssm'
import type { Place } from '../ports/index.ts'
import { text } from './answer.ts'
import { createCaller } from './caller.ts'
import { createSessions, type SessionOptions } from './sessions.ts'

export interface WorldGroup {
  readonly name: string
  /** The image its machines run before the first release. */
  readonly imageId: string
  readonly instanceType: string
  readonly instanceProfile: string
  readonly keyName: string
  readonly minSize: number
  readonly maxSize: number
  readonly desiredCapacity: number
  /** TCP ports open to everyone. */
  readonly openPorts: readonly number[]
}

export interface WorldBuilder {
  /** An operators' key pair of the place. */
  ensureKeyPair(place: Place, name: string, publicKey: string): Promise<void>
  /** Security group, launch template (version 1) and group; nothing happens when the group is there. */
  ensureGroup(place: Place, group: WorldGroup): Promise<void>
  putParameter(place: Place, name: string, value: string, secret: boolean): Promise<void>
  /** An alarm that is OK. */
  putAlarm(place: Place, name: string): Promise<void>
}

export function createWorldBuilder(options: SessionOptions): WorldBuilder {
  const sessions = createSessions(options)
  const callerAt = (place: Place) => createCaller(place, sessions, options)
  return {
    async ensureKeyPair(place, name, publicKey) {
      const call = callerAt(place)
      const known = await call('DescribeKeyPairs', ({ ec2 }) =>
        ec2.send(new DescribeKeyPairsCommand({ Filters: [{ Name: 'key-name', Values: [name] }] })),
      )
      if ((known.KeyPairs ?? []).length > 0) return
      const material = Buffer.from(publicKey)
      await call(`ImportKeyPair ${name}`, ({ ec2 }) =>
        ec2.send(new ImportKeyPairCommand({ KeyName: name, PublicKeyMaterial: material })),
      )
    },
    async ensureGroup(place, group) {
      const call = callerAt(place)
      const found = await call(`DescribeAutoScalingGroups ${group.name}`, ({ autoScaling }) =>
        autoScaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group.name] })),
      )
      if ((found.AutoScalingGroups ?? []).length > 0) return
      const firewall = await call(`CreateSecurityGroup ${group.name}`, ({ ec2 }) =>
        ec2.send(new CreateSecurityGroupCommand({ GroupName: group.name, Description: `machines of ${group.name}` })),
      )
      const firewallId = text(firewall.GroupId, 'security group ID')
      await call(`AuthorizeSecurityGroupIngress ${group.name}`, ({ ec2 }) =>
        ec2.send(
          new AuthorizeSecurityGroupIngressCommand({
            GroupId: firewallId,
            IpPermissions: group.openPorts.map((port) => ({
              IpProtocol: 'tcp',
              FromPort: port,
              ToPort: port,
              IpRanges: [{ CidrIp: '0.0.0.0/0' }],
            })),
          }),
        ),
      )
      await call(`CreateLaunchTemplate ${group.name}`, ({ ec2 }) =>
        ec2.send(
          new CreateLaunchTemplateCommand({
            LaunchTemplateName: group.name,
            LaunchTemplateData: {
              ImageId: group.imageId,
              InstanceType: group.instanceType as 't3.small',
              KeyName: group.keyName,
              IamInstanceProfile: { Name: group.instanceProfile },
              SecurityGroupIds: [firewallId],
              MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
            },
          }),
        ),
      )
      const subnets = await call('DescribeSubnets', ({ ec2 }) =>
        ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] })),
      )
      await call(`CreateAutoScalingGroup ${group.name}`, ({ autoScaling }) =>
        autoScaling.send(
          new CreateAutoScalingGroupCommand({
            AutoScalingGroupName: group.name,
            MinSize: group.minSize,
            MaxSize: group.maxSize,
            DesiredCapacity: group.desiredCapacity,
            LaunchTemplate: { LaunchTemplateName: group.name, Version: '1' },
            VPCZoneIdentifier: (subnets.Subnets ?? []).map(({ SubnetId }) => SubnetId).join(','),
          }),
        ),
      )
    },
    async putParameter(place, name, value, secret) {
      await callerAt(place)(`PutParameter ${name}`, ({ ssm }) =>
        ssm.send(
          new PutParameterCommand({ Name: name, Value: value, Type: secret ? 'SecureString' : 'String', Overwrite: true }),
        ),
      )
    },
    async putAlarm(place, name) {
      const call = callerAt(place)
      await call(`PutMetricAlarm ${name}`, ({ cloudWatch }) =>
        cloudWatch.send(
          new PutMetricAlarmCommand({
            AlarmName: name,
            Namespace: 'Rehearsal',
            MetricName: name,
            Statistic: 'Sum',
            Period: 60,
            EvaluationPeriods: 1,
            Threshold: 1,
            ComparisonOperator: 'GreaterThanOrEqualToThreshold',
          }),
        ),
      )
      await call(`SetAlarmState ${name}`, ({ cloudWatch }) =>
        cloudWatch.send(new SetAlarmStateCommand({ AlarmName: name, StateValue: 'OK', StateReason: 'set by the rehearsal' })),
      )
    },
  }
}
