// DescribeRegions, DescribeAvailabilityZones, DescribeVpcs, DescribeSubnets.

import type {
  DescribeAvailabilityZonesRequest,
  DescribeAvailabilityZonesResult,
  DescribeRegionsRequest,
  DescribeRegionsResult,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  DescribeVpcsRequest,
  DescribeVpcsResult,
} from '@aws-sdk/client-ec2'
import { ensureDefaultNetwork } from '../../store/default-network.ts'
import { isLive } from '../../store/instance.ts'
import type { Subnet, Vpc } from '../../store/network.ts'
import { regions, zoneId, zonesOf } from '../../store/region.ts'
import type { Draft } from '../../store/state.ts'
import { isWithin, sizeOf } from '../../store/subnet-range.ts'
import { tagList } from '../../store/tags.ts'
import { ApiFault } from '../../wire/fault.ts'
import { type Fields, filtered } from '../filters.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'

const regionFields: Fields<{ readonly name: string }> = {
  endpoint: ({ name }) => `ec2.${name}.amazonaws.com`,
  'opt-in-status': () => 'opt-in-not-required',
  'region-name': ({ name }) => name,
}

export const describeRegions = operation<DescribeRegionsRequest, DescribeRegionsResult>({
  handles: ['RegionNames', 'AllRegions', 'Filters'],
  filters: regionFields,
  run({ input }) {
    const unknown = input.RegionNames?.find((name) => !(regions as readonly string[]).includes(name))
    if (unknown !== undefined)
      throw new ApiFault('InvalidParameterValue', `Invalid values found for parameter RegionNames: [${unknown}]`)
    const chosen = regions
      .filter((name) => !input.RegionNames?.length || input.RegionNames.includes(name))
      .map((name) => ({ name }))
    return {
      Regions: filtered(chosen, input.Filters, regionFields).map(({ name }) => ({
        RegionName: name,
        Endpoint: `ec2.${name}.amazonaws.com`,
        OptInStatus: 'opt-in-not-required',
      })),
    }
  },
})

const zoneFields: Fields<{ readonly name: string; readonly region: string }> = {
  'group-name': ({ region }) => region,
  'opt-in-status': () => 'opt-in-not-required',
  'region-name': ({ region }) => region,
  state: () => 'available',
  'zone-id': ({ name }) => zoneId(name),
  'zone-name': ({ name }) => name,
  'zone-type': () => 'availability-zone',
}

export const describeAvailabilityZones = operation<DescribeAvailabilityZonesRequest, DescribeAvailabilityZonesResult>({
  handles: ['ZoneNames', 'ZoneIds', 'AllAvailabilityZones', 'Filters'],
  filters: zoneFields,
  run({ input, region }) {
    const all = zonesOf(region).map((name) => ({ name, region }))
    const unknown = [...(input.ZoneNames ?? []), ...(input.ZoneIds ?? [])].find(
      (one) => !all.some(({ name }) => name === one || zoneId(name) === one),
    )
    if (unknown !== undefined) throw new ApiFault('InvalidParameterValue', `Invalid availability zone: [${unknown}]`)
    const chosen = all
      .filter(({ name }) => !input.ZoneNames?.length || input.ZoneNames.includes(name))
      .filter(({ name }) => !input.ZoneIds?.length || input.ZoneIds.includes(zoneId(name)))
    return {
      AvailabilityZones: filtered(chosen, input.Filters, zoneFields).map(({ name }) => ({
        ZoneName: name,
        ZoneId: zoneId(name),
        ZoneType: 'availability-zone',
        State: 'available' as const,
        RegionName: region,
        GroupName: region,
        NetworkBorderGroup: region,
        OptInStatus: 'opt-in-not-required' as const,
        Messages: [],
      })),
    }
  },
})

const vpcFields: Fields<Vpc> = {
  cidr: (vpc) => vpc.cidr,
  'is-default': (vpc) => vpc.isDefault,
  isDefault: (vpc) => vpc.isDefault,
  state: () => 'available',
  'vpc-id': (vpc) => vpc.id,
}

export const describeVpcs = operation<DescribeVpcsRequest, DescribeVpcsResult>({
  handles: ['VpcIds', 'Filters', 'MaxResults', 'NextToken'],
  filters: vpcFields,
  run({ input, draft, place, account, network }) {
    ensureDefaultNetwork(draft, place, network.cidr)
    const rows = draft.rows(place, 'vpcs')
    const unknown = input.VpcIds?.find((id) => !rows.some((vpc) => vpc.id === id))
    if (unknown !== undefined) throw new ApiFault('InvalidVpcID.NotFound', `The vpc ID '${unknown}' does not exist`)
    const chosen = rows.filter((vpc) => !input.VpcIds?.length || input.VpcIds.includes(vpc.id))
    const request = { size: input.MaxResults, token: input.NextToken, largest: 1_000, badToken: 'InvalidNextToken' }
    const page = pageOf(filtered(chosen, input.Filters, vpcFields), (vpc) => vpc.id, request)
    return {
      NextToken: page.nextToken,
      Vpcs: page.rows.map((vpc) => ({
        VpcId: vpc.id,
        CidrBlock: vpc.cidr,
        IsDefault: vpc.isDefault,
        OwnerId: account,
        State: 'available' as const,
        InstanceTenancy: 'default' as const,
        Tags: tagList(vpc.tags),
      })),
    }
  },
})

const subnetFields: Fields<Subnet> = {
  'availability-zone': (subnet) => subnet.zone,
  availabilityZone: (subnet) => subnet.zone,
  'cidr-block': (subnet) => subnet.cidr,
  'default-for-az': (subnet) => subnet.isDefault,
  defaultForAz: (subnet) => subnet.isDefault,
  state: () => 'available',
  'subnet-id': (subnet) => subnet.id,
  'vpc-id': (subnet) => subnet.vpcId,
}

export const describeSubnets = operation<DescribeSubnetsRequest, DescribeSubnetsResult>({
  handles: ['SubnetIds', 'Filters', 'MaxResults', 'NextToken'],
  filters: subnetFields,
  run({ input, draft, place, account, network }) {
    ensureDefaultNetwork(draft, place, network.cidr)
    const rows = draft.rows(place, 'subnets')
    const unknown = input.SubnetIds?.find((id) => !rows.some((subnet) => subnet.id === id))
    if (unknown !== undefined) throw new ApiFault('InvalidSubnetID.NotFound', `The subnet ID '${unknown}' does not exist`)
    const chosen = rows.filter((subnet) => !input.SubnetIds?.length || input.SubnetIds.includes(subnet.id))
    const request = { size: input.MaxResults, token: input.NextToken, largest: 1_000, badToken: 'InvalidNextToken' }
    const page = pageOf(filtered(chosen, input.Filters, subnetFields), (subnet) => subnet.id, request)
    return {
      NextToken: page.nextToken,
      Subnets: page.rows.map((subnet) => ({
        SubnetId: subnet.id,
        VpcId: subnet.vpcId,
        CidrBlock: subnet.cidr,
        AvailabilityZone: subnet.zone,
        AvailabilityZoneId: zoneId(subnet.zone),
        AvailableIpAddressCount: freeAddresses(draft, subnet),
        DefaultForAz: subnet.isDefault,
        MapPublicIpOnLaunch: false,
        AssignIpv6AddressOnCreation: false,
        OwnerId: account,
        State: 'available' as const,
        Tags: tagList(subnet.tags),
      })),
    }
  },
})

/** "The first four addresses and the last one of a subnet are not available" [doc: subnet-sizing]; the network is shared by all places. */
function freeAddresses(draft: Draft, subnet: Subnet): number {
  const { faults } = draft.settings
  if (faults.some((fault) => fault.kind === 'full-subnet' && fault.zone === subnet.zone)) return 0
  const used = draft
    .places()
    .flatMap((place) => draft.rows(place, 'instances'))
    .filter((instance) => isLive(instance) && isWithin(subnet.cidr, instance.address))
  return Math.max(0, sizeOf(subnet.cidr) - 5 - used.length)
}
