// DescribeNodegroup, ListNodegroups, DeleteNodegroup.

import type {
  DeleteNodegroupRequest,
  DeleteNodegroupResponse,
  DescribeNodegroupRequest,
  DescribeNodegroupResponse,
  ListNodegroupsRequest,
  ListNodegroupsResponse,
} from '@aws-sdk/client-eks'
import { openUpdates } from '../../reconcile/at-rest.ts'
import { nodeGroupKey } from '../../store/node-group.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { findCluster, findNodeGroup, pageRequest } from './find.ts'
import { nodeGroupView } from './node-group-view.ts'

export const describeNodegroup = operation<DescribeNodegroupRequest, DescribeNodegroupResponse>({
  handles: ['clusterName', 'nodegroupName'],
  run({ input, draft, place }) {
    const row = findNodeGroup(draft, place, input.clusterName, input.nodegroupName)
    return { nodegroup: nodeGroupView(draft, place, row) }
  },
})

export const listNodegroups = operation<ListNodegroupsRequest, ListNodegroupsResponse>({
  handles: ['clusterName', 'maxResults', 'nextToken'],
  run({ input, draft, place }) {
    const { name: cluster } = findCluster(draft, place, input.clusterName)
    const names = draft.rows(place, 'nodeGroups').flatMap((row) => (row.cluster === cluster ? [row.name] : []))
    const page = pageOf(names, (name) => name, pageRequest(input))
    return { nodegroups: [...page.rows], nextToken: page.nextToken }
  },
})

/** An update under way is cancelled by it; no page says what becomes of one [inferred]. */
export const deleteNodegroup = operation<DeleteNodegroupRequest, DeleteNodegroupResponse>({
  handles: ['clusterName', 'nodegroupName'],
  run({ input, draft, place, now }) {
    const row = findNodeGroup(draft, place, input.clusterName, input.nodegroupName)
    const key = nodeGroupKey(row.cluster, row.name)
    for (const { id } of draft.found(place, openUpdates, key))
      draft.change(place, 'nodeGroupUpdates', id, { status: 'Cancelled' })
    const leaving = { ...row, status: 'DELETING' as const, modifiedAt: now }
    draft.put(place, 'nodeGroups', key, leaving)
    draft.change(place, 'groups', row.group, { isDeleting: true, desired: 0, minSize: 0 })
    return { nodegroup: nodeGroupView(draft, place, leaving) }
  },
})
