// SuspendProcesses and ResumeProcesses; CreateOrUpdateTags, DeleteTags and DescribeTags of groups.

import type {
  CreateOrUpdateTagsType,
  DeleteTagsType,
  DescribeTagsType,
  ScalingProcessQuery,
  Tag,
  TagDescription,
  TagsType,
} from '@aws-sdk/client-auto-scaling'
import type { Group } from '../../store/group.ts'
import { type Fields, filtered } from '../filters.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { findAutoScalingGroup, validation } from './group-input.ts'
import { tagView } from './group-view.ts'
import { groupTag } from './groups.ts'

const processes = [
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'Launch',
  'ReplaceUnhealthy',
  'ScheduledActions',
  'Terminate',
] as const

export const suspendProcesses = operation<ScalingProcessQuery, object>({
  handles: ['AutoScalingGroupName', 'ScalingProcesses'],
  run({ input, draft, place }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    draft.change(place, 'groups', group.name, { suspended: [...new Set([...group.suspended, ...asked(input)])].sort() })
    return {}
  },
})

export const resumeProcesses = operation<ScalingProcessQuery, object>({
  handles: ['AutoScalingGroupName', 'ScalingProcesses'],
  run({ input, draft, place }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    const resumed = new Set(asked(input))
    draft.change(place, 'groups', group.name, {
      suspended: group.suspended.filter((process) => !resumed.has(process)),
      retryAt: undefined,
    })
    return {}
  },
})

/** "If you omit this parameter, all processes are specified" [doc: SuspendProcesses]. */
function asked(input: ScalingProcessQuery): readonly string[] {
  const written = input.ScalingProcesses?.length ? input.ScalingProcesses : processes
  const unknown = written.find((process) => !(processes as readonly string[]).includes(process))
  if (unknown !== undefined) throw validation(`Invalid process name ${unknown}`)
  return written
}

export const createOrUpdateTags = operation<CreateOrUpdateTagsType, object>({
  handles: ['Tags'],
  run({ input, draft, place }) {
    for (const tag of input.Tags ?? []) {
      const group = tagged(draft, place, tag)
      const others = group.tags.filter(({ key }) => key !== tag.Key)
      draft.change(place, 'groups', group.name, { tags: [...others, groupTag(tag)] })
    }
    return {}
  },
})

export const deleteTags = operation<DeleteTagsType, object>({
  handles: ['Tags'],
  run({ input, draft, place }) {
    for (const tag of input.Tags ?? []) {
      const group = tagged(draft, place, tag)
      draft.change(place, 'groups', group.name, { tags: group.tags.filter(({ key }) => key !== tag.Key) })
    }
    return {}
  },
})

function tagged(draft: Parameters<typeof findAutoScalingGroup>[0], place: string, tag: Tag): Group {
  if (tag.ResourceType !== undefined && tag.ResourceType !== 'auto-scaling-group')
    throw validation(`Resource type ${tag.ResourceType} is not valid`)
  return findAutoScalingGroup(draft, place, tag.ResourceId)
}

const fields: Fields<TagDescription> = {
  'auto-scaling-group': (tag) => tag.ResourceId,
  key: (tag) => tag.Key,
  value: (tag) => tag.Value,
  'propagate-at-launch': (tag) => tag.PropagateAtLaunch,
}

export const describeTags = operation<DescribeTagsType, TagsType>({
  handles: ['Filters', 'MaxRecords', 'NextToken'],
  run({ input, draft, place }) {
    const all = draft.rows(place, 'groups').flatMap((group) => group.tags.map((tag) => tagView(group.name, tag)))
    const request = { size: input.MaxRecords, token: input.NextToken, largest: 100, badToken: 'InvalidNextToken' }
    const page = pageOf(filtered(all, input.Filters, fields), (tag) => `${tag.ResourceId} ${tag.Key}`, request)
    return { NextToken: page.nextToken, Tags: [...page.rows] }
  },
})
