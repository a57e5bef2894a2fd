// Managed node groups of EKS: looked at, moved to another version of their launch template, and limited while they are.

import {
  DescribeNodegroupCommand,
  DescribeUpdateCommand,
  ListUpdatesCommand,
  UpdateNodegroupConfigCommand,
  UpdateNodegroupVersionCommand,
  type Nodegroup as WireNodeGroup,
  type Update as WireUpdate,
} from '@aws-sdk/client-eks'
import type { CloudAt, NodeGroupName, NodeGroupState, NodeGroupUpdate, UnavailableLimit } from '../ports/index.ts'
import { instant, oneOf, optional, outcomeOf, text } from './answer.ts'
import type { Caller } from './caller.ts'
import { everyItem } from './pages.ts'

type NodeGroupVerbs = Pick<
  CloudAt,
  'describeNodeGroup' | 'nodeGroupUpdates' | 'nodeGroupUpdate' | 'updateNodeGroup' | 'limitNodeGroup'
>

export function nodeGroupVerbs(call: Caller): NodeGroupVerbs {
  return {
    describeNodeGroup: (group) => outcomeOf(() => describeNodeGroup(call, group)),
    nodeGroupUpdates: (group) => outcomeOf(() => nodeGroupUpdates(call, group)),
    nodeGroupUpdate: (group, updateId) => outcomeOf(() => nodeGroupUpdate(call, group, updateId)),
    updateNodeGroup: (request) => outcomeOf(() => updateNodeGroup(call, request)),
    limitNodeGroup: (group, limit) => outcomeOf(() => limitNodeGroup(call, group, limit)),
  }
}

async function describeNodeGroup(call: Caller, group: NodeGroupName): Promise<NodeGroupState> {
  const request = new DescribeNodegroupCommand(named(group))
  const { nodegroup } = await call(`DescribeNodegroup ${described(group)}`, ({ eks }) => eks.send(request))
  return nodeGroupState(group, nodegroup ?? {})
}

function nodeGroupState(group: NodeGroupName, found: WireNodeGroup): NodeGroupState {
  const { id, name, version } = found.launchTemplate ?? {}
  const template = id && version ? { templateId: id, templateName: name ?? id, version } : undefined
  return {
    ...group,
    status: text(found.status, 'status of the node group'),
    amiType: found.amiType ?? '',
    ...optional('template', template),
    issues: (found.health?.issues ?? []).map(({ code, message }) => `${code}: ${message ?? ''}`),
    ...optional('limit', limitOf(found.updateConfig ?? {})),
    group: found.resources?.autoScalingGroups?.[0]?.name,
    ...optional('modifiedAt', found.modifiedAt?.toISOString()),
    tags: found.tags ?? {},
  }
}

function limitOf({ maxUnavailable, maxUnavailablePercentage }: NonNullable<WireNodeGroup['updateConfig']>) {
  if (maxUnavailable !== undefined) return { maxUnavailable }
  return maxUnavailablePercentage === undefined ? undefined : { maxUnavailablePercentage }
}

/** In which order EKS lists them no page says. */
async function nodeGroupUpdates(call: Caller, group: NodeGroupName): Promise<readonly NodeGroupUpdate[]> {
  const ids = await everyItem(async (nextToken) => {
    const request = new ListUpdatesCommand({ name: group.cluster, nodegroupName: group.name, nextToken })
    const answer = await call(`ListUpdates ${described(group)}`, ({ eks }) => eks.send(request))
    return { items: answer.updateIds, next: answer.nextToken }
  })
  const updates: NodeGroupUpdate[] = []
  for (const id of ids) updates.push(await nodeGroupUpdate(call, group, id))
  return updates.toSorted((one, other) => other.createdAt.localeCompare(one.createdAt))
}

async function nodeGroupUpdate(call: Caller, group: NodeGroupName, updateId: string): Promise<NodeGroupUpdate> {
  const request = new DescribeUpdateCommand({ name: group.cluster, nodegroupName: group.name, updateId })
  const { update } = await call(`DescribeUpdate ${updateId} of ${described(group)}`, ({ eks }) => eks.send(request))
  return nodeGroupUpdateOf(update ?? {})
}

const statuses = ['InProgress', 'Failed', 'Cancelled', 'Successful'] as const

function nodeGroupUpdateOf(update: WireUpdate): NodeGroupUpdate {
  return {
    id: text(update.id, 'ID of the update'),
    status: oneOf(update.status, statuses, 'status of the update'),
    ...optional('version', update.params?.find(({ type }) => type === 'LaunchTemplateVersion')?.value),
    createdAt: instant(update.createdAt, 'time of the update'),
    errors: (update.errors ?? []).map(({ errorCode, errorMessage, resourceIds }) => ({
      code: errorCode ?? 'Unknown',
      message: errorMessage ?? '',
      resourceIds: resourceIds ?? [],
    })),
  }
}

async function updateNodeGroup(
  call: Caller,
  { group, template, force, clientToken }: Parameters<CloudAt['updateNodeGroup']>[0],
): Promise<{ readonly updateId: string }> {
  const request = new UpdateNodegroupVersionCommand({
    ...named(group),
    launchTemplate: { id: template.templateId, version: String(template.version) },
    ...(force ? { force } : {}),
    clientRequestToken: clientToken,
  })
  const { update } = await call(`UpdateNodegroupVersion ${described(group)}`, ({ eks }) => eks.send(request))
  return { updateId: text(update?.id, 'ID of the update') }
}

/** A repeat sets what is set already. */
async function limitNodeGroup(call: Caller, group: NodeGroupName, limit: UnavailableLimit): Promise<void> {
  const request = new UpdateNodegroupConfigCommand({ ...named(group), updateConfig: { ...limit } })
  await call(`UpdateNodegroupConfig ${described(group)}`, ({ eks }) => eks.send(request))
}

function named({ cluster, name }: NodeGroupName): { readonly clusterName: string; readonly nodegroupName: string } {
  return { clusterName: cluster, nodegroupName: name }
}

function described({ cluster, name }: NodeGroupName): string {
  return `${cluster}/${name}`
}
