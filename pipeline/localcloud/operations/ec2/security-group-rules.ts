// Rules of a security group, between EC2's nested permissions and one row a source.

import type { IpPermission, SecurityGroupRule as WireRule } from '@aws-sdk/client-ec2'
import type { SecurityGroup, SecurityGroupRule } from '../../store/network.ts'
import type { Draft } from '../../store/state.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'

type Source = Pick<SecurityGroupRule, 'cidr' | 'cidr6' | 'groupId' | 'description'>

/** One row for every source of every permission. */
export function rulesFrom(
  draft: Draft,
  direction: SecurityGroupRule['direction'],
  permissions: readonly IpPermission[],
): SecurityGroupRule[] {
  return permissions.flatMap((permission) => {
    const { protocol, fromPort, toPort } = portsOf(permission)
    return sourcesOf(permission).map((source) => ({ id: draft.mint('sgr'), direction, protocol, fromPort, toPort, ...source }))
  })
}

const protocolNumbers: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp', '1': 'icmp' }

function portsOf(permission: IpPermission): Pick<SecurityGroupRule, 'protocol' | 'fromPort' | 'toPort'> {
  const written = (permission.IpProtocol ?? '').toLowerCase()
  const protocol = protocolNumbers[written] ?? written
  if (!/^(tcp|udp|icmp|icmpv6|-1|\d{1,3})$/.test(protocol))
    throw new ApiFault('InvalidPermission.Malformed', `Unsupported IP protocol "${written}"`)
  if (protocol === '-1') return { protocol, fromPort: -1, toPort: -1 }
  const fromPort = permission.FromPort ?? -1
  const toPort = permission.ToPort ?? -1
  const hasPorts = protocol === 'tcp' || protocol === 'udp'
  if (hasPorts && !(fromPort >= 0 && toPort <= 65_535 && fromPort <= toPort)) {
    throw new ApiFault('InvalidPermission.Malformed', `Invalid port range: ${fromPort} to ${toPort}`)
  }
  return { protocol, fromPort, toPort }
}

function sourcesOf(permission: IpPermission): Source[] {
  if (permission.PrefixListIds?.length) throw unsupported('IpPermissions.PrefixListIds')
  const described = (text: string | undefined) => (text === undefined ? {} : { description: text })
  const sources: Source[] = [
    ...(permission.IpRanges ?? []).map((range) => ({ cidr: checkedCidr(range.CidrIp), ...described(range.Description) })),
    ...(permission.Ipv6Ranges ?? []).map((range) => ({ cidr6: range.CidrIpv6 ?? '', ...described(range.Description) })),
    ...(permission.UserIdGroupPairs ?? []).map((pair) => ({ groupId: pair.GroupId ?? '', ...described(pair.Description) })),
  ]
  if (sources.length === 0) throw new ApiFault('MissingParameter', 'The request must contain a source of the permission')
  return sources
}

function checkedCidr(cidr: string | undefined): string {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr ?? '')
  if (match === null || match.slice(1, 5).some((part) => Number(part) > 255) || Number(match[5]) > 32) {
    throw new ApiFault('InvalidParameterValue', `CIDR block ${cidr} is malformed`)
  }
  return cidr ?? ''
}

/** Two rules allow the same when everything but their IDs and descriptions is equal. */
export function isSameRule(a: SecurityGroupRule, b: SecurityGroupRule): boolean {
  const facts = (rule: SecurityGroupRule) =>
    [rule.direction, rule.protocol, rule.fromPort, rule.toPort, rule.cidr ?? '', rule.cidr6 ?? '', rule.groupId ?? ''].join('|')
  return facts(a) === facts(b)
}

/** Rows of one direction folded back: one permission for each protocol and port range. */
export function permissionsOf(group: SecurityGroup, direction: SecurityGroupRule['direction'], owner: string): IpPermission[] {
  const folded = new Map<string, SecurityGroupRule[]>()
  for (const rule of group.rules.filter((one) => one.direction === direction)) {
    const key = `${rule.protocol}|${rule.fromPort}|${rule.toPort}`
    folded.set(key, [...(folded.get(key) ?? []), rule])
  }
  return [...folded.values()].map((rules) => {
    const { protocol, fromPort, toPort } = rules[0] as SecurityGroupRule
    const described = (rule: SecurityGroupRule) => (rule.description === undefined ? {} : { Description: rule.description })
    return {
      IpProtocol: protocol,
      ...(protocol === '-1' ? {} : { FromPort: fromPort, ToPort: toPort }),
      IpRanges: rules.flatMap((rule) => (rule.cidr === undefined ? [] : [{ CidrIp: rule.cidr, ...described(rule) }])),
      Ipv6Ranges: rules.flatMap((rule) => (rule.cidr6 === undefined ? [] : [{ CidrIpv6: rule.cidr6, ...described(rule) }])),
      UserIdGroupPairs: rules.flatMap((rule) =>
        rule.groupId === undefined ? [] : [{ GroupId: rule.groupId, UserId: owner, ...described(rule) }],
      ),
      PrefixListIds: [],
    }
  })
}

export function ruleView(group: SecurityGroup, rule: SecurityGroupRule, owner: string): WireRule {
  return {
    SecurityGroupRuleId: rule.id,
    GroupId: group.id,
    GroupOwnerId: owner,
    IsEgress: rule.direction === 'egress',
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    Tags: [],
    ...(rule.cidr === undefined ? {} : { CidrIpv4: rule.cidr }),
    ...(rule.cidr6 === undefined ? {} : { CidrIpv6: rule.cidr6 }),
    ...(rule.groupId === undefined ? {} : { ReferencedGroupInfo: { GroupId: rule.groupId, UserId: owner } }),
    ...(rule.description === undefined ? {} : { Description: rule.description }),
  }
}
