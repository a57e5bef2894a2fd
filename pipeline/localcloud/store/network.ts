// VPCs, subnets and security groups of one place.

import type { Tags } from './tags.ts'

export interface Vpc {
  readonly id: string
  readonly cidr: string
  readonly isDefault: boolean
  readonly tags: Tags
}

export interface Subnet {
  readonly id: string
  readonly vpcId: string
  readonly zone: string
  readonly cidr: string
  readonly isDefault: boolean
  /** Where the search for a free one begins: behind the one given last. */
  readonly nextAddress?: string
  readonly tags: Tags
}

/** An address and the instance it was given to; it is free again when that has ended. */
export interface GivenAddress {
  readonly place: string
  readonly instanceId: string
}

export interface SecurityGroup {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly vpcId: string
  readonly rules: readonly SecurityGroupRule[]
  readonly tags: Tags
}

/** One rule has one source: an IPv4 range, an IPv6 range or a group. */
export interface SecurityGroupRule {
  readonly id: string
  readonly direction: 'ingress' | 'egress'
  /** `tcp`, `udp`, `icmp`, `-1` for all, or a number. */
  readonly protocol: string
  /** -1 when the protocol has no ports. */
  readonly fromPort: number
  readonly toPort: number
  readonly cidr?: string
  readonly cidr6?: string
  readonly groupId?: string
  readonly description?: string
}
