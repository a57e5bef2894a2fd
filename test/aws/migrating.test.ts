// Launch configurations read whole and written as templates: every member by its other name, and what AWS is asked for it.

import { LaunchConfiguration$, type LaunchConfiguration as WireConfiguration } from '@aws-sdk/client-auto-scaling'
import { describe, expect, test } from 'vitest'
import { configurationOf } from '../../pipeline/aws/migrating.ts'
import { templateOf } from '../../pipeline/aws/template-of-configuration.ts'
import { Fault, place, stubAws } from './stub-aws.ts'

const full: WireConfiguration = {
  LaunchConfigurationName: 'web-2019',
  LaunchConfigurationARN: 'arn:aws:autoscaling:eu-west-1:222222222222:launchConfiguration:1:launchConfigurationName/web-2019',
  CreatedTime: new Date(0),
  ImageId: 'ami-0123456789abcdef0',
  InstanceType: 'm5.large',
  KeyName: 'operators',
  SecurityGroups: ['sg-0123456789abcdef0', 'sg-0123456789abcdef1'],
  UserData: 'IyEvYmluL3No',
  IamInstanceProfile: 'machine',
  BlockDeviceMappings: [
    {
      DeviceName: '/dev/xvda',
      Ebs: { VolumeSize: 40, VolumeType: 'gp3', Iops: 4_000, Throughput: 250, Encrypted: true, DeleteOnTermination: false },
    },
    { DeviceName: '/dev/sdf', Ebs: { SnapshotId: 'snap-1' } },
    { DeviceName: '/dev/sdg', VirtualName: 'ephemeral0' },
    { DeviceName: '/dev/sdh', NoDevice: true },
  ],
  InstanceMonitoring: { Enabled: false },
  EbsOptimized: true,
  MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2, HttpEndpoint: 'enabled' },
  SpotPrice: '0.05',
  PlacementTenancy: 'dedicated',
}

/** As AWS answers what nobody said anything of. */
const bare: WireConfiguration = {
  LaunchConfigurationName: 'bare',
  LaunchConfigurationARN: 'arn:bare',
  CreatedTime: new Date(0),
  ImageId: 'ami-0123456789abcdef0',
  InstanceType: 'm5.large',
  KeyName: '',
  SecurityGroups: [],
  ClassicLinkVPCSecurityGroups: [],
  UserData: '',
  KernelId: '',
  RamdiskId: '',
  BlockDeviceMappings: [],
}

const inTemplate = (wire: WireConfiguration) => templateOf(configurationOf(wire))

describe('a template', () => {
  test('says everything that its launch configuration says', () => {
    expect(inTemplate(full)).toEqual({
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 'm5.large',
      KeyName: 'operators',
      SecurityGroupIds: ['sg-0123456789abcdef0', 'sg-0123456789abcdef1'],
      UserData: 'IyEvYmluL3No',
      IamInstanceProfile: { Name: 'machine' },
      BlockDeviceMappings: [
        {
          DeviceName: '/dev/xvda',
          Ebs: { VolumeSize: 40, VolumeType: 'gp3', Iops: 4_000, Throughput: 250, Encrypted: true, DeleteOnTermination: false },
        },
        { DeviceName: '/dev/sdf', Ebs: { SnapshotId: 'snap-1', DeleteOnTermination: true } },
        { DeviceName: '/dev/sdg', VirtualName: 'ephemeral0' },
        { DeviceName: '/dev/sdh', NoDevice: '' },
      ],
      Monitoring: { Enabled: false },
      EbsOptimized: true,
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2, HttpEndpoint: 'enabled' },
      InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { MaxPrice: '0.05' } },
      Placement: { Tenancy: 'dedicated' },
    })
  })

  test('says of what nobody said only where the defaults of the two differ', () => {
    const said = { ImageId: 'ami-0123456789abcdef0', InstanceType: 'm5.large' }
    expect(inTemplate(bare)).toEqual({ ...said, Monitoring: { Enabled: true }, EbsOptimized: false })
  })

  test.each([true, false])('has the security groups on the interface where a public address is said: %s', (asked) => {
    const { NetworkInterfaces, ...rest } = inTemplate({ ...full, AssociatePublicIpAddress: asked })
    const own = { DeviceIndex: 0, AssociatePublicIpAddress: asked, DeleteOnTermination: true }
    expect(NetworkInterfaces).toEqual([{ ...own, Groups: full.SecurityGroups }])
    expect(rest.SecurityGroupIds).toBeUndefined()
    const without = inTemplate({ ...bare, AssociatePublicIpAddress: asked })
    expect(without.NetworkInterfaces).toEqual([own])
  })

  test('names security groups by name, and a profile by its ARN, where the configuration does', () => {
    expect(inTemplate({ ...bare, SecurityGroups: ['default'] }).SecurityGroups).toEqual(['default'])
    const arn = 'arn:aws:iam::222222222222:instance-profile/machine'
    expect(inTemplate({ ...bare, IamInstanceProfile: arn }).IamInstanceProfile).toEqual({ Arn: arn })
  })

  test('lacks none of the members that the service knows', () => {
    const [, , , , members] = LaunchConfiguration$ as unknown as readonly [unknown, unknown, unknown, unknown, readonly string[]]
    // What refuses a migration, and what is not said of machines.
    const others = ['AssociatePublicIpAddress', 'ClassicLinkVPCId', 'ClassicLinkVPCSecurityGroups', 'KernelId', 'RamdiskId']
    expect([...members].toSorted()).toEqual([...Object.keys(full), ...others].toSorted())
    const odd = { KernelId: 'aki-1', RamdiskId: 'ari-1', ClassicLinkVPCSecurityGroups: ['sg-1'] }
    expect(configurationOf({ ...bare, ...odd })).toMatchObject({
      kernelId: 'aki-1',
      ramdiskId: 'ari-1',
      classicLinkVpcId: 'sg-1',
    })
  })
})

const version = (data: string) => `<launchTemplateVersionSet><item>
  <launchTemplateId>lt-0123456789abcdef0</launchTemplateId><launchTemplateName>web-1</launchTemplateName>
  <versionNumber>1</versionNumber><launchTemplateData>${data}</launchTemplateData>
</item></launchTemplateVersionSet>`
const said =
  '<imageId>ami-0123456789abcdef0</imageId><instanceType>m5.large</instanceType><ebsOptimized>false</ebsOptimized><monitoring><enabled>true</enabled></monitoring>'
const order = { name: 'web-1', from: configurationOf(bare), description: 'made', clientToken: 't' }
const taken = new Fault(400, 'InvalidLaunchTemplateName.AlreadyExistsException', 'Launch template name already in use.')

describe('a template of a launch configuration', () => {
  test('is made with a token, and read until it is there', async () => {
    const soon = [new Fault(400, 'InvalidLaunchTemplateName.NotFoundException'), version(said)]
    const { cloud, asked } = stubAws({ CreateLaunchTemplate: [''], DescribeLaunchTemplateVersions: soon })
    const made = await cloud.at(place).createTemplate(order)
    expect(made).toMatchObject({ ok: true, value: { templateId: 'lt-0123456789abcdef0', version: 1 } })
    expect(asked[0]?.parameters).toMatchObject({ LaunchTemplateName: 'web-1', ClientToken: 't', VersionDescription: 'made' })
  })

  test('that is there already is taken, whatever states AWS has added', async () => {
    const found = version(`${said}<securityGroupSet/>`)
    const { cloud } = stubAws({ CreateLaunchTemplate: [taken], DescribeLaunchTemplateVersions: [found] })
    expect(await cloud.at(place).createTemplate(order)).toMatchObject({ ok: true, value: { version: 1 } })
  })

  test.each([
    ['says another image', said.replace('abcdef0', 'abcdef1')],
    ['says less', said.replace('<ebsOptimized>false</ebsOptimized>', '')],
    ['says more', `${said}<keyName>mine</keyName>`],
  ])('that %s is somebody’s, and a conflict', async (_, data) => {
    const { cloud } = stubAws({ CreateLaunchTemplate: [taken], DescribeLaunchTemplateVersions: [version(data)] })
    expect(await cloud.at(place).createTemplate(order)).toMatchObject({ ok: false, kind: 'conflict', code: 'TemplateDiffers' })
  })

  test('that may not be made is told as it is', async () => {
    const { cloud } = stubAws({ CreateLaunchTemplate: [new Fault(403, 'UnauthorizedOperation')] })
    expect(await cloud.at(place).createTemplate(order)).toMatchObject({ ok: false, kind: 'denied' })
  })
})

test('a launch configuration that is not there is not found', async () => {
  const empty = '<LaunchConfigurations/>'
  const { cloud } = stubAws({ DescribeLaunchConfigurations: [empty] })
  expect(await cloud.at(place).launchConfiguration('web')).toMatchObject({ ok: false, kind: 'not-found' })
})

test('a group is told the version by its number, and nothing else', async () => {
  const { cloud, asked } = stubAws({ UpdateAutoScalingGroup: [''] })
  await cloud.at(place).launchFrom('web', { templateId: 'lt-1', version: 1 })
  expect(asked[0]?.parameters).toEqual({
    AutoScalingGroupName: 'web',
    'LaunchTemplate.LaunchTemplateId': 'lt-1',
    'LaunchTemplate.Version': '1',
  })
})
