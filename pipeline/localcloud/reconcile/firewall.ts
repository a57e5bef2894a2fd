// What a machine's security groups let in, as its firewall understands it.

import { digestOf, type Json } from '../../kernel/index.ts'
import type { IngressRule } from '../machines/types.ts'
import { type Instance, isLive } from '../store/instance.ts'
import type { SecurityGroupRule } from '../store/network.ts'
import type { Draft, PlaceKey } from '../store/state.ts'

export interface Firewall {
  readonly rules: readonly IngressRule[]
  readonly digest: string
}

/** A group as a source stands for the addresses of its members at this moment. */
export function firewallOf(draft: Draft, place: PlaceKey, instance: Instance): Firewall {
  const rules = instance.securityGroupIds
    .flatMap((id) => draft.get(place, 'securityGroups', id)?.rules ?? [])
    .filter((rule) => rule.direction === 'ingress')
    .flatMap((rule) => ingressOf(rule, rule.groupId === undefined ? [] : membersOf(draft, place, rule.groupId)))
  return { rules, digest: digestOf(rules as unknown as Json) }
}

function membersOf(draft: Draft, place: PlaceKey, groupId: string): string[] {
  return draft
    .rows(place, 'instances')
    .filter((instance) => isLive(instance) && instance.securityGroupIds.includes(groupId))
    .map((instance) => `${instance.address}/32`)
    .sort()
}

function ingressOf(rule: SecurityGroupRule, members: readonly string[]): IngressRule[] {
  const protocol = rule.protocol === '-1' ? 'all' : rule.protocol
  // Machines have IPv4 only, and no other protocols than these.
  if (protocol !== 'all' && protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'icmp') return []
  const sources = rule.cidr === undefined ? members : [rule.cidr]
  return sources.map((cidr) => ({ protocol, fromPort: rule.fromPort, toPort: rule.toPort, cidr }))
}
