// A launch configuration as the data of a launch template: every member by its other name, and said where their defaults differ.

import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2'
import type { ConfiguredDevice, LaunchConfiguration } from '../ports/index.ts'
import { optional } from './answer.ts'

/** What can't be carried over (kernel, RAM disk, ClassicLink) is not looked at here: such a configuration is refused before. */
export function templateOf(configuration: LaunchConfiguration): RequestLaunchTemplateData {
  const { metadata, devices, spotPrice, tenancy, instanceProfile: profile } = configuration
  return {
    ImageId: configuration.imageId,
    InstanceType: configuration.instanceType as NonNullable<RequestLaunchTemplateData['InstanceType']>,
    // Detailed is a configuration's default and not a template's [doc: CreateLaunchConfiguration, enable-as-instance-metrics].
    Monitoring: { Enabled: configuration.detailedMonitoring },
    EbsOptimized: configuration.ebsOptimized,
    ...optional('KeyName', configuration.keyName),
    ...optional('UserData', configuration.userData),
    ...(profile !== undefined && { IamInstanceProfile: profile.startsWith('arn:') ? { Arn: profile } : { Name: profile } }),
    ...network(configuration),
    ...(devices.length > 0 && { BlockDeviceMappings: devices.map(deviceMapping) }),
    ...(metadata !== undefined && { MetadataOptions: metadataOptions(metadata) }),
    ...optional('Placement', tenancy === undefined ? undefined : { Tenancy: tenancy as 'default' | 'dedicated' }),
    ...(spotPrice !== undefined && { InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { MaxPrice: spotPrice } } }),
  }
}

/** A template says on its network interface whether there is a public address; the security groups must then stand there too. */
function network({ publicAddress, securityGroups }: LaunchConfiguration): RequestLaunchTemplateData {
  const groups = [...securityGroups]
  if (publicAddress !== undefined) {
    const own = { DeviceIndex: 0, AssociatePublicIpAddress: publicAddress, DeleteOnTermination: true }
    return { NetworkInterfaces: [{ ...own, ...(groups.length > 0 && { Groups: groups }) }] }
  }
  if (groups.length === 0) return {}
  return groups.every(isGroupId) ? { SecurityGroupIds: groups } : { SecurityGroups: groups }
}

function isGroupId(group: string): boolean {
  return /^sg-[0-9a-f]+$/.test(group)
}

function deviceMapping({
  name,
  instanceStore,
  suppressed,
  volume,
}: ConfiguredDevice): NonNullable<RequestLaunchTemplateData['BlockDeviceMappings']>[number] {
  return {
    DeviceName: name,
    ...optional('VirtualName', instanceStore),
    // "To omit the device from the block device mapping, specify an empty string" [doc: LaunchTemplateBlockDeviceMappingRequest].
    ...(suppressed && { NoDevice: '' }),
    ...(volume !== undefined && {
      Ebs: {
        DeleteOnTermination: volume.deletedWithMachine,
        ...optional('SnapshotId', volume.snapshotId),
        ...optional('VolumeSize', volume.sizeGib),
        ...optional('VolumeType', volume.type as 'gp3' | undefined),
        ...optional('Iops', volume.iops),
        ...optional('Throughput', volume.throughput),
        ...optional('Encrypted', volume.encrypted),
      },
    }),
  }
}

function metadataOptions({
  tokens,
  hopLimit,
  endpoint,
}: NonNullable<LaunchConfiguration['metadata']>): NonNullable<RequestLaunchTemplateData['MetadataOptions']> {
  return {
    ...optional('HttpTokens', tokens as 'required' | undefined),
    ...optional('HttpPutResponseHopLimit', hopLimit),
    ...optional('HttpEndpoint', endpoint as 'enabled' | undefined),
  }
}
