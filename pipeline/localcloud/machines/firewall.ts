// Security groups, address honesty, redirection and the metadata hop limit as nftables scripts. Pure.

import { addressDigits, parseRange } from './ipv4.ts'
import { machineLink } from './names.ts'
import { linkLocal, type NetworkPlan, relayPort } from './network-plan.ts'
import type { FirewallRule, FirewallRules } from './types.ts'

/** The router namespace's end of the link to the host. */
export const uplink = 'uplink'

const table = 'inet drover'

/**
 * The whole table before there is a machine; nft 1.0.6 wants no closing brace on a rule's line. What leaves is judged by where it
 * is sent, before the redirection. Security groups "don't filter traffic to or from link-local addresses (169.254.0.0/16) or
 * AWS-reserved IPv4 addresses" [doc: VPC_Security]: names, metadata, leases. What stands for places outside is judged.
 */
export function baseScript(network: NetworkPlan): string {
  return `table ${table} {
  map ingress {
    type ipv4_addr : verdict
  }
  map egress {
    type ipv4_addr : verdict
  }
  map hops {
    type ipv4_addr : verdict
  }
  set homes {
    type ifname . ipv4_addr
  }
  chain honesty {
    type filter hook prerouting priority raw; policy accept;
    iifname { "lo", "${uplink}" } accept
    ip saddr 0.0.0.0 udp dport 67 accept
    iifname . ip saddr != @homes drop
  }
  chain leaving {
    type filter hook prerouting priority mangle; policy drop;
    iifname { "lo", "${uplink}" } accept
    ct state established,related accept
    ip daddr { ${network.gateway}, 255.255.255.255 } accept
    ip daddr 169.254.0.0/16 ip daddr != { ${linkLocal.api}, ${linkLocal.hosts} } accept
    ip saddr vmap @egress
  }
  chain redirection {
    type nat hook prerouting priority dstnat; policy accept;
    iifname "${uplink}" accept
    ip daddr ${network.cidr} accept
    meta l4proto { tcp, udp } th dport 53 dnat ip to ${linkLocal.resolver}
    ip daddr 169.254.0.0/16 accept
    tcp dport 80 dnat ip to ${linkLocal.api}:${relayPort.http}
    tcp dport 443 dnat ip to ${linkLocal.api}:${relayPort.tls}
  }
  chain forwarding {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ip daddr vmap @ingress
  }
  chain arriving {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    ct state established,related accept
    iifname "${uplink}" drop
    icmp type echo-request accept
    udp dport 67 accept
    ip daddr ${linkLocal.metadata} tcp dport 80 accept
    ip daddr ${linkLocal.resolver} meta l4proto { tcp, udp } th dport 53 accept
    ip daddr ${linkLocal.api} tcp dport { ${relayPort.api}, ${relayPort.http}, ${relayPort.tls} } accept
    ip daddr ${linkLocal.hosts} tcp dport 80 accept
    reject with icmpx type admin-prohibited
  }
  chain metadata {
    type filter hook output priority mangle; policy accept;
    ip saddr ${linkLocal.metadata} ip daddr vmap @hops
  }
}
`
}

export interface MachineFirewall {
  readonly address: string
  readonly firewall: FirewallRules
  readonly metadataHopLimit: number
}

/** Brings one machine in, or replaces its rules; nft applies a script whole or not at all. */
export function machineScript({ address, firewall, metadataHopLimit }: MachineFirewall): string {
  const { ingressChain, egressChain, hopsChain } = chains(address)
  const allowed = (chain: string, matches: readonly string[]) =>
    matches.map((match) => `add rule ${table} ${chain} ${match} accept`)
  return lines([
    ...[ingressChain, egressChain, hopsChain].flatMap((chain) => [
      `add chain ${table} ${chain}`,
      `flush chain ${table} ${chain}`,
    ]),
    ...allowed(ingressChain, matchesOf('saddr', firewall.ingress)),
    ...allowed(egressChain, matchesOf('daddr', firewall.egress)),
    `add rule ${table} ${hopsChain} ip ttl set ${metadataHopLimit}`,
    `add element ${table} homes { "${machineLink(address)}" . ${address} }`,
    `add element ${table} ingress { ${address} : jump ${ingressChain} }`,
    `add element ${table} egress { ${address} : jump ${egressChain} }`,
    `add element ${table} hops { ${address} : jump ${hopsChain} }`,
  ])
}

/** The counterpart: after it nothing of the machine is left. */
export function withoutMachineScript(address: string): string {
  const { ingressChain, egressChain, hopsChain } = chains(address)
  return lines([
    `delete element ${table} ingress { ${address} }`,
    `delete element ${table} egress { ${address} }`,
    `delete element ${table} hops { ${address} }`,
    `delete element ${table} homes { "${machineLink(address)}" . ${address} }`,
    `delete chain ${table} ${ingressChain}`,
    `delete chain ${table} ${egressChain}`,
    `delete chain ${table} ${hopsChain}`,
  ])
}

/**
 * A group at the other end is the addresses of all its members: those with the same ports are one set in one rule, so that a
 * fleet has as many rules as permissions, not as pairs of machines. Ranges may overlap, and a set takes none that do.
 */
function matchesOf(end: 'saddr' | 'daddr', rules: readonly FirewallRule[]): readonly string[] {
  const ends = new Map<string, Set<string>>()
  for (const rule of rules) {
    // A range that is not IPv4 has nobody here in it.
    if (parseRange(rule.cidr) === undefined) continue
    const what = portMatch(rule)
    ends.set(what, (ends.get(what) ?? new Set()).add(rule.cidr))
  }
  return [...ends].flatMap(([what, cidrs]) => {
    const addresses = [...cidrs].filter((cidr) => cidr.endsWith('/32'))
    const ranges = [...cidrs].filter((cidr) => !cidr.endsWith('/32'))
    const members = addresses.length > 1 ? [`{ ${addresses.join(', ')} }`] : addresses
    return [...ranges, ...members].map((range) => `ip ${end} ${range}${what}`)
  })
}

function portMatch(rule: FirewallRule): string {
  switch (rule.protocol) {
    case 'all':
      return ''
    case 'icmp':
      // EC2 writes an ICMP type in the place of the first port; -1 is every type.
      return rule.fromPort < 0 ? ' ip protocol icmp' : ` icmp type ${rule.fromPort}`
    case 'tcp':
    case 'udp':
      return ` ${rule.protocol} dport ${rule.fromPort}-${rule.toPort}`
  }
}

function chains(address: string) {
  const digits = addressDigits(address)
  return { ingressChain: `ingress_${digits}`, egressChain: `egress_${digits}`, hopsChain: `hops_${digits}` }
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`
}
