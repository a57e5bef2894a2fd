// What EC2 is asked for when a group launches from a launch configuration.

import type { BlockDeviceMapping } from '@aws-sdk/client-auto-scaling'
import type { RunInstancesRequest } from '@aws-sdk/client-ec2'
import type { LaunchConfiguration } from '../store/launch-configuration.ts'

type Data = LaunchConfiguration['data']
type Launch = Partial<RunInstancesRequest>

/** RunInstances' own members; whatever this cloud has no machine for is among them, and refused at the launch. */
export function configuredLaunch(data: Data): Launch {
  const { IamInstanceProfile: profile, SpotPrice: price, PlacementTenancy: tenancy } = data
  return present({
    ...addressed(data),
    BlockDeviceMappings: data.BlockDeviceMappings?.map(device),
    EbsOptimized: data.EbsOptimized,
    IamInstanceProfile: profile && (profile.startsWith('arn:') ? { Arn: profile } : { Name: profile }),
    ImageId: data.ImageId,
    InstanceMarketOptions: price && { MarketType: 'spot', SpotOptions: { MaxPrice: price } },
    InstanceType: data.InstanceType,
    KernelId: data.KernelId,
    KeyName: data.KeyName,
    MetadataOptions: data.MetadataOptions,
    Monitoring: data.InstanceMonitoring,
    Placement: tenancy && { Tenancy: tenancy },
    RamdiskId: data.RamdiskId,
    UserData: data.UserData,
  })
}

/** Whether a machine gets a public address is asked of its interface, which then has the security groups. */
function addressed({ AssociatePublicIpAddress, SecurityGroups: groups = [] }: Data): Launch {
  if (AssociatePublicIpAddress !== undefined)
    return { NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress, Groups: groups }] }
  if (groups.length === 0) return {}
  return groups.every((group) => group.startsWith('sg-')) ? { SecurityGroupIds: groups } : { SecurityGroups: groups }
}

/** "For Amazon EC2 Auto Scaling, the default value is true": a volume goes with its instance [doc: autoscaling Ebs]. */
function device({ NoDevice, Ebs: ebs, ...mapping }: BlockDeviceMapping): NonNullable<Launch['BlockDeviceMappings']>[number] {
  const volume = ebs === undefined ? {} : { Ebs: { DeleteOnTermination: true, ...ebs } }
  return { ...mapping, ...volume, ...(NoDevice ? { NoDevice: '' } : {}) } as NonNullable<Launch['BlockDeviceMappings']>[number]
}

/** Empty texts are nothing said. */
function present(members: Readonly<Record<string, unknown>>): Launch {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== '')) as Launch
}
