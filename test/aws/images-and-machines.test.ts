import { describe, expect, it } from 'vitest'
import type { MachineImage } from '../../pipeline/ports/index.ts'
import { Fault, place, stubAws } from './stub-aws.ts'

const imageXml = `<item>
  <imageId>ami-00000000000000002</imageId><name>web-2026.47.1</name><imageOwnerId>111111111111</imageOwnerId>
  <imageState>available</imageState><architecture>x86_64</architecture><creationDate>2026-11-22T06:00:00.000Z</creationDate>
  <rootDeviceName>/dev/xvda</rootDeviceName><imdsSupport>v2.0</imdsSupport>
  <sourceImageId>ami-00000000000000001</sourceImageId><sourceImageRegion>eu-central-1</sourceImageRegion>
  <blockDeviceMapping>
    <item><deviceName>/dev/xvda</deviceName><ebs><snapshotId>snap-00000000000000002</snapshotId><encrypted>true</encrypted></ebs></item>
    <item><deviceName>/dev/xvdb</deviceName><virtualName>ephemeral0</virtualName></item>
  </blockDeviceMapping>
  <tagSet><item><key>drover:release</key><value>web-2026.47.1</value></item></tagSet>
</item>`

const image: MachineImage = {
  id: 'ami-00000000000000002',
  name: 'web-2026.47.1',
  ownerAccount: '111111111111',
  state: 'available',
  architecture: 'x86_64',
  createdAt: '2026-11-22T06:00:00.000Z',
  rootDevice: '/dev/xvda',
  snapshotIds: ['snap-00000000000000002'],
  encrypted: true,
  sourceImageId: 'ami-00000000000000001',
  sourceRegion: 'eu-central-1',
  imdsSupport: 'v2.0',
  tags: { 'drover:release': 'web-2026.47.1' },
}

describe('images', () => {
  it('are found by owner, name, architecture and tags to the letter, page by page', async () => {
    const other = imageXml.replace('x86_64', 'i386')
    const { cloud, asked } = stubAws({
      DescribeImages: [
        `<imagesSet>${imageXml}${other}</imagesSet><nextToken>2</nextToken>`,
        `<imagesSet>${imageXml}</imagesSet>`,
      ],
    })
    const query = { owners: ['self'], nameGlob: 'web-*', architecture: 'x86_64', tags: { 'drover:bake': 'a*b' } } as const
    expect(await cloud.at(place).findImages(query)).toEqual({ ok: true, value: [image, image] })
    expect(asked[0]?.parameters).toEqual({
      'Owner.1': 'self',
      'Filter.1.Name': 'tag:drover:bake',
      'Filter.1.Value.1': 'a\\*b',
      'Filter.2.Name': 'name',
      'Filter.2.Value.1': 'web-*',
      'Filter.3.Name': 'architecture',
      'Filter.3.Value.1': 'x86_64',
    })
    expect(asked[1]?.parameters).toMatchObject({ NextToken: '2' })
  })

  it('that are not there or not shared are not found', async () => {
    const { cloud } = stubAws({ DescribeImages: ['<imagesSet/>', new Fault(400, 'InvalidAMIID.NotFound')] })
    expect(await cloud.at(place).describeImage('ami-00000000000000002')).toMatchObject({ ok: false, kind: 'not-found' })
    expect(await cloud.at(place).describeImage('ami-00000000000000002')).toMatchObject({ ok: false, kind: 'not-found' })
  })

  it('are copied with drover’s tags only, under a client token', async () => {
    const { cloud, asked } = stubAws({ CopyImage: ['<imageId>ami-00000000000000003</imageId>'] })
    const copy = {
      sourceImageId: image.id,
      sourceRegion: 'eu-central-1',
      name: 'web',
      description: 'a copy',
      kmsKeyId: 'alias/drover',
      tags: { 'drover:purpose': 'copy' },
      clientToken: 'token',
    }
    expect(await cloud.at(place).copyImage(copy)).toEqual({ ok: true, value: { imageId: 'ami-00000000000000003' } })
    expect(asked[0]?.parameters).toEqual({
      SourceImageId: image.id,
      SourceRegion: 'eu-central-1',
      Name: 'web',
      Description: 'a copy',
      ClientToken: 'token',
      CopyImageTags: 'false',
      Encrypted: 'true',
      KmsKeyId: 'alias/drover',
      'TagSpecification.1.ResourceType': 'image',
      'TagSpecification.1.Tag.1.Key': 'drover:purpose',
      'TagSpecification.1.Tag.1.Value': 'copy',
      'TagSpecification.2.ResourceType': 'snapshot',
      'TagSpecification.2.Tag.1.Key': 'drover:purpose',
      'TagSpecification.2.Tag.1.Value': 'copy',
    })
  })

  it('are shared disk first, and not with their owner', async () => {
    const { cloud, asked } = stubAws({ ModifySnapshotAttribute: [''], ModifyImageAttribute: [''] })
    expect(await cloud.at(place).shareImage(image, ['111111111111', '222222222222'])).toEqual({ ok: true, value: undefined })
    expect(asked.map(({ action, parameters }) => ({ action, ...parameters }))).toEqual([
      {
        action: 'ModifySnapshotAttribute',
        SnapshotId: 'snap-00000000000000002',
        Attribute: 'createVolumePermission',
        'CreateVolumePermission.Add.1.UserId': '222222222222',
      },
      { action: 'ModifyImageAttribute', ImageId: image.id, 'LaunchPermission.Add.1.UserId': '222222222222' },
    ])
  })

  it('are shared with an organisation by themselves, for their snapshots come along', async () => {
    const { cloud, asked } = stubAws({ ModifyImageAttribute: [''] })
    const organisation = 'arn:aws:organizations::111111111111:organization/o-0123456789'
    expect(await cloud.at(place).shareImage(image, [organisation])).toEqual({ ok: true, value: undefined })
    expect(asked.map(({ action, parameters }) => ({ action, ...parameters }))).toEqual([
      { action: 'ModifyImageAttribute', ImageId: image.id, 'LaunchPermission.Add.1.OrganizationArn': organisation },
    ])
  })

  it('say who may launch them', async () => {
    const permissions = '<item><userId>222222222222</userId></item><item><organizationArn>arn:org</organizationArn></item>'
    const { cloud } = stubAws({ DescribeImageAttribute: [`<launchPermission>${permissions}</launchPermission>`] })
    expect(await cloud.at(place).launchPermissions(image.id)).toEqual({ ok: true, value: ['222222222222', 'arn:org'] })
  })

  it('are discarded also when an earlier attempt got half-way', async () => {
    const { cloud, asked } = stubAws({ DeregisterImage: [new Fault(400, 'InvalidAMIID.Unavailable')], DeleteSnapshot: [''] })
    expect(await cloud.at(place).discardImage(image)).toEqual({ ok: true, value: undefined })
    expect(asked.map(({ action }) => action)).toEqual(['DeregisterImage', 'DeleteSnapshot'])
  })
})

const instanceXml = `<item>
  <instanceId>i-00000000000000001</instanceId><imageId>ami-00000000000000002</imageId>
  <instanceState><code>16</code><name>running</name></instanceState><privateIpAddress>10.0.0.4</privateIpAddress>
  <launchTime>2026-11-22T06:00:00.000Z</launchTime>
</item>`

describe('machines', () => {
  it('are launched once per client token, with IMDSv2 demanded and user data encoded', async () => {
    const { cloud, asked } = stubAws({
      RunInstances: [new Fault(500, 'InternalError'), `<instancesSet>${instanceXml}</instancesSet>`],
    })
    const launched = await cloud.at(place).launch({
      imageId: image.id,
      instanceType: 't3.large',
      securityGroupIds: ['sg-00000000000000001'],
      instanceProfile: 'drover-build',
      userData: '#cloud-config\n# grüße',
      tags: { 'drover:purpose': 'verify' },
      clientToken: 'token',
    })
    expect(launched).toEqual({
      ok: true,
      value: {
        id: 'i-00000000000000001',
        imageId: image.id,
        state: 'running',
        privateAddress: '10.0.0.4',
        launchedAt: '2026-11-22T06:00:00.000Z',
        tags: {},
      },
    })
    expect(asked.map(({ parameters }) => parameters)).toEqual([asked[1]?.parameters, asked[0]?.parameters])
    expect(asked[0]?.parameters).toMatchObject({
      MinCount: '1',
      MaxCount: '1',
      ClientToken: 'token',
      UserData: Buffer.from('#cloud-config\n# grüße').toString('base64'),
      'MetadataOptions.HttpTokens': 'required',
      'IamInstanceProfile.Name': 'drover-build',
      'TagSpecification.1.ResourceType': 'instance',
      'TagSpecification.2.ResourceType': 'volume',
    })
  })

  it('are never listed without saying which', async () => {
    const { cloud, asked } = stubAws({})
    expect(await cloud.at(place).describeInstances({})).toEqual({ ok: true, value: [] })
    expect(await cloud.at(place).describeInstances({ ids: [] })).toEqual({ ok: true, value: [] })
    expect(asked).toEqual([])
  })

  it('are asked for in slices', async () => {
    const { cloud, asked } = stubAws({
      DescribeInstances: [`<reservationSet><item><instancesSet>${instanceXml}</instancesSet></item></reservationSet>`],
    })
    const ids = Array.from({ length: 201 }, (_, index) => `i-${String(index).padStart(17, '0')}`)
    expect(await cloud.at(place).describeInstances({ ids })).toMatchObject({ value: [{ id: 'i-00000000000000001' }, {}] })
    expect(asked[1]?.parameters).toEqual({ 'InstanceId.1': 'i-00000000000000200' })
  })

  it('give the console of types that have no latest output', async () => {
    const output = `<output>${Buffer.from('login:').toString('base64')}</output>`
    const { cloud, asked } = stubAws({ GetConsoleOutput: [new Fault(400, 'UnsupportedOperation'), output] })
    expect(await cloud.at(place).consoleOutput('i-00000000000000001')).toEqual({ ok: true, value: 'login:' })
    expect(asked.map(({ parameters }) => parameters.Latest)).toEqual(['true', 'false'])
  })
})

describe('security groups', () => {
  const request = { name: 'build', description: 'd', ingress: [{ port: 22, cidr: '10.0.0.0/8' }], tags: { 'drover:bake': 'b' } }

  it('open their ports to the CIDR, and every port to their own members', async () => {
    const { cloud, asked } = stubAws({
      CreateSecurityGroup: ['<groupId>sg-00000000000000001</groupId>'],
      AuthorizeSecurityGroupIngress: [''],
    })
    expect(await cloud.at(place).createSecurityGroup(request)).toEqual({ ok: true, value: { id: 'sg-00000000000000001' } })
    expect(asked[1]?.parameters).toEqual({
      GroupId: 'sg-00000000000000001',
      'IpPermissions.1.IpProtocol': 'tcp',
      'IpPermissions.1.FromPort': '22',
      'IpPermissions.1.ToPort': '22',
      'IpPermissions.1.IpRanges.1.CidrIp': '10.0.0.0/8',
      'IpPermissions.2.IpProtocol': 'tcp',
      'IpPermissions.2.FromPort': '0',
      'IpPermissions.2.ToPort': '65535',
      'IpPermissions.2.Groups.1.GroupId': 'sg-00000000000000001',
    })
  })

  it('are not left behind without their rules', async () => {
    const { cloud, asked } = stubAws({
      CreateSecurityGroup: ['<groupId>sg-00000000000000001</groupId>'],
      AuthorizeSecurityGroupIngress: [new Fault(400, 'RulesPerSecurityGroupLimitExceeded')],
      DeleteSecurityGroup: [''],
    })
    expect(await cloud.at(place).createSecurityGroup(request)).toMatchObject({ ok: false, kind: 'quota' })
    expect(asked.map(({ action }) => action)).toEqual([
      'CreateSecurityGroup',
      'AuthorizeSecurityGroupIngress',
      'DeleteSecurityGroup',
    ])
  })
})
