// Accounts, the keys that speak for them, and what belongs to no region.

import type { Tags } from './tags.ts'

export interface Account {
  /** Twelve digits. */
  readonly id: string
  /** ARN of the organisation it belongs to. */
  readonly organisation?: string
}

/** A root key (never expires) or a session of an assumed role. */
export interface AccessKey {
  readonly id: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly account: string
  readonly arn: string
  readonly userId: string
  /** Wall time, in milliseconds since the epoch: clients judge it by theirs. */
  readonly expiresAt?: number
  /** A session got with a session's key: AWS ends those after an hour. */
  readonly isChained: boolean
  /** Policy documents that narrow what a session's role may do. */
  readonly sessionPolicies?: readonly string[]
  readonly sessionTags?: Tags
  /** Tags that go on into sessions got from this one. */
  readonly transitiveTagKeys?: readonly string[]
}

export interface InstanceProfile {
  readonly account: string
  readonly name: string
  readonly id: string
  /** Undefined while no role was added to it. */
  readonly roleName?: string
  /** Milliseconds since the epoch, like every time in the store. */
  readonly createdAt: number
  readonly tags: Tags
}

/** Whose tokens an account takes for its roles (IAM's OpenID Connect provider). */
export interface IdentityProvider {
  readonly account: string
  /** As tokens have it in `iss`: `https://token.actions.githubusercontent.com`. */
  readonly issuer: string
  /** Who tokens must be made out to; IAM's client IDs. */
  readonly audiences: readonly string[]
  /** Public keys, as the issuer publishes them. */
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

/** A read-only layer of images; `rootDirectory` when it was made elsewhere and is only adopted. */
export interface LayerRow {
  readonly id: string
  readonly rootDirectory?: string
}

/** What an operator has set; one row. */
export interface CloudSettings {
  /** Jump over idle time (warm-ups, checkpoint delays, bake times) when no machine is at work. */
  readonly skipIdle: boolean
  /** How far the cloud's clock has jumped ahead, in milliseconds. */
  readonly skippedMs: number
  readonly egress: 'open' | 'closed'
  readonly faults: readonly Fault[]
  /** Images, and names of groups, whose instances are launched on simulated machines. */
  readonly simulated?: readonly string[]
  /** EC2's token buckets, times this; 0 or undefined: calls are not counted. */
  readonly throttleScale?: number
  /** EC2's reads may be so old, in milliseconds; 0 or undefined: they see every write at once. */
  readonly readLagMs?: number
  readonly drains?: readonly Drain[]
}

/** How the pods of a node group, which are not run, leave a node. */
export interface Drain {
  /** Its cluster's name, a slash, and its own. */
  readonly nodeGroup: string
  readonly drainMs?: number | undefined
  /** A disruption budget lets none of them go. */
  readonly isBlocked?: boolean | undefined
}

/** Something that goes wrong on purpose, until it is taken back. */
export type Fault =
  | { readonly kind: 'full-subnet'; readonly zone: string }
  /** Of every type, or of one. */
  | { readonly kind: 'insufficient-capacity'; readonly zone: string; readonly instanceType?: string }
  /** Most vCPUs that an account's instances of a region may have together. */
  | { readonly kind: 'vcpu-quota'; readonly account: string; readonly limit: number }
  /** The Auto Scaling service-linked role of the account has no grant on the customer-managed keys of encrypted images. */
  | { readonly kind: 'no-kms-grant'; readonly account: string }
  | ({
      readonly kind: 'refuse-action'
      readonly action: string
      readonly code: string
      readonly message: string
      readonly status: number
    } & Aim)
  | ({
      readonly kind: 'disturb-action'
      readonly action: string
      /** `lose-request`: the connection is reset and nothing has happened. `lose-answer`: it has. `delay`: it takes that long. */
      readonly how: 'lose-request' | 'lose-answer' | 'delay'
      readonly delayMs?: number
    } & Aim)
  | MachineFault

/** A machine that fails; each run of it, from a boot to its end, is drawn for once. */
export type MachineFault = {
  readonly kind: 'machine'
  /** Given when it is set: an instance remembers by it what was drawn. */
  readonly id: string
  /** An instance's ID, an image's, or the name of an Auto Scaling group. */
  readonly target: string
} & (
  | { readonly how: BootFate }
  /** After its boot, or after the fault was set when it ran already. */
  | { readonly how: 'falls-ill' | 'dies'; readonly afterMs: number }
) &
  Aim

/** `never-boots`: its start is refused. `silent`: it boots, and no further than that. */
export type BootFate = 'never-boots' | 'silent'

/** Which of the calls of its action, or of the boots of its target's machines, a fault hits. */
export interface Aim {
  /** So many go by unharmed first. */
  readonly skip?: number
  /** How many it still hits; undefined for all. */
  readonly times?: number
  /** Of those it would hit, one in so many, drawn by the cloud's own chance; undefined for each. */
  readonly oneIn?: number
}

export const settingsKey = 'settings'

export const firstSettings: CloudSettings = { skipIdle: false, skippedMs: 0, egress: 'open', faults: [] }

export function roleArn(account: string, role: string): string {
  return `arn:aws:iam::${account}:role/${role}`
}

export function identityProviderArn(account: string, issuer: string): string {
  return `arn:aws:iam::${account}:oidc-provider/${issuer.replace(/^https:\/\//, '')}`
}

/** Of a group that names no other. */
export function autoScalingRole(account: string): string {
  return roleArn(account, 'aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling')
}

export function profileArn(account: string, name: string): string {
  return `arn:aws:iam::${account}:instance-profile/${name}`
}
