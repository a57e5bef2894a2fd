// DescribeAutoScalingGroups, DescribeAutoScalingInstances, DescribeScalingActivities.

import type {
  ActivitiesType,
  AutoScalingGroupNamesType,
  AutoScalingGroupsType,
  AutoScalingInstancesType,
  DescribeAutoScalingInstancesType,
  DescribeScalingActivitiesType,
  Activity as WireActivity,
} from '@aws-sdk/client-auto-scaling'
import type { Activity, Group } from '../../store/group.ts'
import { type Fields, filtered, type WireFilter } from '../filters.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { findAutoScalingGroup } from './group-input.ts'
import { groupView, keptGroupView, memberView } from './group-view.ts'

interface TaggedGroup {
  readonly group: Group
  readonly tags: Readonly<Record<string, string>>
}

const fields: Fields<TaggedGroup> = { 'tag-value': ({ tags }) => Object.values(tags) }

export const describeAutoScalingGroups = operation<AutoScalingGroupNamesType, AutoScalingGroupsType>({
  handles: ['AutoScalingGroupNames', 'Filters', 'IncludeInstances', 'MaxRecords', 'NextToken'],
  run({ input, draft, place }) {
    const all = byName(draft.rows(place, 'groups'))
    const names = new Set(input.AutoScalingGroupNames)
    const named = names.size === 0 ? all : all.filter((group) => names.has(group.name))
    const request = { size: input.MaxRecords, token: input.NextToken, largest: 100, badToken: 'InvalidNextToken' }
    const page = pageOf(withTags(named, input.Filters), (group) => group.name, request)
    const AutoScalingGroups = page.rows.map((group) =>
      input.IncludeInstances === false ? { ...groupView(group), Instances: [] } : keptGroupView(group),
    )
    return { NextToken: page.nextToken, AutoScalingGroups }
  },
})

const sorted = new WeakMap<readonly Group[], readonly Group[]>()

/** A list of rows never changes, so it is put in order once. */
function byName(groups: readonly Group[]): readonly Group[] {
  const known = sorted.get(groups)
  if (known !== undefined) return known
  const inOrder = groups.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  sorted.set(groups, inOrder)
  return inOrder
}

function withTags(groups: readonly Group[], filters: readonly WireFilter[] | undefined): readonly Group[] {
  if (!filters?.length) return groups
  const tagged = groups.map((group) => ({ group, tags: Object.fromEntries(group.tags.map((tag) => [tag.key, tag.value])) }))
  return filtered(tagged, filters, fields).map(({ group }) => group)
}

export const describeAutoScalingInstances = operation<DescribeAutoScalingInstancesType, AutoScalingInstancesType>({
  handles: ['InstanceIds', 'MaxRecords', 'NextToken'],
  run({ input, draft, place }) {
    const ids = input.InstanceIds
    const rows = draft
      .rows(place, 'groups')
      .flatMap((group) => group.members.map((member) => ({ group, member })))
      .filter(({ member }) => !ids?.length || ids.includes(member.instanceId))
    const request = { size: input.MaxRecords, token: input.NextToken, largest: 50, badToken: 'InvalidNextToken' }
    const page = pageOf(rows, ({ member }) => member.instanceId, request)
    return {
      NextToken: page.nextToken,
      AutoScalingInstances: page.rows.map(({ group, member }) => {
        const { HealthStatus, ...view } = memberView(member)
        return { ...view, AutoScalingGroupName: group.name, HealthStatus: HealthStatus?.toUpperCase() }
      }),
    }
  },
})

export const describeScalingActivities = operation<DescribeScalingActivitiesType, ActivitiesType>({
  handles: ['ActivityIds', 'AutoScalingGroupName', 'MaxRecords', 'NextToken'],
  run({ input, draft, place }) {
    const group =
      input.AutoScalingGroupName === undefined ? undefined : findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    const rows = draft
      .rows(place, 'activities')
      .filter((activity) => group === undefined || activity.group === group.name)
      .filter((activity) => !input.ActivityIds?.length || input.ActivityIds.includes(activity.id))
      .sort((a, b) => b.order - a.order)
    const request = { size: input.MaxRecords, token: input.NextToken, largest: 100, badToken: 'InvalidNextToken' }
    const page = pageOf(rows, (activity) => activity.id, request)
    return { NextToken: page.nextToken, Activities: page.rows.map(activityView) }
  },
})

export function activityView(activity: Activity): WireActivity {
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: activity.group,
    Cause: activity.cause,
    Description: activity.description,
    StartTime: new Date(activity.startedAt),
    StatusCode: activity.status,
    Progress: activity.progress,
    Details: JSON.stringify({ 'Subnet ID': activity.subnetId, 'Availability Zone': activity.zone }),
    ...(activity.endedAt === undefined ? {} : { EndTime: new Date(activity.endedAt) }),
    ...(activity.statusMessage === undefined ? {} : { StatusMessage: activity.statusMessage }),
  }
}
