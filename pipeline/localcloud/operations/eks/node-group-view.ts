// Node groups and their updates as EKS answers them, with what is wrong with a group.

import type { ErrorCode, Issue, Nodegroup, NodegroupIssueCode, TaintEffect, Update, UpdateParamType } from '@aws-sdk/client-eks'
import { activeRefresh } from '../../reconcile/groups.ts'
import { isConfiguration, type LaunchSource } from '../../store/group.ts'
import type { NodeGroup, NodeGroupUpdate } from '../../store/node-group.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'

export function nodeGroupView(draft: Draft, place: PlaceKey, row: NodeGroup): Nodegroup {
  const issues = issuesOf(draft, place, row)
  const { strategy, ...unavailable } = row.updates
  return {
    nodegroupName: row.name,
    nodegroupArn: row.arn,
    clusterName: row.cluster,
    version: row.version,
    // "If the node group was deployed using a launch template with a custom AMI, then this is the AMI ID" [model].
    releaseVersion: row.imageId,
    createdAt: new Date(row.createdAt),
    modifiedAt: new Date(row.modifiedAt),
    status: row.status === 'ACTIVE' && issues.length > 0 ? 'DEGRADED' : row.status,
    capacityType: 'ON_DEMAND',
    scalingConfig: { minSize: row.scaling.minSize, maxSize: row.scaling.maxSize, desiredSize: row.scaling.desired },
    ...(row.instanceTypes.length === 0 ? {} : { instanceTypes: [...row.instanceTypes] }),
    subnets: [...row.subnetIds],
    amiType: 'CUSTOM',
    nodeRole: row.nodeRole,
    labels: { ...row.labels },
    taints: row.taints.map(({ key, value, effect }) => ({
      key,
      effect: effect as TaintEffect,
      ...(value === undefined ? {} : { value }),
    })),
    resources: { autoScalingGroups: [{ name: row.group }] },
    health: { issues: [...issues] },
    updateConfig: { ...unavailable, updateStrategy: strategy },
    launchTemplate: { id: row.source.id, name: row.source.name, version: String(row.source.version) },
    tags: { ...row.tags },
  }
}

/** What a node group's health says. [doc: eks/API_Issue] */
function issuesOf(draft: Draft, place: PlaceKey, row: NodeGroup): readonly Issue[] {
  if (row.status === 'DELETING') return []
  if (row.failure !== undefined) return [issue(row.failure.code as NodegroupIssueCode, row.failure.message, row.group)]
  const group = draft.get(place, 'groups', row.group)
  if (group === undefined)
    return [issue('AutoScalingGroupNotFound', "We couldn't find the Auto Scaling group of the managed node group.", row.group)]
  const issues: Issue[] = []
  if (group.failedLaunches > 0)
    issues.push(
      issue('AsgInstanceLaunchFailures', lastFailure(draft, place, row.group) ?? 'Instances fail to launch.', row.group),
    )
  if (draft.get(place, 'launchTemplates', row.own.id) === undefined)
    issues.push(issue('Ec2LaunchTemplateNotFound', "We couldn't find the launch template of the managed node group.", row.own.id))
  else if (row.status !== 'UPDATING' && !isOwnVersion(group.launch, row))
    issues.push(issue('Ec2LaunchTemplateVersionMismatch', mismatch(row), row.own.id))
  if (activeRefresh(draft, place, row.group) !== undefined)
    issues.push(issue('AutoScalingGroupInstanceRefreshActive', 'An instance refresh of the group is active.', row.group))
  return issues
}

function isOwnVersion(launch: LaunchSource, { own }: NodeGroup): boolean {
  return !isConfiguration(launch) && launch.templateId === own.id && launch.version === String(own.version)
}

/** In EKS's words [doc: eks/troubleshooting]. */
function mismatch({ own }: NodeGroup): string {
  return `The Amazon EC2 Launch Template : ${own.id} has a new version associated with your Autoscaling group, which is not managed by Amazon EKS. Expected Launch Template version: ${own.version}`
}

function issue(code: NodegroupIssueCode, message: string, resource: string): Issue {
  return { code, message, resourceIds: [resource] }
}

function lastFailure(draft: Draft, place: PlaceKey, group: string): string | undefined {
  const failed = draft.rows(place, 'activities').filter((one) => one.group === group && one.status === 'Failed')
  return failed.sort((a, b) => b.order - a.order)[0]?.statusMessage
}

export function updateView(row: NodeGroupUpdate): Update {
  return {
    id: row.id,
    status: row.status,
    type: row.type,
    params: row.parameters.map(({ type, value }) => ({ type: type as UpdateParamType, value })),
    createdAt: new Date(row.createdAt),
    errors: row.errors.map(({ code, message, resourceIds }) => ({
      errorCode: code as ErrorCode,
      errorMessage: message,
      resourceIds: [...resourceIds],
    })),
  }
}
