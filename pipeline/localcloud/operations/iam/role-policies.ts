// Policies of a role: inline ones by name, managed ones by ARN.

import type {
  AttachRolePolicyRequest,
  DeleteRolePolicyRequest,
  DetachRolePolicyRequest,
  GetRolePolicyRequest,
  GetRolePolicyResponse,
  ListAttachedRolePoliciesRequest,
  ListAttachedRolePoliciesResponse,
  ListRolePoliciesRequest,
  ListRolePoliciesResponse,
  PutRolePolicyRequest,
} from '@aws-sdk/client-iam'
import { putRole } from '../../store/known-roles.ts'
import type { Role } from '../../store/role.ts'
import { operation } from '../operation.ts'
import {
  checkedDocument,
  checkedName,
  encodedDocument,
  findRole,
  iamPage,
  limitExceeded,
  noSuchEntity,
  sizeOf,
} from './entities.ts'
import { attachablePolicy, policyPath } from './managed-policies.ts'

/** "The total aggregate policy size can't exceed: role policy size 10,240 characters" [doc: reference_iam-quotas]. */
const longestInline = 10_240
/** "Managed policies attached to an IAM role: 10" [doc: reference_iam-quotas]. */
const mostAttached = 10

export const putRolePolicy = operation<PutRolePolicyRequest, object>({
  handles: ['RoleName', 'PolicyName', 'PolicyDocument'],
  run({ input, draft, account }) {
    const role = findRole(draft, account, input.RoleName)
    const name = checkedName(input.PolicyName, 'policyName', 128)
    const document = checkedDocument(input.PolicyDocument, 'identity', longestInline)
    const inline = { ...role.inline, [name]: document }
    const total = Object.values(inline).reduce((sum, one) => sum + sizeOf(one), 0)
    if (total > longestInline) throw limitExceeded(`Maximum policy size of ${longestInline} bytes exceeded for role ${role.name}`)
    putRole(draft, { ...role, inline })
    return {}
  },
})

export const getRolePolicy = operation<GetRolePolicyRequest, GetRolePolicyResponse>({
  handles: ['RoleName', 'PolicyName'],
  run({ input, draft, account }) {
    const role = findRole(draft, account, input.RoleName)
    const [name, document] = inlinePolicy(role, input.PolicyName)
    return { RoleName: role.name, PolicyName: name, PolicyDocument: encodedDocument(document) }
  },
})

export const deleteRolePolicy = operation<DeleteRolePolicyRequest, object>({
  handles: ['RoleName', 'PolicyName'],
  run({ input, draft, account }) {
    const role = findRole(draft, account, input.RoleName)
    const [gone] = inlinePolicy(role, input.PolicyName)
    putRole(draft, { ...role, inline: Object.fromEntries(Object.entries(role.inline).filter(([name]) => name !== gone)) })
    return {}
  },
})

function inlinePolicy(role: Role, name: string | undefined): [string, string] {
  const found = Object.entries(role.inline).find(([one]) => one === name)
  if (found === undefined) throw noSuchEntity(`The role policy with name ${name} cannot be found.`)
  return found
}

export const listRolePolicies = operation<ListRolePoliciesRequest, ListRolePoliciesResponse>({
  handles: ['RoleName', 'Marker', 'MaxItems'],
  run({ input, draft, account }) {
    const role = findRole(draft, account, input.RoleName)
    const page = iamPage(Object.keys(role.inline), (name) => name, input)
    return { PolicyNames: [...page.rows], ...page.end }
  },
})

export const attachRolePolicy = operation<AttachRolePolicyRequest, object>({
  handles: ['RoleName', 'PolicyArn'],
  run({ input, draft, account }) {
    const role = findRole(draft, account, input.RoleName)
    const arn = attachablePolicy(draft, account, input.PolicyArn)
    if (role.attached.includes(arn)) return {}
    if (role.attached.length >= mostAttached) throw limitExceeded(`Cannot exceed quota for PoliciesPerRole: ${mostAttached}`)
    putRole(draft, { ...role, attached: [...role.attached, arn] })
    return {}
  },
})

export const detachRolePolicy = operation<DetachRolePolicyRequest, object>({
  handles: ['RoleName', 'PolicyArn'],
  run({ input, draft, account }) {
    const role = findRole(draft, account, input.RoleName)
    if (!role.attached.includes(input.PolicyArn ?? '')) throw noSuchEntity(`Policy ${input.PolicyArn} was not found.`)
    putRole(draft, { ...role, attached: role.attached.filter((arn) => arn !== input.PolicyArn) })
    return {}
  },
})

export const listAttachedRolePolicies = operation<ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse>({
  handles: ['RoleName', 'PathPrefix', 'Marker', 'MaxItems'],
  run({ input, draft, account }) {
    const role = findRole(draft, account, input.RoleName)
    const arns = role.attached.filter((arn) => policyPath(arn).startsWith(input.PathPrefix ?? '/'))
    const page = iamPage(arns, (arn) => arn, input)
    return {
      AttachedPolicies: page.rows.map((PolicyArn) => ({ PolicyArn, PolicyName: PolicyArn.split('/').at(-1) })),
      ...page.end,
    }
  },
})
