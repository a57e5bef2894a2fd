// AuthorizeSecurityGroupIngress and Egress, and their revocation.

import type {
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupEgressResult,
  AuthorizeSecurityGroupIngressRequest,
  AuthorizeSecurityGroupIngressResult,
  IpPermission,
  RevokeSecurityGroupEgressRequest,
  RevokeSecurityGroupEgressResult,
  RevokeSecurityGroupIngressRequest,
  RevokeSecurityGroupIngressResult,
} from '@aws-sdk/client-ec2'
import type { SecurityGroup, SecurityGroupRule } from '../../store/network.ts'
import { ApiFault } from '../../wire/fault.ts'
import { type Call, operation, required } from '../operation.ts'
import { isSameRule, rulesFrom, ruleView } from './security-group-rules.ts'
import { findGroup } from './security-groups.ts'

type Direction = SecurityGroupRule['direction']
type AuthorizeInput = Pick<
  AuthorizeSecurityGroupIngressRequest,
  'CidrIp' | 'FromPort' | 'ToPort' | 'IpProtocol' | 'GroupId' | 'GroupName' | 'IpPermissions'
>
type RevokeInput = AuthorizeInput & Pick<RevokeSecurityGroupIngressRequest, 'SecurityGroupRuleIds'>

export const authorizeSecurityGroupIngress = operation<AuthorizeSecurityGroupIngressRequest, AuthorizeSecurityGroupIngressResult>(
  {
    handles: ['GroupId', 'GroupName', 'IpPermissions', 'CidrIp', 'FromPort', 'ToPort', 'IpProtocol'],
    run: (call) => authorize(call, 'ingress'),
  },
)

export const authorizeSecurityGroupEgress = operation<AuthorizeSecurityGroupEgressRequest, AuthorizeSecurityGroupEgressResult>({
  handles: ['GroupId', 'IpPermissions'],
  run: (call) => authorize(call, 'egress'),
})

export const revokeSecurityGroupIngress = operation<RevokeSecurityGroupIngressRequest, RevokeSecurityGroupIngressResult>({
  handles: ['GroupId', 'GroupName', 'IpPermissions', 'CidrIp', 'FromPort', 'ToPort', 'IpProtocol', 'SecurityGroupRuleIds'],
  run: (call) => revoke(call, 'ingress'),
})

export const revokeSecurityGroupEgress = operation<RevokeSecurityGroupEgressRequest, RevokeSecurityGroupEgressResult>({
  handles: ['GroupId', 'IpPermissions', 'SecurityGroupRuleIds'],
  run: (call) => revoke(call, 'egress'),
})

function authorize(call: Call<AuthorizeInput>, direction: Direction): AuthorizeSecurityGroupIngressResult {
  const { draft, place, account } = call
  const group = addressed(call)
  const rules = rulesFrom(draft, direction, permissionsIn(call.input))
  for (const rule of rules) {
    if (rule.groupId !== undefined) findGroup(draft, place, rule.groupId)
    if (group.rules.some((known) => isSameRule(known, rule))) {
      const what = `peer: ${rule.cidr ?? rule.cidr6 ?? rule.groupId}, ${rule.protocol.toUpperCase()}, from port: ${rule.fromPort}, to port: ${rule.toPort}, ALLOW`
      throw new ApiFault('InvalidPermission.Duplicate', `the specified rule "${what}" already exists`)
    }
  }
  refuseTooMany([...group.rules, ...rules].filter((rule) => rule.direction === direction))
  draft.change(place, 'securityGroups', group.id, { rules: [...group.rules, ...rules] })
  return { Return: true, SecurityGroupRules: rules.map((rule) => ruleView(group, rule, account)) }
}

/** "Inbound or outbound rules per security group: 60", "enforced separately for IPv4 rules and IPv6 rules" [doc: amazon-vpc-limits]. */
const mostRules = 60

/** A rule that names a group counts for both. */
function refuseTooMany(rules: readonly SecurityGroupRule[]): void {
  const counts = [rules.filter(({ cidr6 }) => cidr6 === undefined).length, rules.filter(({ cidr }) => cidr === undefined).length]
  if (Math.max(...counts) > mostRules)
    throw new ApiFault('RulesPerSecurityGroupLimitExceeded', 'The maximum number of rules per security group has been reached.')
}

function revoke(call: Call<RevokeInput>, direction: Direction): RevokeSecurityGroupIngressResult {
  const { input, draft, place } = call
  const group = addressed(call)
  const ids = input.SecurityGroupRuleIds ?? []
  const asked = ids.length > 0 ? [] : rulesFrom(draft, direction, permissionsIn(input))
  const gone = group.rules.filter((rule) => ids.includes(rule.id) || asked.some((one) => isSameRule(one, rule)))
  const missing = ids.find((id) => !gone.some((rule) => rule.id === id))
  if (missing !== undefined)
    throw new ApiFault('InvalidSecurityGroupRuleId.NotFound', `The specified security group rule ID '${missing}' does not exist`)
  if (gone.length < asked.length)
    throw new ApiFault('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.')
  draft.change(place, 'securityGroups', group.id, { rules: group.rules.filter((rule) => !gone.includes(rule)) })
  return { Return: true }
}

function addressed({ input, draft, place }: Call<AuthorizeInput>): SecurityGroup {
  const named = draft
    .rows(place, 'securityGroups')
    .find((group) => input.GroupName !== undefined && group.name === input.GroupName)
  return named ?? findGroup(draft, place, required(input.GroupId ?? input.GroupName, 'GroupId'))
}

/** The nested form, or the older one with a single range written flat. */
function permissionsIn(input: AuthorizeInput): readonly IpPermission[] {
  if (input.IpPermissions?.length) return input.IpPermissions
  const { CidrIp, FromPort, ToPort, IpProtocol } = input
  return [{ IpProtocol, FromPort, ToPort, IpRanges: [{ CidrIp: required(CidrIp, 'IpPermissions') }] }]
}
