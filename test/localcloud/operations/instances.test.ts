// Instances: launching, refusing to, and their states.

import { describe, expect, test } from 'vitest'
import { answerMetadata } from '../../../pipeline/localcloud/metadata/answer.ts'
import { second, simulateCloud } from '../simulated-cloud.ts'

const one = { MinCount: 1, MaxCount: 1 }

test('an instance is pending until its machine answers, then runs, stops, starts and ends', async () => {
  const { ask, advance, imageId } = await simulateCloud()
  const { Instances } = await ask('ec2', 'RunInstances', { ImageId: imageId, ...one })
  const ids = { InstanceIds: [Instances[0].InstanceId] }
  const state = async () => (await ask('ec2', 'DescribeInstances', ids)).Reservations[0].Instances[0].State.Name
  const seen = [await state()]
  await advance(30 * second)
  seen.push(await state())
  expect((await ask('ec2', 'StopInstances', ids)).StoppingInstances[0].CurrentState.Name).toBe('stopping')
  await advance(second)
  seen.push(await state())
  await ask('ec2', 'StartInstances', ids)
  seen.push(await state())
  await advance(30 * second)
  seen.push(await state())
  expect((await ask('ec2', 'TerminateInstances', ids)).TerminatingInstances[0].CurrentState.Name).toBe('shutting-down')
  await advance(second)
  seen.push(await state())
  expect(seen).toEqual(['pending', 'running', 'stopped', 'pending', 'running', 'terminated'])
})

test('its address stays its own while it lives, and no two have the same', async () => {
  const { ask, imageId } = await simulateCloud()
  const launched = [
    await ask('ec2', 'RunInstances', { ImageId: imageId, MinCount: 3, MaxCount: 3 }),
    await ask('ec2', 'RunInstances', { ImageId: imageId, ...one }),
  ]
  const addresses = launched.flatMap(({ Instances }) =>
    Instances.map((instance: { PrivateIpAddress: string }) => instance.PrivateIpAddress),
  )
  expect(new Set(addresses).size).toBe(4)
})

describe('a client token', () => {
  test('returns the same instances for the same request', async () => {
    const { ask, imageId } = await simulateCloud()
    const request = { ImageId: imageId, ...one, InstanceType: 't3.micro', ClientToken: 'token-1' }
    const first = await ask('ec2', 'RunInstances', request)
    const again = await ask('ec2', 'RunInstances', request)
    expect(again.Instances[0].InstanceId).toBe(first.Instances[0].InstanceId)
    expect((await ask('ec2', 'DescribeInstances')).Reservations).toHaveLength(1)
  })

  test('returns them when their tags have been taken away since, too', async () => {
    const { ask, imageId } = await simulateCloud()
    const TagSpecifications = [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }]
    const request = { ImageId: imageId, ...one, TagSpecifications, ClientToken: 'token-1' }
    const { InstanceId } = (await ask('ec2', 'RunInstances', request)).Instances[0]
    await ask('ec2', 'DeleteTags', { Resources: [InstanceId], Tags: [{ Key: 'a' }] })
    expect((await ask('ec2', 'RunInstances', request)).Instances[0].InstanceId).toBe(InstanceId)
  })

  test('refuses another request', async () => {
    const { ask, refusal, imageId } = await simulateCloud()
    await ask('ec2', 'RunInstances', { ImageId: imageId, ...one, InstanceType: 't3.micro', ClientToken: 'token-1' })
    expect(
      await refusal('ec2', 'RunInstances', { ImageId: imageId, ...one, InstanceType: 't3.large', ClientToken: 'token-1' }),
    ).toMatchObject({
      code: 'IdempotentParameterMismatch',
    })
  })
})

test('one that is protected is not terminated, nor is any that is named with it, until its protection is off', async () => {
  const { ask, refusal, imageId } = await simulateCloud()
  const guarded = (await ask('ec2', 'RunInstances', { ImageId: imageId, ...one, DisableApiTermination: true })).Instances[0]
  const open = (await ask('ec2', 'RunInstances', { ImageId: imageId, ...one })).Instances[0]
  const both = { InstanceIds: [open.InstanceId, guarded.InstanceId] }
  expect(await refusal('ec2', 'TerminateInstances', both)).toEqual({
    code: 'OperationNotPermitted',
    message: expect.stringContaining(`'${guarded.InstanceId}' may not be terminated`),
  })
  const { Reservations } = await ask('ec2', 'DescribeInstances', both)
  const states = Reservations.flatMap(({ Instances }: { Instances: { State: { Name: string } }[] }) =>
    Instances.map(({ State }) => State.Name),
  )
  expect(states).toEqual(['pending', 'pending'])
  const off = { InstanceId: guarded.InstanceId, DisableApiTermination: { Value: false } }
  await ask('ec2', 'ModifyInstanceAttribute', off)
  expect((await ask('ec2', 'TerminateInstances', both)).TerminatingInstances).toHaveLength(2)
})

test('a volume is not deleted while an instance has it', async () => {
  const { ask, refusal, advance, imageId } = await simulateCloud()
  const BlockDeviceMappings = [{ DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: false } }]
  const { Instances } = await ask('ec2', 'RunInstances', { ImageId: imageId, ...one, BlockDeviceMappings })
  const { InstanceId } = Instances[0]
  const { VolumeId } = (await ask('ec2', 'DescribeVolumes')).Volumes[0]
  expect(await refusal('ec2', 'DeleteVolume', { VolumeId })).toEqual({
    code: 'VolumeInUse',
    message: `Volume ${VolumeId} is currently attached to ${InstanceId}`,
  })
  await ask('ec2', 'TerminateInstances', { InstanceIds: [InstanceId] })
  await advance(30 * second)
  await ask('ec2', 'DeleteVolume', { VolumeId })
  expect((await ask('ec2', 'DescribeVolumes')).Volumes).toEqual([])
})

test('its metadata has the network interface that DescribeInstances has', async () => {
  const { ask, cloud, imageId } = await simulateCloud()
  const { Instances } = await ask('ec2', 'RunInstances', { ImageId: imageId, ...one })
  const { NetworkInterfaces, PrivateIpAddress } = Instances[0]
  const facts = await cloud.metadata.instanceAt(PrivateIpAddress)
  const { NetworkInterfaceId, MacAddress } = NetworkInterfaces[0]
  const path = `/latest/meta-data/network/interfaces/macs/${MacAddress}/interface-id`
  const open = facts && { ...facts, options: { ...facts.options, tokens: 'optional' as const } }
  expect(answerMetadata({ method: 'GET', path, headers: {} }, open, { secret: 's', nowMs: 0 })).toMatchObject({
    status: 200,
    body: NetworkInterfaceId,
  })
})

test('a dry run checks and changes nothing', async () => {
  const { ask, refusal, imageId } = await simulateCloud()
  expect(await refusal('ec2', 'RunInstances', { ImageId: imageId, ...one, DryRun: true })).toEqual({
    code: 'DryRunOperation',
    message: 'Request would have succeeded, but DryRun flag is set.',
  })
  expect(await refusal('ec2', 'RunInstances', { ImageId: 'ami-00000000', ...one, DryRun: true })).toMatchObject({
    code: 'InvalidAMIID.NotFound',
  })
  expect((await ask('ec2', 'DescribeInstances')).Reservations).toEqual([])
})

describe('a launch is refused', () => {
  test.each([
    [{ ImageId: 'ami-0123456789abcdef0' }, 'InvalidAMIID.NotFound', "The image id '[ami-0123456789abcdef0]' does not exist"],
    [{ ImageId: 'debian' }, 'InvalidAMIID.Malformed', 'Invalid id: "debian"'],
    [{ SubnetId: 'subnet-1' }, 'InvalidSubnetID.NotFound', "The subnet ID 'subnet-1' does not exist"],
    [{ KeyName: 'none' }, 'InvalidKeyPair.NotFound', "The key pair 'none' does not exist"],
    [
      { SecurityGroupIds: ['sg-0123456789abcdef0'] },
      'InvalidGroup.NotFound',
      expect.stringContaining("'sg-0123456789abcdef0' does not exist"),
    ],
    [
      { IamInstanceProfile: { Name: 'none' } },
      'InvalidParameterValue',
      'Value (none) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name',
    ],
    [
      { LaunchTemplate: { LaunchTemplateName: 'none' } },
      'InvalidLaunchTemplateName.NotFoundException',
      expect.stringContaining('none'),
    ],
    [{ InstanceType: 'foo.bar' }, 'InvalidParameterValue', "Invalid value 'foo.bar' for InstanceType."],
    [
      { InstanceType: 't4g.micro' },
      'InvalidParameterValue',
      expect.stringContaining(
        "'arm64' of the specified instance type does not match the architecture 'x86_64' of the specified AMI",
      ),
    ],
    [
      { NetworkInterfaces: [{ DeviceIndex: 0 }], SecurityGroupIds: ['sg-0123456789abcdef0'] },
      'InvalidParameterCombination',
      'Network interfaces and an instance-level security groups may not be specified on the same request',
    ],
    [
      { NetworkInterfaces: [{ DeviceIndex: 0 }], SubnetId: 'subnet-1' },
      'InvalidParameterCombination',
      'Network interfaces and an instance-level subnet ID may not be specified on the same request',
    ],
    [{ MinCount: 0 }, 'InvalidParameterValue', 'Value (0) for parameter minCount is invalid. It must be at least 1.'],
    [
      { MinCount: 2 },
      'InvalidParameterValue',
      'Value (2) for parameter minCount is invalid. It must be no greater than maxCount.',
    ],
    [{ UserData: Buffer.alloc(16_385).toString('base64') }, 'InvalidParameterValue', 'User data is limited to 16384 bytes'],
    [
      { CpuOptions: { CoreCount: 1 } },
      'UnsupportedOperation',
      'The local cloud does not implement the parameter CpuOptions.CoreCount of RunInstances.',
    ],
    [
      { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 1 } }] },
      'InvalidBlockDeviceMapping',
      expect.stringContaining('expect size >= 8GB'),
    ],
  ])('for %j', async (change, code, message) => {
    const { refusal, ask, imageId } = await simulateCloud()
    expect(await refusal('ec2', 'RunInstances', { ImageId: imageId, ...one, ...change })).toEqual({ code, message })
    expect((await ask('ec2', 'DescribeVolumes')).Volumes).toEqual([])
  })

  test('in a full subnet', async () => {
    const { refusal, cloud, imageId } = await simulateCloud()
    await cloud.admin.call('set-faults', { faults: [{ kind: 'full-subnet', zone: 'eu-central-1a' }] })
    expect(await refusal('ec2', 'RunInstances', { ImageId: imageId, ...one })).toMatchObject({
      code: 'InsufficientFreeAddressesInSubnet',
    })
  })
})

describe('of a range of counts a launch makes', () => {
  test('as many as the subnet has addresses for, and none when these are too few', async () => {
    const { ask, refusal, imageId } = await simulateCloud()
    const tooMany = { ImageId: imageId, MaxCount: 2 ** 31 - 1 }
    const code = 'InsufficientFreeAddressesInSubnet'
    expect(await refusal('ec2', 'RunInstances', { ...tooMany, MinCount: 2_000 })).toMatchObject({ code })
    const { Instances } = await ask('ec2', 'RunInstances', { ...tooMany, MinCount: 1 })
    expect(Instances.length).toBeGreaterThan(1_000)
    expect(await refusal('ec2', 'RunInstances', { ...tooMany, MinCount: 1 })).toMatchObject({ code })
  })

  test('as many as the vCPU quota lets', async () => {
    const { ask, refusal, cloud, imageId } = await simulateCloud()
    const { Account: account } = await ask('sts', 'GetCallerIdentity')
    await cloud.admin.call('set-faults', { faults: [{ kind: 'vcpu-quota', account, limit: 5 }] })
    const launch = { ImageId: imageId, InstanceType: 't3.micro' }
    expect(await refusal('ec2', 'RunInstances', { ...launch, MinCount: 3, MaxCount: 4 })).toMatchObject({
      code: 'VcpuLimitExceeded',
    })
    expect((await ask('ec2', 'RunInstances', { ...launch, MinCount: 1, MaxCount: 4 })).Instances).toHaveLength(2)
  })
})

test('a machine that cannot be started ends its instance with the cause', async () => {
  const logged: string[] = []
  const { ask, advance, machines, imageId } = await simulateCloud({ log: (line) => logged.push(line) })
  machines.start = async () => ({ ok: false, message: 'no init found' })
  await ask('ec2', 'RunInstances', { ImageId: imageId, ...one })
  await advance(5 * second)
  const { Reservations } = await ask('ec2', 'DescribeInstances')
  const [instance] = Reservations[0].Instances
  expect(instance).toMatchObject({
    State: { Name: 'terminated' },
    StateReason: { Code: 'Server.InternalError', Message: 'Server.InternalError: Internal error on launch (no init found)' },
  })
  expect(logged).toEqual([`machine ${instance.InstanceId}: start failed: no init found`])
})

test("the image's demand for IMDSv2 holds unless the launch says otherwise", async () => {
  const { ask, advance, imageId } = await simulateCloud()
  const { Instances } = await ask('ec2', 'RunInstances', {
    ImageId: imageId,
    ...one,
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 3 },
  })
  expect(Instances[0].MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 3 })
  await advance(30 * second)
  await ask('ec2', 'StopInstances', { InstanceIds: [Instances[0].InstanceId] })
  const { ImageId } = await ask('ec2', 'CreateImage', { InstanceId: Instances[0].InstanceId, Name: 'v2 only' })
  await ask('ec2', 'ModifyImageAttribute', { ImageId, ImdsSupport: { Value: 'v2.0' } })
  const launched = await ask('ec2', 'RunInstances', { ImageId, ...one })
  expect(launched.Instances[0].MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 2 })
})

test("security groups become the machine's firewall, changes included", async () => {
  const made = await simulateCloud()
  const { ask, imageId } = made
  const { GroupId } = await ask('ec2', 'CreateSecurityGroup', { GroupName: 'ssh', Description: 'x' })
  const permission = (FromPort: number) => ({
    GroupId,
    IpPermissions: [{ IpProtocol: 'tcp', FromPort, ToPort: FromPort, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }],
  })
  await ask('ec2', 'AuthorizeSecurityGroupIngress', permission(22))
  await ask('ec2', 'RunInstances', { ImageId: imageId, ...one, SecurityGroupIds: [GroupId] })
  expect(made.machines.specs()[0]?.firewall.ingress).toEqual([{ protocol: 'tcp', fromPort: 22, toPort: 22, cidr: '10.0.0.0/8' }])
  await ask('ec2', 'RevokeSecurityGroupIngress', permission(22))
  await ask('ec2', 'AuthorizeSecurityGroupIngress', permission(80))
  expect(made.machines.specs()[0]?.firewall.ingress).toEqual([{ protocol: 'tcp', fromPort: 80, toPort: 80, cidr: '10.0.0.0/8' }])
  expect(await made.refusal('ec2', 'DeleteSecurityGroup', { GroupId })).toMatchObject({ code: 'DependencyViolation' })
})

test('a new group lets everything out, until its egress rules are others', async () => {
  const made = await simulateCloud()
  const { ask, imageId } = made
  const { GroupId } = await ask('ec2', 'CreateSecurityGroup', { GroupName: 'narrow', Description: 'x' })
  await ask('ec2', 'RunInstances', { ImageId: imageId, ...one, SecurityGroupIds: [GroupId] })
  const egress = () => made.machines.specs()[0]?.firewall.egress
  expect(egress()).toEqual([{ protocol: 'all', fromPort: -1, toPort: -1, cidr: '0.0.0.0/0' }])
  const IpRanges = [{ CidrIp: '0.0.0.0/0' }]
  await ask('ec2', 'RevokeSecurityGroupEgress', { GroupId, IpPermissions: [{ IpProtocol: '-1', IpRanges }] })
  expect(egress()).toEqual([])
  const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges }
  await ask('ec2', 'AuthorizeSecurityGroupEgress', { GroupId, IpPermissions: [https] })
  expect(egress()).toEqual([{ protocol: 'tcp', fromPort: 443, toPort: 443, cidr: '0.0.0.0/0' }])
})

test("a group that is its own source stands for its members' addresses", async () => {
  const made = await simulateCloud()
  const { GroupId } = await made.ask('ec2', 'CreateSecurityGroup', { GroupName: 'web', Description: 'x' })
  await made.ask('ec2', 'AuthorizeSecurityGroupIngress', {
    GroupId,
    IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] }],
  })
  const { Instances } = await made.ask('ec2', 'RunInstances', {
    ImageId: made.imageId,
    MinCount: 2,
    MaxCount: 2,
    SecurityGroupIds: [GroupId],
  })
  const members = Instances.map((instance: { PrivateIpAddress: string }) => `${instance.PrivateIpAddress}/32`).sort()
  expect(made.machines.specs()[0]?.firewall.ingress.map(({ cidr }) => cidr)).toEqual(members)
})
