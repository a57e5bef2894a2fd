// A group as it is now: Auto Scaling's own, or the one that a managed node group of EKS has its machines in.

import type { CloudAt, CloudOutcome, GroupState, NodeGroupState, Tags } from '../ports/index.ts'
import type { GroupTarget } from '../release/index.ts'

export interface GroupNow extends GroupState {
  /** Set for a managed node group: the group then has its name, its owner's template, and its tags beside its own. */
  readonly nodeGroup?: NodeGroupState
}

type Named = Pick<GroupTarget, 'name' | 'nodeGroup'>

/** Undefined: there is no such group. */
export async function groupNow(at: CloudAt, { name, nodeGroup }: Named): Promise<CloudOutcome<GroupNow | undefined>> {
  if (nodeGroup === undefined) return autoScalingGroup(at, name)
  const { cluster, name: ownName } = nodeGroup
  const found = await at.describeNodeGroup({ cluster, name: ownName })
  if (!found.ok) return found.kind === 'not-found' ? absent : found
  const { group: within, template, tags } = found.value
  const group = within === undefined ? absent : await autoScalingGroup(at, within)
  if (!group.ok) return group
  const launchSource = template === undefined ? ({ kind: 'none' } as const) : { kind: 'template' as const, ...template }
  const state = group.value ?? noMachines
  return { ok: true, value: { ...state, name, launchSource, tags: { ...state.tags, ...tags }, nodeGroup: found.value } }
}

async function autoScalingGroup(at: CloudAt, name: string): Promise<CloudOutcome<GroupState | undefined>> {
  const groups = await at.describeGroups([name])
  return groups.ok ? { ok: true, value: groups.value.find((group) => group.name === name) } : groups
}

const absent = { ok: true, value: undefined } as const

/** Of a node group that is being made or has lost its own: what is wrong with it, EKS says. */
const noMachines: Omit<GroupState, 'name' | 'launchSource'> = {
  minSize: 0,
  maxSize: 0,
  desiredCapacity: 0,
  zones: [],
  subnetIds: [],
  healthCheckType: 'EC2',
  trafficSources: 0,
  suspendedProcesses: [],
  instances: [],
  tags: {},
}

/** The tags that every machine of a group has: Auto Scaling's, also on those in standby, or EKS's. */
export function machineTags({ name, nodeGroup }: Named): Tags {
  if (nodeGroup === undefined) return { 'aws:autoscaling:groupName': name }
  return { [clusterTag]: nodeGroup.cluster, [nodeGroupTag]: nodeGroup.name }
}

const clusterTag = 'eks:cluster-name'
const nodeGroupTag = 'eks:nodegroup-name'

/** `cluster/name` of the managed node group that something with those tags belongs to; undefined for none. */
export function nodeGroupOf(tags: Tags): string | undefined {
  const { [clusterTag]: cluster, [nodeGroupTag]: name } = tags
  return cluster === undefined || name === undefined ? undefined : `${cluster}/${name}`
}
