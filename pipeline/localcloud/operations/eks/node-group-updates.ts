// UpdateNodegroupVersion and UpdateNodegroupConfig, DescribeUpdate and ListUpdates.

import type {
  DescribeUpdateRequest,
  DescribeUpdateResponse,
  ListUpdatesRequest,
  ListUpdatesResponse,
  UpdateNodegroupConfigRequest,
  UpdateNodegroupConfigResponse,
  UpdateNodegroupVersionRequest,
  UpdateNodegroupVersionResponse,
} from '@aws-sdk/client-eks'
import { type NodeGroup, type NodeGroupUpdate, nodeGroupKey, type Taint } from '../../store/node-group.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { refuseVersions } from './create-node-group.ts'
import { findCluster, findNodeGroup, invalid, pageRequest } from './find.ts'
import { updateView } from './node-group-view.ts'
import { scalingOf, taintsOf, updateRulesOf } from './node-rules.ts'
import { nodeTemplate, refuseTypesTwice } from './node-template.ts'

export const updateNodegroupVersion = operation<UpdateNodegroupVersionRequest, UpdateNodegroupVersionResponse>({
  handles: ['clusterName', 'nodegroupName', 'version', 'releaseVersion', 'launchTemplate', 'force', 'clientRequestToken'],
  run({ input, draft, place, now }) {
    const row = findNodeGroup(draft, place, input.clusterName, input.nodegroupName)
    const repeated = repeatedUpdate(draft, place, row, input.clientRequestToken)
    if (repeated !== undefined) return { update: updateView(repeated) }
    refuseBusy(row)
    refuseVersions(input)
    if (input.launchTemplate === undefined)
      throw new ApiFault('InvalidRequestException', "Launch template details can't be null for Custom ami type node group")
    const template = nodeTemplate(draft, place, input.launchTemplate)
    // "You must specify the same launch template ID or name that was used to create the node group" [model].
    if (template.source.id !== row.source.id)
      throw invalid(`The node group was created with the launch template ${row.source.id}, not ${template.source.id}.`)
    refuseTypesTwice(row.instanceTypes, template)
    const update = begun(draft, place, row, {
      type: 'VersionUpdate',
      parameters: [
        { type: 'LaunchTemplateName', value: template.source.name },
        { type: 'LaunchTemplateVersion', value: String(template.source.version) },
      ],
      createdAt: now,
      roll: {
        phase: 'setup',
        target: template.source,
        imageId: template.imageId,
        isForced: input.force ?? false,
        phaseStartedAt: now,
        raisedBy: 0,
        draining: [],
      },
      ...token(input),
    })
    return { update: updateView(update) }
  },
})

export const updateNodegroupConfig = operation<UpdateNodegroupConfigRequest, UpdateNodegroupConfigResponse>({
  handles: ['clusterName', 'nodegroupName', 'labels', 'taints', 'scalingConfig', 'updateConfig', 'clientRequestToken'],
  run({ input, draft, place, now }) {
    const row = findNodeGroup(draft, place, input.clusterName, input.nodegroupName)
    const repeated = repeatedUpdate(draft, place, row, input.clientRequestToken)
    if (repeated !== undefined) return { update: updateView(repeated) }
    refuseBusy(row)
    const group = draft.get(place, 'groups', row.group)
    const sizes = group === undefined ? row.scaling : { minSize: group.minSize, maxSize: group.maxSize, desired: group.desired }
    const scaling = scalingOf(input.scalingConfig, sizes)
    const next: NodeGroup = {
      ...row,
      scaling,
      updates: updateRulesOf(input.updateConfig, row.updates),
      labels: labelsAfter(row.labels, input.labels),
      taints: taintsAfter(row.taints, input.taints),
      modifiedAt: now,
    }
    if (input.scalingConfig !== undefined) draft.change(place, 'groups', row.group, { ...scaling, retryAt: undefined })
    const parameters = configParameters(input)
    const update = begun(draft, place, next, { type: 'ConfigUpdate', parameters, createdAt: now, ...token(input) })
    return { update: updateView(update) }
  },
})

function begun(
  draft: Draft,
  place: PlaceKey,
  row: NodeGroup,
  facts: Pick<NodeGroupUpdate, 'type' | 'parameters' | 'createdAt' | 'roll' | 'clientToken'>,
): NodeGroupUpdate {
  const { cluster, name: nodeGroup } = row
  const update: NodeGroupUpdate = { id: draft.mintUuid(), cluster, nodeGroup, status: 'InProgress', errors: [], ...facts }
  draft.put(place, 'nodeGroupUpdates', update.id, update)
  draft.put(place, 'nodeGroups', nodeGroupKey(cluster, nodeGroup), { ...row, status: 'UPDATING' })
  return update
}

function token({ clientRequestToken }: { clientRequestToken?: string | undefined }): Pick<NodeGroupUpdate, 'clientToken'> {
  return clientRequestToken === undefined ? {} : { clientToken: clientRequestToken }
}

function updatesOf(draft: Draft, place: PlaceKey, row: NodeGroup): readonly NodeGroupUpdate[] {
  const rows = draft.rows(place, 'nodeGroupUpdates')
  return rows.filter(({ cluster, nodeGroup }) => cluster === row.cluster && nodeGroup === row.name)
}

function repeatedUpdate(
  draft: Draft,
  place: PlaceKey,
  row: NodeGroup,
  clientToken: string | undefined,
): NodeGroupUpdate | undefined {
  if (clientToken === undefined) return undefined
  return updatesOf(draft, place, row).find((update) => update.clientToken === clientToken)
}

/** In EKS's words [thread: aws/karpenter-provider-aws#133]. */
function refuseBusy({ status }: NodeGroup): void {
  if (status === 'ACTIVE') return
  throw new ApiFault('ResourceInUseException', 'Nodegroup cannot be updated as it is currently not in Active State')
}

function labelsAfter(labels: NodeGroup['labels'], input: UpdateNodegroupConfigRequest['labels']): NodeGroup['labels'] {
  const gone = new Set(input?.removeLabels)
  const kept = Object.entries(labels).filter(([key]) => !gone.has(key))
  return { ...Object.fromEntries(kept), ...input?.addOrUpdateLabels }
}

function taintsAfter(taints: readonly Taint[], input: UpdateNodegroupConfigRequest['taints']): readonly Taint[] {
  const added = taintsOf(input?.addOrUpdateTaints)
  const away = [...taintsOf(input?.removeTaints), ...added]
  const isAway = (taint: Taint) => away.some(({ key, effect }) => key === taint.key && effect === taint.effect)
  return [...taints.filter((taint) => !isAway(taint)), ...added]
}

function configParameters(input: UpdateNodegroupConfigRequest): NodeGroupUpdate['parameters'] {
  const { scalingConfig: scaling, updateConfig: updates, labels, taints } = input
  const json = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value))
  const all: readonly (readonly [string, number | string | undefined])[] = [
    ['MinSize', scaling?.minSize],
    ['MaxSize', scaling?.maxSize],
    ['DesiredSize', scaling?.desiredSize],
    ['LabelsToAdd', json(labels?.addOrUpdateLabels)],
    ['LabelsToRemove', json(labels?.removeLabels)],
    ['TaintsToAdd', json(taints?.addOrUpdateTaints)],
    ['TaintsToRemove', json(taints?.removeTaints)],
    ['MaxUnavailable', updates?.maxUnavailable],
    ['MaxUnavailablePercentage', updates?.maxUnavailablePercentage],
    ['UpdateStrategy', updates?.updateStrategy],
  ]
  return all.flatMap(([type, value]) => (value === undefined ? [] : [{ type, value: String(value) }]))
}

export const describeUpdate = operation<DescribeUpdateRequest, DescribeUpdateResponse>({
  handles: ['name', 'updateId', 'nodegroupName'],
  run({ input, draft, place }) {
    const cluster = findCluster(draft, place, input.name)
    // "Required if the update is a node group update" [model]: a cluster's own updates are none here.
    const found = input.nodegroupName === undefined ? [] : updatesOf(draft, place, groupOf(draft, place, input, cluster.name))
    const update = found.find(({ id }) => id === input.updateId)
    if (update === undefined) throw new ApiFault('ResourceNotFoundException', `No update found for ID: ${input.updateId}`)
    return { update: updateView(update) }
  },
})

export const listUpdates = operation<ListUpdatesRequest, ListUpdatesResponse>({
  handles: ['name', 'nodegroupName', 'maxResults', 'nextToken'],
  run({ input, draft, place }) {
    const cluster = findCluster(draft, place, input.name)
    const rows = input.nodegroupName === undefined ? [] : updatesOf(draft, place, groupOf(draft, place, input, cluster.name))
    const page = pageOf(rows, ({ id }) => id, pageRequest(input))
    return { updateIds: page.rows.map(({ id }) => id), nextToken: page.nextToken }
  },
})

function groupOf(draft: Draft, place: PlaceKey, input: { nodegroupName?: string | undefined }, cluster: string): NodeGroup {
  return findNodeGroup(draft, place, cluster, input.nodegroupName)
}
