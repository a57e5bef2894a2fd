// Roles that were made through IAM, and the policies that say what they may do.

import type { Tags } from './tags.ts'

export interface Role {
  readonly account: string
  readonly name: string
  /** `/` or `/team/`. */
  readonly path: string
  readonly id: string
  readonly createdAt: number
  readonly description?: string
  readonly maxSessionSeconds: number
  /** The policy document that says who may take it, as it came. */
  readonly trust: string
  /** Policy documents by the name each has in this role. */
  readonly inline: Readonly<Record<string, string>>
  /** ARNs of managed policies. */
  readonly attached: readonly string[]
  readonly tags: Tags
  /** It is remembered: a role that was taken away must not be one that may do everything. */
  readonly isDeleted: boolean
}

/** A customer-managed policy; it has one version. */
export interface ManagedPolicy {
  readonly account: string
  readonly name: string
  readonly path: string
  readonly id: string
  readonly createdAt: number
  readonly description?: string
  readonly document: string
  readonly tags: Tags
}

export function arnOfRole({ account, path, name }: Pick<Role, 'account' | 'path' | 'name'>): string {
  return `arn:aws:iam::${account}:role${path}${name}`
}

export function arnOfPolicy({ account, path, name }: Pick<ManagedPolicy, 'account' | 'path' | 'name'>): string {
  return `arn:aws:iam::${account}:policy${path}${name}`
}
