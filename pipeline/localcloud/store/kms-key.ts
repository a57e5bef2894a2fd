// KMS keys, their aliases and grants: who may use which key, not what it encrypts with.

import type { Tags } from './tags.ts'

export interface KmsKey {
  /** A UUID, unless an operator has said otherwise. */
  readonly id: string
  readonly account: string
  readonly region: string
  readonly manager: 'AWS' | 'CUSTOMER'
  readonly description: string
  readonly createdAt: number
  readonly state: 'Enabled' | 'Disabled' | 'PendingDeletion'
  /** When a key that is pending deletion is gone. */
  readonly deletedAt?: number
  /** JSON, as it was put. */
  readonly policy: string
  readonly grants: readonly KmsGrant[]
  readonly tags: Tags
}

export interface KmsGrant {
  readonly id: string
  readonly name?: string
  readonly granteePrincipal: string
  readonly retiringPrincipal?: string
  /** Without `kms:`. */
  readonly operations: readonly string[]
  /** The account that gave it, as its root's ARN. */
  readonly issuingAccount: string
  readonly createdAt: number
}

/** Of its own account and region; several may mean one key. */
export interface KmsAlias {
  /** `alias/…`. */
  readonly name: string
  readonly keyId: string
  readonly createdAt: number
}

export function keyArn({ account, region, id }: Pick<KmsKey, 'account' | 'region' | 'id'>): string {
  return `arn:aws:kms:${region}:${account}:key/${id}`
}
