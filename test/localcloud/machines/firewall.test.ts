import { describe, expect, test } from 'vitest'
import { baseScript, machineScript, withoutMachineScript } from '../../../pipeline/localcloud/machines/firewall.ts'
import { planNetwork } from '../../../pipeline/localcloud/machines/network-plan.ts'

const machine = {
  address: '10.1.2.3',
  metadataHopLimit: 2,
  firewall: {
    ingress: [
      { protocol: 'tcp', fromPort: 22, toPort: 22, cidr: '0.0.0.0/0' },
      { protocol: 'udp', fromPort: 500, toPort: 510, cidr: '10.9.0.0/16' },
      { protocol: 'icmp', fromPort: -1, toPort: -1, cidr: '0.0.0.0/0' },
      { protocol: 'icmp', fromPort: 8, toPort: -1, cidr: '0.0.0.0/0' },
      { protocol: 'all', fromPort: -1, toPort: -1, cidr: '10.1.2.4/32' },
      { protocol: 'tcp', fromPort: 80, toPort: 80, cidr: '::/0' },
    ],
    egress: [
      { protocol: 'tcp', fromPort: 443, toPort: 443, cidr: '0.0.0.0/0' },
      { protocol: 'udp', fromPort: 123, toPort: 123, cidr: '10.1.2.4/32' },
      { protocol: 'all', fromPort: -1, toPort: -1, cidr: '::/0' },
    ],
  },
} as const

describe('firewall', () => {
  test('a machine’s rules, in a script that also replaces those it had; IPv6 has nobody here', () => {
    expect(machineScript(machine)).toBe(`add chain inet drover ingress_0a010203
flush chain inet drover ingress_0a010203
add chain inet drover egress_0a010203
flush chain inet drover egress_0a010203
add chain inet drover hops_0a010203
flush chain inet drover hops_0a010203
add rule inet drover ingress_0a010203 ip saddr 0.0.0.0/0 tcp dport 22-22 accept
add rule inet drover ingress_0a010203 ip saddr 10.9.0.0/16 udp dport 500-510 accept
add rule inet drover ingress_0a010203 ip saddr 0.0.0.0/0 ip protocol icmp accept
add rule inet drover ingress_0a010203 ip saddr 0.0.0.0/0 icmp type 8 accept
add rule inet drover ingress_0a010203 ip saddr 10.1.2.4/32 accept
add rule inet drover egress_0a010203 ip daddr 0.0.0.0/0 tcp dport 443-443 accept
add rule inet drover egress_0a010203 ip daddr 10.1.2.4/32 udp dport 123-123 accept
add rule inet drover hops_0a010203 ip ttl set 2
add element inet drover homes { "vm-0a010203" . 10.1.2.3 }
add element inet drover ingress { 10.1.2.3 : jump ingress_0a010203 }
add element inet drover egress { 10.1.2.3 : jump egress_0a010203 }
add element inet drover hops { 10.1.2.3 : jump hops_0a010203 }
`)
  })

  test('a group’s members are one set in one rule, beside ranges that may hold some of them', () => {
    const members = Array.from({ length: 30 }, (_, number) => `10.1.2.${number}/32`)
    const from = (port: number, cidr: string) => ({ protocol: 'tcp', fromPort: port, toPort: port, cidr }) as const
    const ingress = [
      ...members.flatMap((cidr) => [from(80, cidr), { protocol: 'all', fromPort: -1, toPort: -1, cidr } as const]),
      from(80, '10.1.0.0/16'),
      // Two groups may have one member.
      from(80, '10.1.2.7/32'),
    ]
    const rules = machineScript({ ...machine, firewall: { ingress, egress: ingress.slice(0, 4) } })
      .split('\n')
      .filter((line) => line.includes('accept'))
    expect(rules).toEqual([
      'add rule inet drover ingress_0a010203 ip saddr 10.1.0.0/16 tcp dport 80-80 accept',
      `add rule inet drover ingress_0a010203 ip saddr { ${members.join(', ')} } tcp dport 80-80 accept`,
      `add rule inet drover ingress_0a010203 ip saddr { ${members.join(', ')} } accept`,
      'add rule inet drover egress_0a010203 ip daddr { 10.1.2.0/32, 10.1.2.1/32 } tcp dport 80-80 accept',
      'add rule inet drover egress_0a010203 ip daddr { 10.1.2.0/32, 10.1.2.1/32 } accept',
    ])
  })

  test('taking it out names all that was put in, elements before the chains they jump to', () => {
    expect(withoutMachineScript(machine.address)).toBe(`delete element inet drover ingress { 10.1.2.3 }
delete element inet drover egress { 10.1.2.3 }
delete element inet drover hops { 10.1.2.3 }
delete element inet drover homes { "vm-0a010203" . 10.1.2.3 }
delete chain inet drover ingress_0a010203
delete chain inet drover egress_0a010203
delete chain inet drover hops_0a010203
`)
  })

  test('without a rule nothing is let through either way, and the redirection spares the cloud’s own range', () => {
    const script = baseScript(planNetwork('10.100.16.0/20'))
    expect(script).toContain('type filter hook forward priority filter; policy drop;')
    // After connections are tracked, and before a destination is translated.
    expect(script).toContain('type filter hook prerouting priority mangle; policy drop;')
    expect(script).toContain('type filter hook input priority filter; policy drop;')
    expect(script.indexOf('ip daddr 10.100.16.0/20 accept')).toBeLessThan(script.indexOf('tcp dport 80 dnat'))
    // nft 1.0.6 can't read a closing brace at the end of a rule's line.
    for (const line of script.split('\n').filter((each) => each.trim().endsWith('}'))) expect(line.trim()).toBe('}')
  })
})
