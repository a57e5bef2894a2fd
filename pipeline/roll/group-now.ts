// A group as it is now: Auto Scaling's own, the one that a managed node group of EKS has its machines in, or what Karpenter runs.

import type { CloudAt, CloudOutcome, GroupInstance, GroupState, MachineInstance, NodeGroupState, Tags } from '../ports/index.ts'
import { type GroupTarget, nodeClassTags } from '../release/index.ts'

export interface GroupNow extends GroupState {
  /** Set for a managed node group: the group then has its name, its owner's template, and its tags beside its own. */
  readonly nodeGroup?: NodeGroupState
}

type Named = Pick<GroupTarget, 'name' | 'nodeGroup' | 'karpenter'>

/** One of Auto Scaling's own. */
export function isPlain({ nodeGroup, karpenter }: Pick<GroupTarget, 'nodeGroup' | 'karpenter'>): boolean {
  return nodeGroup === undefined && karpenter === undefined
}

/** Undefined: there is no such group. */
export async function groupNow(at: CloudAt, named: Named): Promise<CloudOutcome<GroupNow | undefined>> {
  const { name, nodeGroup, karpenter } = named
  if (karpenter !== undefined) return nodesOfKarpenter(at, named)
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

/** There always, for AWS knows no such thing: a group of the machines there are, with no size, template or tags to be asked for. */
async function nodesOfKarpenter(at: CloudAt, named: Named): Promise<CloudOutcome<GroupNow>> {
  const machines = await machinesThere(at, named)
  if (!machines.ok) return machines
  const instances = machines.value.map(inService)
  return { ok: true, value: { ...noMachines, name: named.name, launchSource: { kind: 'none' }, instances } }
}

function inService({ id }: MachineInstance): GroupInstance {
  return { id, zone: '', lifecycle: 'InService', healthy: true, protectedFromScaleIn: false, weight: 1 }
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

/** Those that run or are about to. */
export async function machinesThere(at: CloudAt, named: Named): Promise<CloudOutcome<readonly MachineInstance[]>> {
  const machines = await at.describeInstances({ tags: machineTags(named) })
  return machines.ok ? { ok: true, value: machines.value.filter(isThere) } : machines
}

export function isThere({ state }: Pick<MachineInstance, 'state'>): boolean {
  return state === 'running' || state === 'pending'
}

/** What each machine runs, by its ID. By tags, for one just launched may not be known yet when asked for by its ID. */
export async function imagesRun(at: CloudAt, named: Named): Promise<CloudOutcome<ReadonlyMap<string, string>>> {
  const machines = await at.describeInstances({ tags: machineTags(named) })
  return machines.ok ? { ok: true, value: new Map(machines.value.map(({ id, imageId }) => [id, imageId])) } : machines
}

/** The tags that every machine of a group has: Auto Scaling's, also on those in standby, EKS's or Karpenter's. */
export function machineTags({ name, nodeGroup, karpenter }: Named): Tags {
  if (karpenter !== undefined) return nodeClassTags(karpenter)
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
