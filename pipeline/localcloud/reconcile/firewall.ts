// What a machine's security groups let in and out, as its firewall understands it.

import { digestOf, type Json } from '../../kernel/index.ts'
import type { FirewallRule, FirewallRules } from '../machines/types.ts'
import { type Instance, isLive } from '../store/instance.ts'
import type { SecurityGroup, SecurityGroupRule } from '../store/network.ts'
import type { Draft, PlaceKey } from '../store/state.ts'

export interface Firewall {
  readonly rules: FirewallRules
  readonly digest: string
}

/** Where no rule names a group, a place's security groups alone decide: most steps ask for the same again. */
const fixed = new WeakMap<readonly SecurityGroup[], Map<string, Firewall>>()

/** Remembers what it has found out about one state: machines of the same groups have the same firewall. */
export class Firewalls {
  readonly #draft: Draft
  readonly #known = new Map<string, Firewall>()
  /** By the list itself: instances launched together have one. */
  readonly #byList = new Map<PlaceKey, Map<readonly string[], Firewall>>()
  readonly #members = new Map<PlaceKey, ReadonlyMap<string, readonly string[]>>()

  constructor(draft: Draft) {
    this.#draft = draft
  }

  of(place: PlaceKey, { securityGroupIds }: Pick<Instance, 'securityGroupIds'>): Firewall {
    const byList = this.#byList.get(place) ?? new Map<readonly string[], Firewall>()
    this.#byList.set(place, byList)
    const firewall = byList.get(securityGroupIds) ?? this.#ofGroups(place, securityGroupIds)
    byList.set(securityGroupIds, firewall)
    return firewall
  }

  #ofGroups(place: PlaceKey, securityGroupIds: readonly string[]): Firewall {
    const groups = this.#draft.rows(place, 'securityGroups')
    const ids = securityGroupIds.join(' ')
    const kept = fixed.get(groups) ?? new Map<string, Firewall>()
    fixed.set(groups, kept)
    const key = `${place} ${ids}`
    const known = kept.get(ids) ?? this.#known.get(key)
    if (known !== undefined) return known
    const rules = writtenRules(this.#draft, place, securityGroupIds)
    const made = firewallOf(rules, (id) => this.#membersOf(place, id))
    if (rules.some(({ groupId }) => groupId !== undefined)) this.#known.set(key, made)
    else kept.set(ids, made)
    return made
  }

  #membersOf(place: PlaceKey, groupId: string): readonly string[] {
    const members = this.#members.get(place) ?? membersByGroup(this.#draft, place)
    this.#members.set(place, members)
    return members.get(groupId) ?? []
  }
}

function writtenRules(draft: Draft, place: PlaceKey, groupIds: readonly string[]): readonly SecurityGroupRule[] {
  return groupIds.flatMap((id) => draft.get(place, 'securityGroups', id)?.rules ?? [])
}

/** A group as a source or destination stands for the addresses of its members at this moment. */
function firewallOf(written: readonly SecurityGroupRule[], membersOf: (groupId: string) => readonly string[]): Firewall {
  const those = (direction: SecurityGroupRule['direction']) =>
    written
      .filter((rule) => rule.direction === direction)
      .flatMap((rule) => rulesOf(rule, rule.groupId === undefined ? [] : membersOf(rule.groupId)))
  const rules = { ingress: those('ingress'), egress: those('egress') }
  return { rules, digest: digestOf(rules as unknown as Json) }
}

function membersByGroup(draft: Draft, place: PlaceKey): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, string[]>()
  for (const instance of draft.rows(place, 'instances')) {
    if (!isLive(instance)) continue
    for (const id of new Set(instance.securityGroupIds)) {
      const addresses = members.get(id) ?? []
      addresses.push(`${instance.address}/32`)
      members.set(id, addresses)
    }
  }
  for (const addresses of members.values()) addresses.sort()
  return members
}

function rulesOf(rule: SecurityGroupRule, members: readonly string[]): FirewallRule[] {
  const protocol = rule.protocol === '-1' ? 'all' : rule.protocol
  // Machines have IPv4 only, and no other protocols than these.
  if (protocol !== 'all' && protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'icmp') return []
  const ends = rule.cidr === undefined ? members : [rule.cidr]
  return ends.map((cidr) => ({ protocol, fromPort: rule.fromPort, toPort: rule.toPort, cidr }))
}
