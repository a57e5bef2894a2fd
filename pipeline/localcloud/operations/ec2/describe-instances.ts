// DescribeInstances and DescribeInstanceStatus.

import type {
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult,
  DescribeInstancesRequest,
  DescribeInstancesResult,
} from '@aws-sdk/client-ec2'
import type { Instance } from '../../store/instance.ts'
import { zoneId } from '../../store/region.ts'
import { type Fields, filtered } from '../filters.ts'
import { type Call, operation } from '../operation.ts'
import { pageOf, refuseSizeBesideIds } from '../pages.ts'
import { instancesById, keptInstanceView, stateView } from './instance-view.ts'

const sharedFields = {
  'availability-zone': (instance) => instance.zone,
  'instance-state-name': (instance) => instance.state,
  'instance-state-code': (instance) => stateView(instance.state).Code,
} satisfies Fields<Instance>

const fields: Fields<Instance> = {
  ...sharedFields,
  architecture: (instance) => instance.architecture,
  'client-token': (instance) => instance.clientToken,
  'iam-instance-profile.name': (instance) => instance.instanceProfile,
  'image-id': (instance) => instance.imageId,
  'instance-id': (instance) => instance.id,
  'instance-type': (instance) => instance.instanceType,
  'instance.group-id': (instance) => instance.securityGroupIds,
  'key-name': (instance) => instance.keyName,
  'private-ip-address': (instance) => instance.address,
  'reservation-id': (instance) => instance.reservationId,
  'subnet-id': (instance) => instance.subnetId,
  'vpc-id': (instance) => instance.vpcId,
}

export const describeInstances = operation<DescribeInstancesRequest, DescribeInstancesResult>({
  handles: ['InstanceIds', 'Filters', 'MaxResults', 'NextToken'],
  filters: fields,
  run(call) {
    const page = paged(call, filtered(named(call), call.input.Filters, fields))
    const reservations = new Map<string, Instance[]>()
    for (const instance of page.rows) {
      const together = reservations.get(instance.reservationId)
      if (together === undefined) reservations.set(instance.reservationId, [instance])
      else together.push(instance)
    }
    return {
      NextToken: page.nextToken,
      Reservations: [...reservations].map(([ReservationId, instances]) => ({
        ReservationId,
        OwnerId: call.account,
        Groups: [],
        Instances: instances.map((instance) => keptInstanceView(call.draft, call.place, instance)),
      })),
    }
  },
})

const statusFields: Fields<Instance> = {
  ...sharedFields,
  'availability-zone-id': (instance) => zoneId(instance.zone),
  'instance-status.reachability': (instance) => reachability(statusOf(instance)),
  'instance-status.status': statusOf,
  'system-status.reachability': (instance) => reachability(hostStatusOf(instance)),
  'system-status.status': hostStatusOf,
}

export const describeInstanceStatus = operation<DescribeInstanceStatusRequest, DescribeInstanceStatusResult>({
  handles: ['InstanceIds', 'Filters', 'MaxResults', 'NextToken', 'IncludeAllInstances'],
  filters: statusFields,
  run(call) {
    const { Filters, IncludeAllInstances } = call.input
    // "By default, only running instances are described" [doc: DescribeInstanceStatus].
    const shown = named(call).filter(({ state }) => IncludeAllInstances || state === 'running')
    const page = paged(call, filtered(shown, Filters, statusFields))
    return {
      NextToken: page.nextToken,
      InstanceStatuses: page.rows.map((instance) => ({
        InstanceId: instance.id,
        AvailabilityZone: instance.zone,
        AvailabilityZoneId: zoneId(instance.zone),
        InstanceState: stateView(instance.state),
        InstanceStatus: checkView(statusOf(instance)),
        SystemStatus: checkView(hostStatusOf(instance)),
      })),
    }
  },
})

/** The instances that are asked for by ID, or all. */
function named({ input, draft, place }: Call<DescribeInstancesRequest>): readonly Instance[] {
  const ids = input.InstanceIds
  refuseSizeBesideIds(input.MaxResults, ids, 'instancesSet')
  return ids?.length ? instancesById(draft, place, ids) : draft.rows(place, 'instances')
}

function paged({ input }: Call<DescribeInstancesRequest>, rows: readonly Instance[]) {
  const request = { size: input.MaxResults, token: input.NextToken, largest: 1_000, badToken: 'InvalidNextToken' }
  return pageOf(rows, (instance) => instance.id, request)
}

function checkView(status: CheckStatus) {
  const Status = reachability(status)
  return { Status: status, ...(Status && { Details: [{ Name: 'reachability' as const, Status }] }) }
}

function reachability(status: CheckStatus): 'passed' | 'failed' | 'initializing' | undefined {
  if (status === 'not-applicable') return undefined
  if (status === 'initializing') return status
  return status === 'ok' ? 'passed' : 'failed'
}

type CheckStatus = 'ok' | 'impaired' | 'initializing' | 'not-applicable'

/** "System status checks monitor the AWS systems on which your instance runs" [doc: monitoring-system-instance-status-check]: a machine that is silent is none of them. */
function hostStatusOf(instance: Instance): CheckStatus {
  const status = statusOf(instance)
  return status === 'impaired' ? 'ok' : status
}

function statusOf(instance: Instance): CheckStatus {
  if (instance.state === 'pending') return 'initializing'
  if (instance.state !== 'running') return 'not-applicable'
  if (instance.isImpaired) return 'impaired'
  return instance.machine === 'answering' ? 'ok' : 'initializing'
}
