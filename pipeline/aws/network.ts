// Where machines stand: zones, subnets and the default network; how many there may be; and who is asking.

import { DescribeAvailabilityZonesCommand, DescribeSubnetsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2'
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import type { CloudAt, SubnetDetail } from '../ports/index.ts'
import { optional, outcomeOf, resourceId, text, wholeNumber } from './answer.ts'
import type { Caller } from './caller.ts'
import { CallFailed } from './failure.ts'
import { everyItem, slicesOf } from './pages.ts'

type NetworkVerbs = Pick<CloudAt, 'identity' | 'zones' | 'subnets' | 'quota' | 'defaultNetwork'>

export function networkVerbs(call: Caller): NetworkVerbs {
  return {
    identity: () => outcomeOf(() => identity(call)),
    zones: () => outcomeOf(() => zones(call)),
    subnets: (ids) => outcomeOf(() => subnets(call, ids)),
    quota: (service, code) => outcomeOf(() => quota(call, service, code)),
    defaultNetwork: () => outcomeOf(() => defaultNetwork(call)),
  }
}

async function identity(call: Caller): Promise<{ readonly account: string; readonly arn: string }> {
  const answer = await call('GetCallerIdentity', ({ sts }) => sts.send(new GetCallerIdentityCommand({})))
  return { account: text(answer.Account, 'account'), arn: text(answer.Arn, 'ARN') }
}

async function zones(call: Caller): Promise<readonly string[]> {
  const request = new DescribeAvailabilityZonesCommand({
    Filters: [
      { Name: 'state', Values: ['available'] },
      { Name: 'zone-type', Values: ['availability-zone'] },
    ],
  })
  const answer = await call('DescribeAvailabilityZones', ({ ec2 }) => ec2.send(request))
  return (answer.AvailabilityZones ?? []).map(({ ZoneName }) => text(ZoneName, 'name of the zone'))
}

async function subnets(call: Caller, ids: readonly string[]): Promise<readonly SubnetDetail[]> {
  const found: SubnetDetail[] = []
  for (const SubnetIds of slicesOf(ids, 100)) {
    const request = new DescribeSubnetsCommand({ SubnetIds: [...SubnetIds] })
    const answer = await call(`DescribeSubnets ${SubnetIds.join(' ')}`, ({ ec2 }) => ec2.send(request))
    found.push(
      ...(answer.Subnets ?? []).map((subnet) => ({
        id: resourceId('subnet', subnet.SubnetId),
        zone: text(subnet.AvailabilityZone, 'zone of the subnet'),
        freeAddresses: wholeNumber(subnet.AvailableIpAddressCount, 'free addresses of the subnet'),
        ...optional('givesPublicAddresses', subnet.MapPublicIpOnLaunch),
      })),
    )
  }
  return found
}

async function quota(call: Caller, ServiceCode: string, QuotaCode: string): Promise<number> {
  const request = new GetServiceQuotaCommand({ ServiceCode, QuotaCode })
  const { Quota } = await call(`GetServiceQuota ${ServiceCode} ${QuotaCode}`, ({ serviceQuotas }) => serviceQuotas.send(request))
  return wholeNumber(Quota?.Value, 'value of the quota')
}

async function defaultNetwork(
  call: Caller,
): Promise<{ readonly vpcId: string; readonly subnetIds: readonly string[]; readonly cidr: string }> {
  const request = new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] })
  const { Vpcs } = await call('DescribeVpcs', ({ ec2 }) => ec2.send(request))
  const vpc = Vpcs?.[0]
  if (vpc === undefined) {
    const message = 'DescribeVpcs: the account has no default VPC in this region'
    throw new CallFailed({ ok: false, kind: 'not-found', code: 'NoDefaultVpc', message })
  }
  const vpcId = resourceId('vpc', vpc.VpcId)
  const subnets = await everyItem(async (NextToken) => {
    const Filters = [{ Name: 'vpc-id', Values: [vpcId] }]
    const answer = await call(`DescribeSubnets ${vpcId}`, ({ ec2 }) =>
      ec2.send(new DescribeSubnetsCommand({ Filters, NextToken })),
    )
    return { items: answer.Subnets, next: answer.NextToken }
  })
  return {
    vpcId,
    subnetIds: subnets.map(({ SubnetId }) => resourceId('subnet', SubnetId)),
    cidr: text(vpc.CidrBlock, 'CIDR of the VPC'),
  }
}
