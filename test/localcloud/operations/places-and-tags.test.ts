// Regions, zones, networks and tags.

import { expect, test } from 'vitest'
import { zoneId } from '../../../pipeline/localcloud/store/region.ts'
import { simulateCloud } from '../simulated-cloud.ts'

test('a place has a default VPC with a subnet in each zone, made when it is first seen and the same ever after', async () => {
  const { ask } = await simulateCloud()
  const { Vpcs } = await ask('ec2', 'DescribeVpcs', { Filters: [{ Name: 'is-default', Values: ['true'] }] })
  expect(Vpcs).toMatchObject([{ IsDefault: true, CidrBlock: '10.213.0.0/20' }])
  const { Subnets } = await ask('ec2', 'DescribeSubnets', { Filters: [{ Name: 'vpc-id', Values: [Vpcs[0].VpcId] }] })
  expect(
    Subnets.map((subnet: { AvailabilityZone: string; CidrBlock: string; AvailableIpAddressCount: number }) => [
      subnet.AvailabilityZone,
      subnet.CidrBlock,
      subnet.AvailableIpAddressCount,
    ]),
  ).toEqual([
    ['eu-central-1a', '10.213.0.0/22', 1019],
    ['eu-central-1b', '10.213.4.0/22', 1019],
    ['eu-central-1c', '10.213.8.0/22', 1019],
  ])
  expect((await ask('ec2', 'DescribeVpcs')).Vpcs[0].VpcId).toBe(Vpcs[0].VpcId)
})

test('regions can be named, and an unknown one is refused', async () => {
  const { ask, refusal } = await simulateCloud()
  expect((await ask('ec2', 'DescribeRegions', { RegionNames: ['eu-west-1'] })).Regions).toEqual([
    { RegionName: 'eu-west-1', Endpoint: 'ec2.eu-west-1.amazonaws.com', OptInStatus: 'opt-in-not-required' },
  ])
  expect(await refusal('ec2', 'DescribeRegions', { RegionNames: ['moon-1'] })).toMatchObject({ code: 'InvalidParameterValue' })
})

test.each([
  ['eu-central-1a', 'euc1-az1'],
  ['us-east-1b', 'use1-az2'],
  ['ap-southeast-2c', 'apse2-az3'],
])('zone %s has the ID %s', (zone, id) => {
  expect(zoneId(zone)).toBe(id)
})

test('tags are added, replaced and taken away, by value where one is given', async () => {
  const { ask, refusal } = await simulateCloud()
  const { GroupId } = await ask('ec2', 'CreateSecurityGroup', {
    GroupName: 'g',
    Description: 'x',
    TagSpecifications: [{ ResourceType: 'security-group', Tags: [{ Key: 'a', Value: '1' }] }],
  })
  const tags = async () => {
    const { Tags } = await ask('ec2', 'DescribeTags', { Filters: [{ Name: 'resource-id', Values: [GroupId] }] })
    return Object.fromEntries(Tags.map((tag: { Key: string; Value: string }) => [tag.Key, tag.Value]))
  }
  const change = (Tags?: object[]) => ({ Resources: [GroupId], Tags })
  await ask(
    'ec2',
    'CreateTags',
    change([
      { Key: 'a', Value: '2' },
      { Key: 'b', Value: '' },
      { Key: 'c', Value: '3' },
    ]),
  )
  expect(await tags()).toEqual({ a: '2', b: '', c: '3' })
  await ask('ec2', 'DeleteTags', change([{ Key: 'a', Value: 'other' }, { Key: 'c' }]))
  expect(await tags()).toEqual({ a: '2', b: '' })
  await ask('ec2', 'DeleteTags', change())
  expect(await tags()).toEqual({})
  expect(await refusal('ec2', 'CreateTags', change([{ Key: 'aws:x', Value: '1' }]))).toMatchObject({
    code: 'InvalidParameterValue',
  })
  expect(
    await refusal('ec2', 'CreateTags', { Resources: ['vol-0123456789abcdef0'], Tags: [{ Key: 'a', Value: '1' }] }),
  ).toMatchObject({ code: 'InvalidVolume.NotFound' })
})

test('a rule is added once and taken away by its ID', async () => {
  const { ask, refusal } = await simulateCloud()
  const { GroupId } = await ask('ec2', 'CreateSecurityGroup', { GroupName: 'g', Description: 'x' })
  const rule = {
    GroupId,
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'all' }] }],
  }
  const added = await ask('ec2', 'AuthorizeSecurityGroupIngress', rule)
  expect(added.SecurityGroupRules).toMatchObject([{ GroupId, IsEgress: false, CidrIpv4: '0.0.0.0/0', Description: 'all' }])
  expect(await refusal('ec2', 'AuthorizeSecurityGroupIngress', rule)).toMatchObject({ code: 'InvalidPermission.Duplicate' })
  await ask('ec2', 'RevokeSecurityGroupIngress', {
    GroupId,
    SecurityGroupRuleIds: [added.SecurityGroupRules[0].SecurityGroupRuleId],
  })
  expect((await ask('ec2', 'DescribeSecurityGroups', { GroupIds: [GroupId] })).SecurityGroups[0].IpPermissions).toEqual([])
  expect(await refusal('ec2', 'RevokeSecurityGroupIngress', rule)).toMatchObject({ code: 'InvalidPermission.NotFound' })
})

test('a group is found by what it lets in, and by what it lets out', async () => {
  const { ask } = await simulateCloud()
  const source = await ask('ec2', 'CreateSecurityGroup', { GroupName: 'source', Description: 'x' })
  const { GroupId } = await ask('ec2', 'CreateSecurityGroup', { GroupName: 'g', Description: 'x' })
  const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 23, UserIdGroupPairs: [{ GroupId: source.GroupId }] }]
  await ask('ec2', 'AuthorizeSecurityGroupIngress', { GroupId, IpPermissions })
  const Ipv6Ranges = [{ CidrIpv6: 'fd00::/8' }]
  await ask('ec2', 'AuthorizeSecurityGroupEgress', {
    GroupId,
    IpPermissions: [{ IpProtocol: 'udp', FromPort: 53, ToPort: 53, Ipv6Ranges }],
  })
  const found = async (Name: string, value: string) => {
    const Filters = [{ Name, Values: [value] }]
    const { SecurityGroups } = await ask('ec2', 'DescribeSecurityGroups', { Filters })
    return SecurityGroups.some((group: { GroupId: string }) => group.GroupId === GroupId)
  }
  const rules = { 'group-id': source.GroupId, 'from-port': '22', 'to-port': '23', protocol: 'tcp' }
  for (const [name, value] of Object.entries(rules)) {
    expect([name, await found(`ip-permission.${name}`, value)]).toEqual([name, true])
    expect([name, await found(`egress.ip-permission.${name}`, value)]).toEqual([name, false])
  }
  const out = { 'ipv6-cidr': 'fd00::/8', 'from-port': '53', 'to-port': '53', protocol: 'udp', cidr: '0.0.0.0/0' }
  for (const [name, value] of Object.entries(out)) {
    expect([name, await found(`egress.ip-permission.${name}`, value)]).toEqual([name, true])
    expect([name, await found(`ip-permission.${name}`, value)]).toEqual([name, false])
  }
})

test.each([
  [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 22, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }, 'InvalidPermission.Malformed'],
  [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '10.0.0.0' }] }, 'InvalidParameterValue'],
  [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '10.0.0.300/8' }] }, 'InvalidParameterValue'],
  [{ IpProtocol: 'carrier-pigeon', IpRanges: [{ CidrIp: '10.0.0.0/8' }] }, 'InvalidPermission.Malformed'],
  [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-0123456789abcdef0' }] }, 'InvalidGroup.NotFound'],
])('the permission %j is refused as %s', async (permission, code) => {
  const { ask, refusal } = await simulateCloud()
  const { GroupId } = await ask('ec2', 'CreateSecurityGroup', { GroupName: 'g', Description: 'x' })
  expect(await refusal('ec2', 'AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [permission] })).toMatchObject({ code })
})
