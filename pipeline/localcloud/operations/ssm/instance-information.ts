// DescribeInstanceInformation: the machines Systems Manager can reach.

import type { DescribeInstanceInformationRequest, DescribeInstanceInformationResult } from '@aws-sdk/client-ssm'
import { unsupported } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { managedInstances } from './managed.ts'

export const describeInstanceInformation = operation<
  DescribeInstanceInformationRequest,
  DescribeInstanceInformationResult,
  readonly string[]
>({
  handles: ['Filters', 'InstanceInformationFilterList', 'MaxResults', 'NextToken'],
  observe: (_input, place, state, machines) => managedInstances(state, place, machines),
  run({ input, draft, place, now, observed }) {
    const wanted = wantedIds(input)
    const rows = observed
      .flatMap((id) => draft.get(place, 'instances', id) ?? [])
      .filter(({ id }) => wanted === undefined || wanted.includes(id))
    const page = pageOf(rows, ({ id }) => id, {
      size: input.MaxResults,
      token: input.NextToken,
      largest: 50,
      badToken: 'InvalidNextToken',
    })
    return {
      NextToken: page.nextToken,
      InstanceInformationList: page.rows.map((instance) => ({
        InstanceId: instance.id,
        PingStatus: 'Online' as const,
        LastPingDateTime: new Date(now),
        PlatformType: 'Linux' as const,
        PlatformName: 'Debian GNU/Linux',
        ResourceType: 'EC2Instance' as const,
        IPAddress: instance.address,
      })),
    }
  },
})

function wantedIds(input: DescribeInstanceInformationRequest): readonly string[] | undefined {
  const filters = [
    ...(input.Filters ?? []).map(({ Key, Values }) => ({ key: Key, values: Values })),
    ...(input.InstanceInformationFilterList ?? []).map(({ key, valueSet }) => ({ key, values: valueSet })),
  ]
  const stray = filters.find(({ key }) => key !== 'InstanceIds')
  if (stray !== undefined) throw unsupported(`the filter ${stray.key} of DescribeInstanceInformation`)
  return filters.length === 0 ? undefined : filters.flatMap(({ values }) => values ?? [])
}
