// Clusters and node groups by name, and the refusals EKS has for what is not there.

import type { Cluster, NodeGroup } from '../../store/node-group.ts'
import { nodeGroupKey } from '../../store/node-group.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import type { PageRequest } from '../pages.ts'

export function findCluster(draft: Draft, place: PlaceKey, name: string | undefined): Cluster {
  const cluster = draft.get(place, 'clusters', name ?? '')
  if (cluster !== undefined) return cluster
  throw new ApiFault('ResourceNotFoundException', `No cluster found for name: ${name}.`)
}

export function findNodeGroup(draft: Draft, place: PlaceKey, cluster: string | undefined, name: string | undefined): NodeGroup {
  const { name: of } = findCluster(draft, place, cluster)
  const group = draft.get(place, 'nodeGroups', nodeGroupKey(of, name ?? ''))
  if (group !== undefined) return group
  throw new ApiFault('ResourceNotFoundException', `No node group found for name: ${name}.`)
}

export function invalid(message: string): ApiFault {
  return new ApiFault('InvalidParameterException', message)
}

/** "This value can be between 1 and 100; if you don't use this parameter, 100 results" [model]. */
export function pageRequest(input: { maxResults?: number | undefined; nextToken?: string | undefined }): PageRequest {
  const { maxResults: size, nextToken: token } = input
  if (size !== undefined && (size < 1 || size > 100)) throw invalid(`maxResults ${size} must be between 1 and 100`)
  return { size, token, largest: 100, badToken: 'InvalidParameterException' }
}
