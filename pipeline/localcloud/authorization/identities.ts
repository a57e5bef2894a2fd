// What each action of IAM and STS is about. [doc: list_awsidentityandaccessmanagementiam, list_awssecuritytokenservice]

import { profileArn } from '../store/account.ts'
import { roleNamed } from '../store/known-roles.ts'
import { arnOfPolicy, arnOfRole } from '../store/role.ts'
import { type About, type Asked, on, onNothing, type Resource, requestTagFacts, tagFacts, tagsIn, textIn } from './need.ts'

function roleResource({ draft, account }: Asked, name: string | undefined, path = '/'): Resource {
  const role = roleNamed(draft, account, name ?? '')
  const arn = arnOfRole(role ?? { account, path, name: name ?? '*' })
  return { type: 'role', arn, facts: tagFacts(role?.tags ?? {}, 'aws:ResourceTag', 'iam:ResourceTag') }
}

const role = on((asked) => [roleResource(asked, textIn(asked, 'RoleName'))])

const newRole = on((asked) => {
  const resource = roleResource(asked, textIn(asked, 'RoleName'), textIn(asked, 'Path'))
  return [{ ...resource, facts: requestTagFacts(tagsIn(asked)) }]
})

const attachment = on((asked) => {
  const resource = roleResource(asked, textIn(asked, 'RoleName'))
  return [{ ...resource, facts: { ...resource.facts, 'iam:PolicyARN': textIn(asked, 'PolicyArn') } }]
})

const policy = on((asked) => [{ type: 'policy', arn: textIn(asked, 'PolicyArn') ?? '*', facts: {} }])

const newPolicy = on((asked) => {
  const { account } = asked
  const arn = arnOfPolicy({ account, path: textIn(asked, 'Path') ?? '/', name: textIn(asked, 'PolicyName') ?? '*' })
  return [{ type: 'policy', arn, facts: requestTagFacts(tagsIn(asked)) }]
})

const profile = on((asked) => {
  const arn = profileArn(asked.account, textIn(asked, 'InstanceProfileName') ?? '*')
  return [{ type: 'instance-profile', arn, facts: requestTagFacts(tagsIn(asked)) }]
})

/** "You must also have iam:PassRole on the role" that goes into a profile [doc: AddRoleToInstanceProfile]. */
const roleIntoProfile: About = (asked, action) => [
  ...profile(asked, action),
  { action: 'iam:PassRole', resource: roleResource(asked, textIn(asked, 'RoleName')) },
]

export const iam = {
  AddRoleToInstanceProfile: roleIntoProfile,
  AttachRolePolicy: attachment,
  CreateInstanceProfile: profile,
  CreatePolicy: newPolicy,
  CreateRole: newRole,
  DeleteInstanceProfile: profile,
  DeletePolicy: policy,
  DeleteRole: role,
  DeleteRolePolicy: role,
  DetachRolePolicy: attachment,
  GetInstanceProfile: profile,
  GetPolicy: policy,
  GetPolicyVersion: policy,
  GetRole: role,
  GetRolePolicy: role,
  ListAttachedRolePolicies: role,
  ListInstanceProfiles: onNothing,
  ListPolicies: onNothing,
  ListRolePolicies: role,
  ListRoles: onNothing,
  PutRolePolicy: role,
  RemoveRoleFromInstanceProfile: profile,
  UpdateAssumeRolePolicy: role,
} satisfies Readonly<Record<string, About>>

/** "No permissions are required" to ask who one is [doc: GetCallerIdentity]; whether a role may be taken, its trust policy says with them. */
export const sts = {
  AssumeRole: () => [],
  AssumeRoleWithWebIdentity: () => [],
  GetCallerIdentity: () => [],
} satisfies Readonly<Record<string, About>>
