// CreateNodegroup: an Auto Scaling group, a copy of the launch template and an instance profile, all of the node group's own.

import type { CreateNodegroupRequest, CreateNodegroupResponse } from '@aws-sdk/client-eks'
import { autoScalingRole } from '../../store/account.ts'
import type { Group } from '../../store/group.ts'
import { type Cluster, type NodeGroup, nodeGroupKey } from '../../store/node-group.ts'
import { type Draft, everywhere, type PlaceKey } from '../../store/state.ts'
import { putVersion } from '../../store/template-versions.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { vcpusOf } from '../ec2/instance-types.ts'
import { type Call, operation } from '../operation.ts'
import { findCluster, invalid } from './find.ts'
import { nodeGroupView } from './node-group-view.ts'
import { firstScaling, firstUpdateRules, scalingOf, taintsOf, updateRulesOf } from './node-rules.ts'
import { type NodeTemplate, nodeLaunch, nodeTemplate, ownData, refuseTypesTwice } from './node-template.ts'

export const createNodegroup = operation<CreateNodegroupRequest, CreateNodegroupResponse>({
  handles: [
    'clusterName',
    'nodegroupName',
    'scalingConfig',
    'diskSize',
    'subnets',
    'instanceTypes',
    'amiType',
    'remoteAccess',
    'nodeRole',
    'labels',
    'taints',
    'tags',
    'clientRequestToken',
    'launchTemplate',
    'updateConfig',
    'capacityType',
    'version',
    'releaseVersion',
  ],
  run(call) {
    const { input, draft, place } = call
    const cluster = findCluster(draft, place, input.clusterName)
    const name = input.nodegroupName ?? ''
    if (!/^[0-9A-Za-z][A-Za-z0-9\-_]{0,62}$/.test(name))
      throw invalid('The node group name must be 1 to 63 letters, digits, hyphens and underscores')
    const known = draft.get(place, 'nodeGroups', nodeGroupKey(cluster.name, name))
    if (known !== undefined) {
      if (input.clientRequestToken !== undefined && known.clientToken === input.clientRequestToken)
        return { nodegroup: nodeGroupView(draft, place, known) }
      throw new ApiFault('ResourceInUseException', `NodeGroup already exists with name ${name} and cluster name ${cluster.name}`)
    }
    if (input.launchTemplate === undefined) throw unsupported('CreateNodegroup without launchTemplate (EKS optimized AMIs)')
    if ((input.capacityType ?? 'ON_DEMAND') !== 'ON_DEMAND') throw unsupported(`capacityType=${input.capacityType}`)
    refuseBesideTemplate(input)
    const template = nodeTemplate(draft, place, input.launchTemplate)
    refuseTypesTwice(input.instanceTypes ?? [], template)
    const made = nodeGroupOf(call, cluster, template)
    makeResources(call, cluster, made, template)
    draft.put(place, 'nodeGroups', nodeGroupKey(cluster.name, name), made)
    return { nodegroup: nodeGroupView(draft, place, made) }
  },
})

/** "Node group configuration: prohibited" with a template, and with a custom image in it [doc: eks/launch-templates, eks/launch-templates#mng-ami-id-conditions]. */
function refuseBesideTemplate(input: CreateNodegroupRequest): void {
  if (input.diskSize !== undefined) throw invalid('Disk size must be specified within the launch template.')
  if (input.remoteAccess !== undefined) throw invalid('Remote access configuration cannot be specified with a launch template.')
  if (input.amiType !== undefined && input.amiType !== 'CUSTOM')
    throw invalid('You cannot specify an AMI Type other than CUSTOM, when specifying an image id in your launch template.')
  refuseVersions(input)
}

/** The first in EKS's words [thread: pulumi/pulumi-eks#1283], the second after them [inferred]. */
export function refuseVersions(input: { version?: string | undefined; releaseVersion?: string | undefined }): void {
  const when = 'to use when specifying an image id to use within the launch template.'
  if (input.version !== undefined) throw invalid(`You cannot specify a kubernetes version ${when}`)
  if (input.releaseVersion !== undefined) throw invalid(`You cannot specify an AMI release version ${when}`)
}

function nodeGroupOf(call: Call<CreateNodegroupRequest>, cluster: Cluster, template: NodeTemplate): NodeGroup {
  const { input, draft, place, account, region, now } = call
  const name = input.nodegroupName ?? ''
  const id = draft.mintUuid()
  return {
    cluster: cluster.name,
    name,
    arn: `arn:aws:eks:${region}:${account}:nodegroup/${cluster.name}/${name}/${id}`,
    createdAt: now,
    modifiedAt: now,
    status: 'CREATING',
    version: cluster.version,
    source: template.source,
    imageId: template.imageId,
    own: { id: draft.mint('lt'), name: `eks-${id}`, version: 1 },
    group: `eks-${name}-${id}`,
    instanceProfile: `eks-${id}`,
    nodeRole: nodeRoleOf(input.nodeRole, account),
    instanceTypes: knownTypes(input.instanceTypes ?? []),
    subnetIds: knownSubnets(draft, place, input.subnets ?? []),
    scaling: scalingOf(input.scalingConfig, firstScaling),
    updates: updateRulesOf(input.updateConfig, firstUpdateRules),
    labels: input.labels ?? {},
    taints: taintsOf(input.taints),
    tags: input.tags ?? {},
    ...(input.clientRequestToken === undefined ? {} : { clientToken: input.clientRequestToken }),
  }
}

function nodeRoleOf(written: string | undefined, account: string): string {
  if (written?.startsWith(`arn:aws:iam::${account}:role/`)) return written
  throw invalid(`The node role ${written} is not the ARN of a role of this account.`)
}

function knownTypes(types: readonly string[]): readonly string[] {
  if (types.length > 20) throw invalid('At most 20 instance types can be specified.')
  for (const type of types) if (vcpusOf(type) === undefined) throw invalid(`The instance type ${type} does not exist.`)
  return types
}

function knownSubnets(draft: Draft, place: PlaceKey, ids: readonly string[]): readonly string[] {
  if (ids.length === 0) throw invalid('Subnets are required.')
  for (const id of ids) if (draft.get(place, 'subnets', id) === undefined) throw invalid(`The subnet ID '${id}' does not exist`)
  return ids
}

function makeResources(
  { draft, place, account, region, now }: Call<CreateNodegroupRequest>,
  cluster: Cluster,
  made: NodeGroup,
  template: NodeTemplate,
): void {
  const { own } = made
  const eks = `arn:aws:sts::${account}:assumed-role/AWSServiceRoleForAmazonEKSNodegroup/EKS`
  const tags = { 'eks:cluster-name': cluster.name, 'eks:nodegroup-name': made.name }
  draft.put(everywhere, 'instanceProfiles', `${account}/${made.instanceProfile}`, {
    account,
    name: made.instanceProfile,
    id: `AIPA${draft.mintHex(17).toUpperCase()}`,
    roleName: made.nodeRole.slice(made.nodeRole.lastIndexOf('/') + 1),
    createdAt: now,
    tags: {},
  })
  draft.put(place, 'launchTemplates', own.id, {
    id: own.id,
    name: own.name,
    createdAt: now,
    createdBy: eks,
    defaultVersion: 1,
    latestVersion: 1,
    tags,
  })
  const data = ownData(template, cluster, made)
  putVersion(draft, place, own, { number: 1, createdAt: now, createdBy: eks, data })
  const group: Group = {
    name: made.group,
    arn: `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:${draft.mintUuid()}:autoScalingGroupName/${made.group}`,
    createdAt: now,
    ...made.scaling,
    launch: nodeLaunch(own, made.instanceTypes, data),
    zones: [...new Set(made.subnetIds.map((id) => draft.get(place, 'subnets', id)?.zone ?? ''))],
    subnetIds: made.subnetIds,
    cooldownSeconds: 300,
    healthCheckType: 'EC2',
    gracePeriodSeconds: 15,
    newInstancesProtected: false,
    terminationPolicies: ['AllocationStrategy', 'OldestLaunchTemplate', 'OldestInstance'],
    suspended: [],
    serviceLinkedRole: autoScalingRole(account),
    tags: groupTags(cluster.name, tags),
    members: [],
    isDeleting: false,
    failedLaunches: 0,
  }
  draft.put(place, 'groups', group.name, group)
}

/** "Nodes launched as part of a managed node group are automatically tagged for auto-discovery by the Cluster Autoscaler" [doc: eks/managed-node-groups]. */
function groupTags(cluster: string, tags: Readonly<Record<string, string>>): Group['tags'] {
  const all = {
    ...tags,
    'k8s.io/cluster-autoscaler/enabled': 'true',
    [`k8s.io/cluster-autoscaler/${cluster}`]: 'owned',
    [`kubernetes.io/cluster/${cluster}`]: 'owned',
  }
  return Object.entries(all).map(([key, value]) => ({ key, value, propagates: true }))
}
