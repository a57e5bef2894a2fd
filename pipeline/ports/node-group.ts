// Managed node groups of EKS, and the updates that replace their machines.

export interface NodeGroupName {
  readonly cluster: string
  readonly name: string
}

/** How many of its machines an update may take away at once. */
export type UnavailableLimit = { readonly maxUnavailable: number } | { readonly maxUnavailablePercentage: number }

/** A managed node group as it is now. */
export interface NodeGroupState extends NodeGroupName {
  /** As EKS writes it: `ACTIVE`, `UPDATING`, `DEGRADED`… */
  readonly status: string
  /** `CUSTOM` where its launch template names the image. */
  readonly amiType: string
  /** The template that its owner gave it, not the copy that EKS makes; `version` is a number as a rule. */
  readonly template?: { readonly templateId: string; readonly templateName: string; readonly version: string }
  /** What EKS finds wrong with it, a sentence each. */
  readonly issues: readonly string[]
  readonly limit?: UnavailableLimit
  /** The Auto Scaling group that its machines are in. */
  readonly group: string | undefined
  /** ISO 8601. */
  readonly modifiedAt?: string
  readonly tags: Readonly<Record<string, string>>
}

export interface NodeGroupUpdate {
  readonly id: string
  readonly status: 'InProgress' | 'Failed' | 'Cancelled' | 'Successful'
  /** Of the launch template, for an update to one. */
  readonly version?: string
  /** ISO 8601. */
  readonly createdAt: string
  readonly errors: readonly { readonly code: string; readonly message: string; readonly resourceIds: readonly string[] }[]
}
