// Where machines stand: zones and the default network; and who is asking.

import { DescribeAvailabilityZonesCommand, DescribeSubnetsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import type { CloudAt } from '../ports/index.ts'
import { outcomeOf, resourceId, text } from './answer.ts'
import type { Caller } from './caller.ts'
import { CallFailed } from './failure.ts'
import { everyItem } from './pages.ts'

type NetworkVerbs = Pick<CloudAt, 'identity' | 'zones' | 'defaultNetwork'>

export function networkVerbs(call: Caller): NetworkVerbs {
  return {
    identity: () => outcomeOf(() => identity(call)),
    zones: () => outcomeOf(() => zones(call)),
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
