// How a managed node group is moved: seen as a group whose refreshes are EKS's updates, and started by one.

import type { CloudAt, CloudOutcome, InstanceRefresh, NodeGroupUpdate } from '../ports/index.ts'
import type { GroupTarget } from '../release/index.ts'
import { groupNow, imagesRun } from './group-now.ts'
import type { Move, MoveObservation, NodeGroupMove } from './move.ts'
import { isLeaving } from './settled.ts'

/** The part of a move that is EKS's; nothing for a group of Auto Scaling's. `token` makes a repeated start the same one. */
export function nodeGroupMove(
  { nodeGroup }: GroupTarget,
  token: string,
  target: string | undefined,
  previous: string | undefined,
): Pick<Move, 'nodeGroup'> {
  if (nodeGroup === undefined || target === undefined) return {}
  return { nodeGroup: { ...nodeGroup, token, target, previous: previous ?? target } }
}

/** By the images of its machines: the versions they were launched from are of EKS's own copy of the template. */
export async function observeNodeGroup(
  at: CloudAt,
  move: Move,
  nodeGroup: NodeGroupMove,
  wallAt: number,
): Promise<CloudOutcome<MoveObservation>> {
  const name = { cluster: nodeGroup.cluster, name: nodeGroup.name }
  // Before the group: an update that has ended has then surely left its mark on the group that is seen.
  const updates = await updatesOf(at, move, name)
  if (!updates.ok) return updates
  const found = await groupNow(at, { name: move.group.group, nodeGroup })
  if (!found.ok) return found
  const group = found.value
  if (group?.nodeGroup === undefined) {
    const message = `there is no managed node group ${move.group.group} any more`
    return { ok: false, kind: 'not-found', code: 'NoGroup', message }
  }
  const within = group.nodeGroup.group
  const activities = within === undefined ? { ok: true as const, value: [] } : await at.scalingActivities(within, 100)
  if (!activities.ok) return activities
  const run = await imagesRun(at, { name: move.group.group, nodeGroup })
  if (!run.ok) return run
  const images = run.value
  const staying = group.instances.filter((instance) => !isLeaving(instance))
  const toGo = staying.filter(({ id }) => images.get(id) !== nodeGroup.target).length
  const share = staying.length === 0 ? 0 : (100 * (staying.length - toGo)) / staying.length
  const { modifiedAt } = group.nodeGroup
  const refreshes = updates.value.map((update) => asRefresh(update, move, { share, toGo, modifiedAt }))
  return { ok: true, value: { group, refreshes, activities: activities.value, images, wallAt } }
}

async function updatesOf(
  at: CloudAt,
  { refreshId }: Move,
  name: { readonly cluster: string; readonly name: string },
): Promise<CloudOutcome<readonly NodeGroupUpdate[]>> {
  if (refreshId === undefined) {
    const updates = await at.nodeGroupUpdates(name)
    // Of the limit, the labels or the sizes: they replace no machine.
    return updates.ok ? { ok: true, value: updates.value.filter(({ version }) => version !== undefined) } : updates
  }
  const update = await at.nodeGroupUpdate(name, refreshId)
  if (update.ok) return { ok: true, value: [update.value] }
  return update.kind === 'not-found' ? { ok: true, value: [] } : update
}

/** EKS says when an update began and how it ended, not how far it is. */
function asRefresh(
  { id, status, version, createdAt, errors }: NodeGroupUpdate,
  { target }: Move,
  { share, toGo, modifiedAt }: { readonly share: number; readonly toGo: number; readonly modifiedAt: string | undefined },
): InstanceRefresh {
  const isOver = status !== 'InProgress'
  return {
    id,
    status,
    ...(errors.length === 0 ? {} : { statusReason: errors.map(sentenceOf).join('; ') }),
    percentageComplete: share,
    instancesToUpdate: toGo,
    startedAt: createdAt,
    ...(isOver && modifiedAt !== undefined ? { endedAt: modifiedAt } : {}),
    // A node group stays with the template it was made from.
    ...(version === undefined ? {} : { desired: { templateId: target.templateId, version } }),
  }
}

/** What helps, by EKS's own code [doc: eks/API_ErrorDetail, eks/troubleshooting]. */
const helps: Readonly<Record<string, string>> = {
  PodEvictionFailure: 'a PodDisruptionBudget or a pod that does not end holds them: mend it, or say `force: true`',
  NodeCreationFailure: 'new nodes did not join the cluster in time: look at their console and the kubelet’s log',
  AsgInstanceLaunchFailures: 'look at the scaling activities of its Auto Scaling group',
  InsufficientFreeAddresses: 'free addresses or add a subnet',
}

function sentenceOf({ code, message, resourceIds }: NodeGroupUpdate['errors'][number]): string {
  const about = resourceIds.length === 0 ? '' : ` (${resourceIds.join(', ')})`
  const help = helps[code] === undefined ? '' : `; ${helps[code]}`
  return `${code}: ${message.replace(/\.$/, '')}${about}${help}`
}

export async function startUpdate(
  at: CloudAt,
  { target }: Move,
  { cluster, name, force, token }: NodeGroupMove,
): Promise<CloudOutcome<{ readonly refreshId: string }>> {
  const template = { templateId: target.templateId, version: target.version }
  const started = await at.updateNodeGroup({ group: { cluster, name }, template, force, clientToken: token })
  return started.ok ? { ok: true, value: { refreshId: started.value.updateId } } : started
}
