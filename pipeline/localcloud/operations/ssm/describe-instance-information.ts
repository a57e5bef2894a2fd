// DescribeInstanceInformation: the machines Systems Manager manages here.

import type { DescribeInstanceInformationRequest, DescribeInstanceInformationResult } from '@aws-sdk/client-ssm'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { instancesIn, managedInstances } from './managed-instances.ts'

export const describeInstanceInformation = operation<
  DescribeInstanceInformationRequest,
  DescribeInstanceInformationResult,
  ReadonlySet<string>
>({
  handles: ['Filters', 'MaxResults', 'NextToken'],
  observe: (_input, place, state, machines) => managedInstances(instancesIn(state, place), machines),
  run({ input, draft, place, now, observed }) {
    const wanted = (input.Filters ?? []).find(({ Key }) => Key === 'InstanceIds')?.Values
    const rows = draft
      .rows(place, 'instances')
      .filter(({ id }) => observed.has(id) && (wanted === undefined || wanted.includes(id)))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    const page = pageOf(rows, ({ id }) => id, {
      size: input.MaxResults,
      token: input.NextToken,
      largest: 50,
      badToken: 'InvalidNextToken',
    })
    return {
      InstanceInformationList: page.rows.map(({ id, address }) => ({
        InstanceId: id,
        PingStatus: 'Online',
        LastPingDateTime: new Date(now),
        PlatformType: 'Linux',
        ResourceType: 'EC2Instance',
        IPAddress: address,
      })),
      ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
    }
  },
})
