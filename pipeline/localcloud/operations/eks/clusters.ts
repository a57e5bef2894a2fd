// CreateCluster, DescribeCluster, ListClusters, DeleteCluster: as far as a node group needs a cluster.

import type {
  CreateClusterRequest,
  CreateClusterResponse,
  DeleteClusterRequest,
  DeleteClusterResponse,
  DescribeClusterRequest,
  DescribeClusterResponse,
  ListClustersRequest,
  ListClustersResponse,
  Cluster as WireCluster,
} from '@aws-sdk/client-eks'
import { ensureDefaultNetwork } from '../../store/default-network.ts'
import type { Cluster } from '../../store/node-group.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { findCluster, invalid, pageRequest } from './find.ts'

/** What a cluster is that says nothing of its version; the newest is AWS's to say: this one is [inferred]. */
const defaultVersion = '1.34'

export const createCluster = operation<CreateClusterRequest, CreateClusterResponse>({
  handles: [
    'name',
    'version',
    'roleArn',
    'resourcesVpcConfig.subnetIds',
    'resourcesVpcConfig.securityGroupIds',
    'clientRequestToken',
    'tags',
  ],
  run({ input, draft, place, account, region, network, now }) {
    const name = input.name ?? ''
    if (!/^[0-9A-Za-z][A-Za-z0-9\-_]{0,99}$/.test(name))
      throw invalid('The cluster name must be 1 to 100 letters, digits, hyphens and underscores')
    const known = draft.get(place, 'clusters', name)
    if (known !== undefined) {
      if (input.clientRequestToken !== undefined && known.clientToken === input.clientRequestToken)
        return { cluster: clusterView(known) }
      throw new ApiFault('ResourceInUseException', `Cluster already exists with name: ${name}`)
    }
    const { id: vpcId } = ensureDefaultNetwork(draft, place, network.cidr)
    const subnetIds = subnetsOfTwoZones(draft, place, input.resourcesVpcConfig?.subnetIds ?? [])
    const cluster: Cluster = {
      name,
      arn: `arn:aws:eks:${region}:${account}:cluster/${name}`,
      createdAt: now,
      version: input.version ?? defaultVersion,
      roleArn: input.roleArn ?? '',
      vpcId,
      subnetIds,
      securityGroupIds: input.resourcesVpcConfig?.securityGroupIds ?? [],
      clusterSecurityGroupId: defaultSecurityGroup(draft, place, vpcId),
      tags: input.tags ?? {},
      ...(input.clientRequestToken === undefined ? {} : { clientToken: input.clientRequestToken }),
    }
    draft.put(place, 'clusters', name, cluster)
    return { cluster: clusterView(cluster) }
  },
})

/** "Subnets in at least two Availability Zones" [doc: eks/network-reqs]. */
function subnetsOfTwoZones(draft: Draft, place: PlaceKey, subnetIds: readonly string[]): readonly string[] {
  const zones = subnetIds.map((id) => {
    const subnet = draft.get(place, 'subnets', id)
    if (subnet === undefined) throw invalid(`The subnet ID '${id}' does not exist`)
    return subnet.zone
  })
  if (new Set(zones).size < 2) throw invalid('Subnets specified must be in at least two different AZs')
  return subnetIds
}

/** EKS makes a group of its own; here it is the network's default, which lets its members reach one another too. */
function defaultSecurityGroup(draft: Draft, place: PlaceKey, vpcId: string): string {
  return draft.rows(place, 'securityGroups').find((group) => group.vpcId === vpcId && group.name === 'default')?.id ?? ''
}

export const describeCluster = operation<DescribeClusterRequest, DescribeClusterResponse>({
  handles: ['name'],
  run: ({ input, draft, place }) => ({ cluster: clusterView(findCluster(draft, place, input.name)) }),
})

export const listClusters = operation<ListClustersRequest, ListClustersResponse>({
  handles: ['maxResults', 'nextToken'],
  run({ input, draft, place }) {
    const names = draft.rows(place, 'clusters').map(({ name }) => name)
    const page = pageOf(names, (name) => name, pageRequest(input))
    return { clusters: [...page.rows], nextToken: page.nextToken }
  },
})

export const deleteCluster = operation<DeleteClusterRequest, DeleteClusterResponse>({
  handles: ['name'],
  run({ input, draft, place }) {
    const cluster = findCluster(draft, place, input.name)
    // "If you have any nodes attached to the cluster, you must delete them first" [doc: eks/API_DeleteCluster].
    if (draft.rows(place, 'nodeGroups').some((one) => one.cluster === cluster.name))
      throw new ApiFault('ResourceInUseException', 'Cluster has nodegroups attached')
    draft.remove(place, 'clusters', cluster.name)
    return { cluster: { ...clusterView(cluster), status: 'DELETING' } }
  },
})

function clusterView(cluster: Cluster): WireCluster {
  return {
    name: cluster.name,
    arn: cluster.arn,
    createdAt: new Date(cluster.createdAt),
    version: cluster.version,
    roleArn: cluster.roleArn,
    resourcesVpcConfig: {
      subnetIds: [...cluster.subnetIds],
      securityGroupIds: [...cluster.securityGroupIds],
      clusterSecurityGroupId: cluster.clusterSecurityGroupId,
      vpcId: cluster.vpcId,
    },
    status: 'ACTIVE',
    ...(cluster.controlPlane && {
      endpoint: cluster.controlPlane.endpoint,
      certificateAuthority: { data: Buffer.from(cluster.controlPlane.authority).toString('base64') },
    }),
    tags: { ...cluster.tags },
    ...(cluster.clientToken === undefined ? {} : { clientRequestToken: cluster.clientToken }),
  }
}
