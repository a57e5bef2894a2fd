// Requests that are right as they stand, with the IDs of things that are there, as forms; and a cloud to ask them of.

import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import type { CloudState, Written } from '../../pipeline/localcloud/store/state.ts'
import { answerTo } from './ask-in-process.ts'
import { bake } from './operations/baked-image.ts'
import { type SimulatedCloud, simulateCloud } from './simulated-cloud.ts'

export type FormService = 'ec2' | 'autoscaling'
export type Fields = readonly (readonly [name: string, value: string])[]

export interface LiveRequest {
  readonly service: FormService
  readonly fields: Fields
}

export interface LiveCloud extends SimulatedCloud {
  /** IDs and names of what is there, by kind. */
  readonly live: Live
  form(service: FormService, fields: Fields): Promise<{ readonly status: number; readonly text: string }>
}

export interface Live {
  readonly image: string
  readonly snapshot: string
  readonly instance: string
  readonly member: string
  readonly securityGroup: string
  readonly subnet: string
  readonly template: string
  readonly group: string
}

/** Any complaint of the cloud is told, and so is a row that would be saved otherwise. An image of its own, an instance, a security group, a template of two versions and a group of two instances. */
export async function liveCloud(complain: (line: string) => void): Promise<LiveCloud> {
  const made = await simulateCloud({ log: complain, onState: keepsAll(complain) })
  const { imageId, snapshotId, instanceId } = await bake(made, 'baked-1')
  const { GroupId } = await made.ask('ec2', 'CreateSecurityGroup', { GroupName: 'ssh', Description: 'x' })
  const LaunchTemplateData = { ImageId: imageId, InstanceType: 't3.micro' }
  const { LaunchTemplate } = await made.ask('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'web', LaunchTemplateData })
  const LaunchTemplateId: string = LaunchTemplate.LaunchTemplateId
  await made.ask('ec2', 'CreateLaunchTemplateVersion', { LaunchTemplateId, LaunchTemplateData })
  const subnets = await made.ask('ec2', 'DescribeSubnets')
  await made.ask('autoscaling', 'CreateAutoScalingGroup', {
    AutoScalingGroupName: 'web',
    LaunchTemplate: { LaunchTemplateId, Version: '1' },
    MinSize: 1,
    MaxSize: 4,
    DesiredCapacity: 2,
    VPCZoneIdentifier: subnets.Subnets[0].SubnetId,
  })
  await made.advance(60_000, undefined, 10_000)
  const groups = await made.ask('autoscaling', 'DescribeAutoScalingGroups')
  const live = {
    image: imageId,
    snapshot: snapshotId,
    instance: instanceId,
    member: groups.AutoScalingGroups[0].Instances[0].InstanceId,
    securityGroup: GroupId,
    subnet: subnets.Subnets[0].SubnetId,
    template: LaunchTemplateId,
    group: 'web',
  }
  return { ...made, live, form: (service, fields) => signedForm(made, service, fields) }
}

/** Of each row that is written: no number in it would be saved as nothing. */
function keepsAll(complain: (line: string) => void): (state: CloudState) => void {
  let last: Written | undefined
  return (state) => {
    for (let one = state.written; one !== undefined && one !== last; one = one.earlier) {
      const { place, table, id } = one
      JSON.stringify(state.places[place]?.[table]?.get(id), (name, value) => {
        if (typeof value === 'number' && !Number.isFinite(value)) complain(`${table} ${id} has a ${name} of ${value}`)
        return value
      })
    }
    last = state.written
  }
}

async function signedForm({ cloud }: SimulatedCloud, service: FormService, fields: Fields) {
  const body = Buffer.from(new URLSearchParams(fields.map(([name, value]) => [name, value])).toString())
  const signer = new SignatureV4({ credentials: { ...cloud.credentials }, region: 'eu-central-1', service, sha256: Sha256 })
  const headers = { host: '127.0.0.1', 'content-type': 'application/x-www-form-urlencoded' }
  const asked = { method: 'POST', protocol: 'http:', hostname: '127.0.0.1', path: '/', query: {}, headers, body }
  const { headers: signed } = await signer.sign(asked)
  const query = new URLSearchParams()
  const answer = await answerTo(cloud)({ method: 'POST', path: '/', query, headers: signed, body, sourceAddress: '127.0.0.1' })
  return { status: answer.status, text: Buffer.from(answer.body).toString() }
}

/** Each of them, sent to a cloud that is as `liveCloud` made it, is answered with what it asks for. */
export function liveRequests(live: Live): readonly LiveRequest[] {
  const ec2 = (Action: string, fields: Readonly<Record<string, string>>): LiveRequest => ({
    service: 'ec2',
    fields: Object.entries({ Action, ...fields }),
  })
  const group = (Action: string, fields: Readonly<Record<string, string>>): LiveRequest => ({
    service: 'autoscaling',
    fields: Object.entries({ Action, AutoScalingGroupName: live.group, ...fields }),
  })
  const template = { 'LaunchTemplate.LaunchTemplateId': live.template, 'LaunchTemplate.Version': '2' }
  return [
    ec2('RunInstances', {
      ImageId: live.image,
      InstanceType: 't3.micro',
      MinCount: '1',
      MaxCount: '2',
      SubnetId: live.subnet,
      'SecurityGroupId.1': live.securityGroup,
      'BlockDeviceMapping.1.DeviceName': '/dev/xvda',
      'BlockDeviceMapping.1.Ebs.VolumeSize': '9',
      'TagSpecification.1.ResourceType': 'instance',
      'TagSpecification.1.Tag.1.Key': 'a',
      'TagSpecification.1.Tag.1.Value': 'b',
      ClientToken: 'token',
    }),
    ec2('RunInstances', { ...template, MinCount: '1', MaxCount: '1' }),
    ec2('CreateImage', { InstanceId: live.instance, Name: 'baked-2', NoReboot: 'false' }),
    ec2('CopyImage', { SourceImageId: live.image, SourceRegion: 'eu-central-1', Name: 'copy-1', ClientToken: 'token' }),
    ec2('ModifyImageAttribute', { ImageId: live.image, 'LaunchPermission.Add.1.UserId': '222222222222' }),
    ec2('EnableImageDeprecation', { ImageId: live.image, DeprecateAt: '2027-06-01T00:00:00Z' }),
    ec2('DescribeInstances', { 'InstanceId.1': live.instance, 'Filter.1.Name': 'image-id', 'Filter.1.Value.1': live.image }),
    ec2('DescribeImages', { 'ImageId.1': live.image, 'Owner.1': 'self' }),
    ec2('DescribeSnapshots', { 'SnapshotId.1': live.snapshot }),
    ec2('DescribeLaunchTemplateVersions', { LaunchTemplateId: live.template, MaxResults: '5', MinVersion: '1', MaxVersion: '2' }),
    ec2('CreateLaunchTemplateVersion', {
      LaunchTemplateId: live.template,
      SourceVersion: '1',
      'LaunchTemplateData.ImageId': live.image,
      'LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit': '2',
    }),
    ec2('ModifyLaunchTemplate', { LaunchTemplateId: live.template, SetDefaultVersion: '2' }),
    ec2('DeleteLaunchTemplateVersions', { LaunchTemplateId: live.template, 'LaunchTemplateVersion.1': '2' }),
    ec2('AuthorizeSecurityGroupIngress', {
      GroupId: live.securityGroup,
      'IpPermissions.1.IpProtocol': 'tcp',
      'IpPermissions.1.FromPort': '22',
      'IpPermissions.1.ToPort': '22',
      'IpPermissions.1.IpRanges.1.CidrIp': '10.0.0.0/8',
    }),
    ec2('ModifyInstanceAttribute', { InstanceId: live.instance, 'GroupId.1': live.securityGroup }),
    ec2('CreateTags', { 'ResourceId.1': live.instance, 'ResourceId.2': live.image, 'Tag.1.Key': 'a', 'Tag.1.Value': 'b' }),
    ec2('StopInstances', { 'InstanceId.1': live.instance }),
    ec2('TerminateInstances', { 'InstanceId.1': live.instance }),
    group('SetDesiredCapacity', { DesiredCapacity: '3' }),
    group('UpdateAutoScalingGroup', {
      ...template,
      MinSize: '1',
      MaxSize: '3',
      DesiredCapacity: '2',
      DefaultCooldown: '10',
      HealthCheckGracePeriod: '60',
      DefaultInstanceWarmup: '30',
    }),
    group('CreateAutoScalingGroup', {
      ...template,
      AutoScalingGroupName: 'other',
      MinSize: '0',
      MaxSize: '2',
      DesiredCapacity: '1',
      VPCZoneIdentifier: live.subnet,
      'InstanceMaintenancePolicy.MinHealthyPercentage': '90',
      'InstanceMaintenancePolicy.MaxHealthyPercentage': '120',
    }),
    group('StartInstanceRefresh', {
      'DesiredConfiguration.LaunchTemplate.LaunchTemplateId': live.template,
      'DesiredConfiguration.LaunchTemplate.Version': '2',
      'Preferences.MinHealthyPercentage': '50',
      'Preferences.MaxHealthyPercentage': '100',
      'Preferences.InstanceWarmup': '30',
      'Preferences.CheckpointPercentages.member.1': '50',
      'Preferences.CheckpointPercentages.member.2': '100',
      'Preferences.CheckpointDelay': '60',
      'Preferences.BakeTime': '0',
    }),
    group('PutLifecycleHook', {
      LifecycleHookName: 'hook',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      HeartbeatTimeout: '60',
    }),
    group('EnterStandby', { 'InstanceIds.member.1': live.member, ShouldDecrementDesiredCapacity: 'true' }),
    group('DetachInstances', { 'InstanceIds.member.1': live.member, ShouldDecrementDesiredCapacity: 'true' }),
    group('AttachInstances', { 'InstanceIds.member.1': live.instance }),
    group('SetInstanceProtection', { 'InstanceIds.member.1': live.member, ProtectedFromScaleIn: 'true' }),
    group('DescribeScalingActivities', { MaxRecords: '5' }),
    group('DescribeInstanceRefreshes', { MaxRecords: '5' }),
  ]
}
