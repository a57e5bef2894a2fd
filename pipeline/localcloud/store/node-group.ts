// EKS clusters as far as node groups need them, managed node groups, and the updates these go through.

import type { Tags } from './tags.ts'

/** No control plane runs here: a cluster is its name, its version and its network. */
export interface Cluster {
  readonly name: string
  readonly arn: string
  readonly createdAt: number
  readonly version: string
  readonly roleArn: string
  readonly vpcId: string
  readonly subnetIds: readonly string[]
  readonly securityGroupIds: readonly string[]
  /** What nodes get whose template names no security group. */
  readonly clusterSecurityGroupId: string
  /** An API server that somebody runs beside the cloud for it: its address, and its authority's certificate as PEM. */
  readonly controlPlane?: { readonly endpoint: string; readonly authority: string }
  readonly clientToken?: string
  readonly tags: Tags
}

/** DEGRADED is not kept: it is ACTIVE with something wrong, and that is seen from the group. */
export type NodeGroupStatus = 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING' | 'CREATE_FAILED'

export interface NodeGroup {
  readonly cluster: string
  readonly name: string
  readonly arn: string
  readonly createdAt: number
  readonly modifiedAt: number
  readonly status: NodeGroupStatus
  readonly version: string
  /** The launch template as the caller named it, at a number. */
  readonly source: TemplateVersionName
  readonly imageId: string
  /** EKS's own copy of the template, at the version the group launches when no update runs. */
  readonly own: TemplateVersionName
  /** Its Auto Scaling group. */
  readonly group: string
  readonly instanceProfile: string
  readonly nodeRole: string
  readonly instanceTypes: readonly string[]
  readonly subnetIds: readonly string[]
  readonly scaling: Scaling
  readonly updates: UpdateRules
  readonly labels: Tags
  readonly taints: readonly Taint[]
  /** Why it could not be created. */
  readonly failure?: { readonly code: string; readonly message: string }
  readonly clientToken?: string
  readonly tags: Tags
}

export interface TemplateVersionName {
  readonly id: string
  readonly name: string
  readonly version: number
}

export interface Scaling {
  readonly minSize: number
  readonly maxSize: number
  readonly desired: number
}

export interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: string
}

/** How many nodes may be away at once: a number, or a percentage of the desired size. */
export type UpdateRules = { readonly strategy: 'DEFAULT' | 'MINIMAL' } & (
  | { readonly maxUnavailable: number }
  | { readonly maxUnavailablePercentage: number }
)

export interface NodeGroupUpdate {
  readonly id: string
  readonly cluster: string
  readonly nodeGroup: string
  readonly type: 'VersionUpdate' | 'ConfigUpdate'
  readonly status: 'InProgress' | 'Successful' | 'Failed' | 'Cancelled'
  readonly parameters: readonly { readonly type: string; readonly value: string }[]
  readonly createdAt: number
  readonly errors: readonly { readonly code: string; readonly message: string; readonly resourceIds: readonly string[] }[]
  /** Of a version update under way. */
  readonly roll?: Roll
  readonly clientToken?: string
}

/** A version update's own course. [doc: eks/managed-node-update-behavior] */
export interface Roll {
  readonly phase: 'setup' | 'scale-up' | 'upgrade' | 'scale-down'
  /** The caller's template, at the version to move to. */
  readonly target: TemplateVersionName
  readonly imageId: string
  readonly isForced: boolean
  readonly phaseStartedAt: number
  /** The version of EKS's own copy that was made for it. */
  readonly ownVersion?: number
  /** The group's sizes before it was raised, and by how many it was. */
  readonly before?: { readonly maxSize: number; readonly desired: number }
  readonly raisedBy: number
  readonly draining: readonly DrainingNode[]
}

export interface DrainingNode {
  readonly instanceId: string
  readonly startedAt: number
}

export function nodeGroupKey(cluster: string, name: string): string {
  return `${cluster}/${name}`
}
