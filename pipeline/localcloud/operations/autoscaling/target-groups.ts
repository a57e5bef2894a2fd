// AttachLoadBalancerTargetGroups, DetachLoadBalancerTargetGroups, DescribeLoadBalancerTargetGroups.

import type {
  AttachLoadBalancerTargetGroupsType,
  DescribeLoadBalancerTargetGroupsRequest,
  DescribeLoadBalancerTargetGroupsResponse,
  DetachLoadBalancerTargetGroupsType,
} from '@aws-sdk/client-auto-scaling'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { findAutoScalingGroup, validation } from './group-input.ts'

export const attachLoadBalancerTargetGroups = operation<AttachLoadBalancerTargetGroupsType, object>({
  handles: ['AutoScalingGroupName', 'TargetGroupARNs'],
  run({ input, draft, place }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    const added = (input.TargetGroupARNs ?? []).map((arn) => knownTargetGroup(draft, place, arn))
    draft.change(place, 'groups', group.name, { targetGroups: [...new Set([...(group.targetGroups ?? []), ...added])] })
    return {}
  },
})

export const detachLoadBalancerTargetGroups = operation<DetachLoadBalancerTargetGroupsType, object>({
  handles: ['AutoScalingGroupName', 'TargetGroupARNs'],
  run({ input, draft, place }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    const gone = input.TargetGroupARNs ?? []
    draft.change(place, 'groups', group.name, { targetGroups: (group.targetGroups ?? []).filter((arn) => !gone.includes(arn)) })
    return {}
  },
})

export const describeLoadBalancerTargetGroups = operation<
  DescribeLoadBalancerTargetGroupsRequest,
  DescribeLoadBalancerTargetGroupsResponse
>({
  handles: ['AutoScalingGroupName', 'NextToken', 'MaxRecords'],
  run({ input, draft, place }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    const request = { size: input.MaxRecords, token: input.NextToken, largest: 100, badToken: 'InvalidNextToken' }
    const page = pageOf(group.targetGroups ?? [], (arn) => arn, request)
    const states = page.rows.map((arn) => ({ LoadBalancerTargetGroupARN: arn, State: stateOf(draft, place, group.name, arn) }))
    return { NextToken: page.nextToken, LoadBalancerTargetGroups: states }
  },
})

/** "InService: at least one instance passed the health checks" [doc: LoadBalancerTargetGroupState]. */
function stateOf(draft: Draft, place: PlaceKey, group: string, arn: string): 'Added' | 'InService' {
  const targets = draft.get(place, 'targetGroups', arn)?.targets ?? []
  return targets.some((target) => target.group === group && target.state === 'healthy') ? 'InService' : 'Added'
}

export function knownTargetGroup(draft: Draft, place: PlaceKey, arn: string): string {
  if (draft.get(place, 'targetGroups', arn) !== undefined) return arn
  throw validation(`Provided Target Groups may not be valid. Please ensure they exist and try again. (${arn})`)
}
