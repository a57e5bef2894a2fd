// Makes what drover finds at a company and never makes itself: groups, parameters, alarms. Only a rehearsal and a proof call it.

import { CreateAutoScalingGroupCommand, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling'
import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch'
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateLaunchTemplateCommand,
  CreateSecurityGroupCommand,
  DescribeKeyPairsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  ImportKeyPairCommand,
} from '@aws-sdk/client-ec2'
import { GetParametersCommand, PutParameterCommand } from '@aws-sdk/client-ssm'
import type { Place, Tags } from '../ports/index.ts'
import { text } from './answer.ts'
import { type Caller, createCaller } from './caller.ts'
import { createSessions, type SessionOptions } from './sessions.ts'
import { tagSpecifications } from './tags.ts'

export interface WorldGroup {
  readonly name: string
  /** The image its machines run before the first release. */
  readonly imageId: string
  readonly instanceType: string
  /** Left out: its machines have no role. */
  readonly instanceProfile?: string
  /** Left out: nobody logs in. */
  readonly keyName?: string
  readonly minSize: number
  readonly maxSize: number
  readonly desiredCapacity: number
  /** TCP ports open to everyone. */
  readonly openPorts: readonly number[]
  /** Of all that is made, machines and their volumes included. */
  readonly tags?: Tags
}

export interface WorldBuilder {
  /** An operators' key pair of the place. */
  ensureKeyPair(place: Place, name: string, publicKey: string): Promise<void>
  /** Security group, launch template (version 1) and group, or what is missing of them; nothing happens when the group is there. */
  ensureGroup(place: Place, group: WorldGroup): Promise<void>
  /** A secret that is there stays as it is: machines have enrolled with it. */
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
      await ensureTemplate(call, group, await ensureFirewall(call, group))
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
            Tags: Object.entries(group.tags ?? {}).map(([Key, Value]) => ({ Key, Value, PropagateAtLaunch: true })),
          }),
        ),
      )
    },
    async putParameter(place, name, value, secret) {
      const call = callerAt(place)
      const known = await call(`GetParameters ${name}`, ({ ssm }) => ssm.send(new GetParametersCommand({ Names: [name] })))
      if (secret && (known.Parameters ?? []).length > 0) return
      const type = secret ? 'SecureString' : 'String'
      await call(`PutParameter ${name}`, ({ ssm }) =>
        ssm.send(new PutParameterCommand({ Name: name, Value: value, Type: type, Overwrite: true })),
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
            // Nobody publishes it until somebody wants it to ring.
            TreatMissingData: 'notBreaching',
          }),
        ),
      )
      await call(`SetAlarmState ${name}`, ({ cloudWatch }) =>
        cloudWatch.send(new SetAlarmStateCommand({ AlarmName: name, StateValue: 'OK', StateReason: 'set by the rehearsal' })),
      )
    },
  }
}

/** A killed run may have left it, with or without its rules. */
async function ensureFirewall(call: Caller, { name, openPorts, tags = {} }: WorldGroup): Promise<string> {
  const filters = [{ Name: 'group-name', Values: [name] }]
  const found = await call(`DescribeSecurityGroups ${name}`, ({ ec2 }) =>
    ec2.send(new DescribeSecurityGroupsCommand({ Filters: filters })),
  )
  const [known] = found.SecurityGroups ?? []
  const create = new CreateSecurityGroupCommand({
    GroupName: name,
    Description: `machines of ${name}`,
    TagSpecifications: tagSpecifications(['security-group'], tags),
  })
  const firewall = known ?? (await call(`CreateSecurityGroup ${name}`, ({ ec2 }) => ec2.send(create)))
  const id = text(firewall.GroupId, 'security group ID')
  if ((known?.IpPermissions ?? []).length > 0 || openPorts.length === 0) return id
  const open = new AuthorizeSecurityGroupIngressCommand({
    GroupId: id,
    IpPermissions: openPorts.map((port) => ({
      IpProtocol: 'tcp',
      FromPort: port,
      ToPort: port,
      IpRanges: [{ CidrIp: '0.0.0.0/0' }],
    })),
  })
  await call(`AuthorizeSecurityGroupIngress ${name}`, ({ ec2 }) => ec2.send(open))
  return id
}

async function ensureTemplate(call: Caller, group: WorldGroup, firewallId: string): Promise<void> {
  const filters = [{ Name: 'launch-template-name', Values: [group.name] }]
  const found = await call(`DescribeLaunchTemplates ${group.name}`, ({ ec2 }) =>
    ec2.send(new DescribeLaunchTemplatesCommand({ Filters: filters })),
  )
  if ((found.LaunchTemplates ?? []).length > 0) return
  const create = new CreateLaunchTemplateCommand({
    LaunchTemplateName: group.name,
    TagSpecifications: tagSpecifications(['launch-template'], group.tags ?? {}),
    LaunchTemplateData: {
      ImageId: group.imageId,
      InstanceType: group.instanceType as 't3.small',
      KeyName: group.keyName,
      // What a group tags by itself are its machines only.
      TagSpecifications: tagSpecifications(['volume'], group.tags ?? {}),
      ...(group.instanceProfile === undefined ? {} : { IamInstanceProfile: { Name: group.instanceProfile } }),
      SecurityGroupIds: [firewallId],
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
    },
  })
  await call(`CreateLaunchTemplate ${group.name}`, ({ ec2 }) => ec2.send(create))
}
