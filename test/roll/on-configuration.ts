// The group `web` as it stood before there were templates: on a launch configuration, with machines launched from that.

import {
  CreateLaunchConfigurationCommand,
  type CreateLaunchConfigurationType,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import { CreateKeyPairCommand, CreateSecurityGroupCommand } from '@aws-sdk/client-ec2'
import { inService, value, type World } from './local-world.ts'

export const configurationName = 'web-2019'
export const userData = Buffer.from('#!/bin/sh\necho hello\n').toString('base64')

/** Everything a machine of the local cloud can have. */
export async function putOnConfiguration(
  { clients: { ec2, autoScaling }, at, images, clock }: World,
  more: Partial<CreateLaunchConfigurationType> = {},
): Promise<{ readonly securityGroup: string }> {
  const { GroupId = '' } = await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'web-open', Description: 'web' }))
  await ec2.send(new CreateKeyPairCommand({ KeyName: 'operators' }))
  const configuration: CreateLaunchConfigurationType = {
    LaunchConfigurationName: configurationName,
    ImageId: images.old,
    InstanceType: 't3.small',
    KeyName: 'operators',
    SecurityGroups: [GroupId],
    UserData: userData,
    IamInstanceProfile: 'machine',
    EbsOptimized: true,
    AssociatePublicIpAddress: false,
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
    BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 20, VolumeType: 'gp3' } }],
    PlacementTenancy: 'default',
    ...more,
  }
  await autoScaling.send(new CreateLaunchConfigurationCommand(configuration))
  const group = { AutoScalingGroupName: 'web' }
  await autoScaling.send(new UpdateAutoScalingGroupCommand({ ...group, LaunchConfigurationName: configurationName }))
  await autoScaling.send(
    new StartInstanceRefreshCommand({ ...group, Preferences: { MinHealthyPercentage: 0, InstanceWarmup: 0 } }),
  )
  for (let looks = 0; looks < 100; looks++) {
    const [refresh] = value(await at.describeRefreshes('web'))
    const [found] = value(await at.describeGroups(['web']))
    if (refresh?.status === 'Successful' && found && inService(found) === 2) return { securityGroup: GroupId }
    await clock.pause(15_000)
  }
  throw new Error('the machines were not replaced')
}
