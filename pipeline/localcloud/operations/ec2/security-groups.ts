// CreateSecurityGroup, DescribeSecurityGroups, DescribeSecurityGroupRules, DeleteSecurityGroup.

import type {
  CreateSecurityGroupRequest,
  CreateSecurityGroupResult,
  DeleteSecurityGroupRequest,
  DeleteSecurityGroupResult,
  DescribeSecurityGroupRulesRequest,
  DescribeSecurityGroupRulesResult,
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
} from '@aws-sdk/client-ec2'
import { ensureDefaultNetwork } from '../../store/default-network.ts'
import { isLive } from '../../store/instance.ts'
import type { SecurityGroup, SecurityGroupRule } from '../../store/network.ts'
import { type Draft, type PlaceKey, placeOf } from '../../store/state.ts'
import { tagList } from '../../store/tags.ts'
import { ApiFault } from '../../wire/fault.ts'
import { type Fields, filtered } from '../filters.ts'
import { operation, required } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { specified } from './create-image.ts'
import { permissionsOf, ruleView } from './security-group-rules.ts'

export const createSecurityGroup = operation<CreateSecurityGroupRequest, CreateSecurityGroupResult>({
  handles: ['Description', 'GroupName', 'VpcId', 'TagSpecifications'],
  run({ input, draft, place, network }) {
    const name = required(input.GroupName, 'GroupName')
    const vpc = ensureDefaultNetwork(draft, place, network.cidr)
    const vpcId = input.VpcId ?? vpc.id
    if (draft.get(place, 'vpcs', vpcId) === undefined)
      throw new ApiFault('InvalidVpcID.NotFound', `The vpc ID '${vpcId}' does not exist`)
    if (draft.rows(place, 'securityGroups').some((group) => group.name === name && group.vpcId === vpcId)) {
      throw new ApiFault('InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${vpcId}'`)
    }
    const group: SecurityGroup = {
      id: draft.mint('sg'),
      name,
      description: required(input.Description, 'GroupDescription'),
      vpcId,
      // "By default, a new security group has one outbound rule that allows all traffic" [doc: vpc-security-groups].
      rules: [{ id: draft.mint('sgr'), direction: 'egress', protocol: '-1', fromPort: -1, toPort: -1, cidr: '0.0.0.0/0' }],
      tags: specified(input, 'security-group'),
    }
    draft.put(place, 'securityGroups', group.id, group)
    return { GroupId: group.id, SecurityGroupArn: arn(place, group), Tags: tagList(group.tags) }
  },
})

const fields: Fields<SecurityGroup> = {
  description: (group) => group.description,
  'group-id': (group) => group.id,
  'group-name': (group) => group.name,
  ...permissionFields('ip-permission', 'ingress'),
  ...permissionFields('egress.ip-permission', 'egress'),
  'vpc-id': (group) => group.vpcId,
}

function permissionFields(prefix: string, direction: SecurityGroupRule['direction']): Fields<SecurityGroup> {
  const field = (read: (rule: SecurityGroupRule) => string | undefined) => (group: SecurityGroup) =>
    group.rules.filter((rule) => rule.direction === direction).map(read)
  return {
    [`${prefix}.cidr`]: field((rule) => rule.cidr),
    [`${prefix}.from-port`]: field((rule) => String(rule.fromPort)),
    [`${prefix}.group-id`]: field((rule) => rule.groupId),
    [`${prefix}.ipv6-cidr`]: field((rule) => rule.cidr6),
    [`${prefix}.protocol`]: field((rule) => rule.protocol),
    [`${prefix}.to-port`]: field((rule) => String(rule.toPort)),
  }
}

export const describeSecurityGroups = operation<DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult>({
  handles: ['GroupIds', 'GroupNames', 'Filters', 'MaxResults', 'NextToken'],
  filters: fields,
  run({ input, draft, place, account, network }) {
    ensureDefaultNetwork(draft, place, network.cidr)
    const all = draft.rows(place, 'securityGroups')
    for (const id of input.GroupIds ?? []) findGroup(draft, place, id)
    for (const name of input.GroupNames ?? []) {
      if (!all.some((group) => group.name === name))
        throw new ApiFault('InvalidGroup.NotFound', `The security group '${name}' does not exist in default VPC`)
    }
    const chosen = all
      .filter((group) => !input.GroupIds?.length || input.GroupIds.includes(group.id))
      .filter((group) => !input.GroupNames?.length || input.GroupNames.includes(group.name))
    const request = { size: input.MaxResults, token: input.NextToken, largest: 1_000, badToken: 'InvalidNextToken' }
    const page = pageOf(filtered(chosen, input.Filters, fields), (group) => group.id, request)
    return {
      NextToken: page.nextToken,
      SecurityGroups: page.rows.map((group) => ({
        GroupId: group.id,
        GroupName: group.name,
        Description: group.description,
        OwnerId: account,
        VpcId: group.vpcId,
        SecurityGroupArn: arn(place, group),
        IpPermissions: permissionsOf(group, 'ingress', account),
        IpPermissionsEgress: permissionsOf(group, 'egress', account),
        Tags: tagList(group.tags),
      })),
    }
  },
})

interface OwnedRule {
  readonly group: SecurityGroup
  readonly rule: SecurityGroup['rules'][number]
}

const ruleFields: Fields<OwnedRule> = {
  'group-id': ({ group }) => group.id,
  'security-group-rule-id': ({ rule }) => rule.id,
}

export const describeSecurityGroupRules = operation<DescribeSecurityGroupRulesRequest, DescribeSecurityGroupRulesResult>({
  handles: ['SecurityGroupRuleIds', 'Filters', 'MaxResults', 'NextToken'],
  filters: ruleFields,
  run({ input, draft, place, account }) {
    const all = draft.rows(place, 'securityGroups').flatMap((group) => group.rules.map((rule) => ({ group, rule })))
    const ids = input.SecurityGroupRuleIds
    for (const id of ids ?? []) {
      if (!all.some(({ rule }) => rule.id === id))
        throw new ApiFault('InvalidSecurityGroupRuleId.NotFound', `The security group rule ID '${id}' does not exist`)
    }
    const chosen = ids?.length ? all.filter(({ rule }) => ids.includes(rule.id)) : all
    const request = { size: input.MaxResults, token: input.NextToken, largest: 1_000, badToken: 'InvalidNextToken' }
    const page = pageOf(filtered(chosen, input.Filters, ruleFields), ({ rule }) => rule.id, request)
    return { NextToken: page.nextToken, SecurityGroupRules: page.rows.map(({ group, rule }) => ruleView(group, rule, account)) }
  },
})

export const deleteSecurityGroup = operation<DeleteSecurityGroupRequest, DeleteSecurityGroupResult>({
  handles: ['GroupId', 'GroupName'],
  run({ input, draft, place }) {
    const named = draft
      .rows(place, 'securityGroups')
      .find((group) => input.GroupName !== undefined && group.name === input.GroupName)
    const group = named ?? findGroup(draft, place, required(input.GroupId ?? input.GroupName, 'GroupId'))
    if (group.name === 'default')
      throw new ApiFault('CannotDelete', `the specified group: "${group.id}" name: "default" cannot be deleted by a user`)
    const isUsed =
      draft.rows(place, 'instances').some((instance) => isLive(instance) && instance.securityGroupIds.includes(group.id)) ||
      draft
        .rows(place, 'securityGroups')
        .some((other) => other.id !== group.id && other.rules.some((rule) => rule.groupId === group.id))
    if (isUsed) throw new ApiFault('DependencyViolation', `resource ${group.id} has a dependent object`)
    draft.remove(place, 'securityGroups', group.id)
    return { Return: true, GroupId: group.id }
  },
})

export function findGroup(draft: Draft, place: PlaceKey, id: string): SecurityGroup {
  const group = draft.get(place, 'securityGroups', id)
  if (group !== undefined) return group
  if (!/^sg-[0-9a-f]{8}(?:[0-9a-f]{9})?$/.test(id))
    throw new ApiFault('InvalidGroupId.Malformed', `Invalid id: "${id}" (expecting "sg-...")`)
  throw new ApiFault('InvalidGroup.NotFound', `The security group '${id}' does not exist`)
}

function arn(place: PlaceKey, group: SecurityGroup): string {
  const { account, region } = placeOf(place)
  return `arn:aws:ec2:${region}:${account}:security-group/${group.id}`
}
