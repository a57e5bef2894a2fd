// Roles, their policies and profiles as IAM keeps them: made, read back, refused, taken away.

import { describe, expect, test } from 'vitest'
import { simulateCloud } from '../simulated-cloud.ts'

const account = '000000000001'

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
})
const document = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' }],
})
const role = { RoleName: 'drover-bake', AssumeRolePolicyDocument: trust }
const policyArn = `arn:aws:iam::${account}:policy/team/describe`

async function cloudWithRole() {
  const simulated = await simulateCloud()
  const iam = (action: string, input: object) => simulated.ask('iam', action, input)
  const refused = (action: string, input: object) => simulated.refusal('iam', action, input)
  await iam('CreateRole', { ...role, Path: '/team/', Description: 'Bakes', Tags: [{ Key: 'team', Value: 'web' }] })
  return { ...simulated, iam, refused }
}

test('a role is what it was made as, its trust policy URL-encoded', async () => {
  const { iam } = await cloudWithRole()
  const { Role } = await iam('GetRole', { RoleName: 'drover-bake' })
  expect(Role).toMatchObject({
    Arn: `arn:aws:iam::${account}:role/team/drover-bake`,
    RoleId: expect.stringMatching(/^AROA/),
    Description: 'Bakes',
    MaxSessionDuration: 3_600,
    Tags: [{ Key: 'team', Value: 'web' }],
  })
  expect(Role.AssumeRolePolicyDocument).toMatch(/^%7B[^{}"():*]*%7D$/)
  expect(decodeURIComponent(Role.AssumeRolePolicyDocument)).toBe(trust)
})

test('roles are listed by name and path, page by page', async () => {
  const { iam } = await cloudWithRole()
  await iam('CreateRole', { ...role, RoleName: 'a' })
  const first = await iam('ListRoles', { MaxItems: 1 })
  expect([first.IsTruncated, first.Roles[0].RoleName]).toEqual([true, 'a'])
  const second = await iam('ListRoles', { MaxItems: 1, Marker: first.Marker })
  expect([second.IsTruncated, second.Roles[0].RoleName]).toEqual([false, 'drover-bake'])
  expect((await iam('ListRoles', { PathPrefix: '/team/' })).Roles).toHaveLength(1)
})

test('a trust policy is changed whole', async () => {
  const { iam } = await cloudWithRole()
  const other = trust.replace('ec2', 'ssm')
  await iam('UpdateAssumeRolePolicy', { RoleName: 'drover-bake', PolicyDocument: other })
  expect(decodeURIComponent((await iam('GetRole', role)).Role.AssumeRolePolicyDocument)).toBe(other)
})

test('inline policies are put, read, listed and deleted', async () => {
  const { iam, refused } = await cloudWithRole()
  const named = { RoleName: 'drover-bake', PolicyName: 'describe' }
  await iam('PutRolePolicy', { ...named, PolicyDocument: document })
  const { PolicyDocument } = await iam('GetRolePolicy', named)
  expect(decodeURIComponent(PolicyDocument)).toBe(document)
  expect((await iam('ListRolePolicies', { RoleName: 'drover-bake' })).PolicyNames).toEqual(['describe'])
  expect((await refused('DeleteRole', { RoleName: 'drover-bake' })).code).toBe('DeleteConflict')
  await iam('DeleteRolePolicy', named)
  expect(await refused('GetRolePolicy', named)).toEqual({
    code: 'NoSuchEntity',
    message: 'The role policy with name describe cannot be found.',
  })
})

test('managed policies are made, attached, listed, detached and deleted', async () => {
  const { iam, refused } = await cloudWithRole()
  const wish = { PolicyName: 'describe', Path: '/team/', PolicyDocument: document }
  expect((await iam('CreatePolicy', wish)).Policy).toMatchObject({ Arn: policyArn, DefaultVersionId: 'v1', AttachmentCount: 0 })
  const attachment = { RoleName: 'drover-bake', PolicyArn: policyArn }
  await iam('AttachRolePolicy', attachment)
  await iam('AttachRolePolicy', attachment)
  expect((await iam('ListAttachedRolePolicies', { RoleName: 'drover-bake' })).AttachedPolicies).toEqual([
    { PolicyArn: policyArn, PolicyName: 'describe' },
  ])
  expect((await iam('GetPolicy', { PolicyArn: policyArn })).Policy.AttachmentCount).toBe(1)
  const { PolicyVersion } = await iam('GetPolicyVersion', { PolicyArn: policyArn, VersionId: 'v1' })
  expect(decodeURIComponent(PolicyVersion.Document)).toBe(document)
  expect((await refused('DeletePolicy', { PolicyArn: policyArn })).code).toBe('DeleteConflict')
  expect((await refused('DeleteRole', { RoleName: 'drover-bake' })).code).toBe('DeleteConflict')
  await iam('DetachRolePolicy', attachment)
  expect((await iam('ListPolicies', { Scope: 'Local', OnlyAttached: true })).Policies).toEqual([])
  expect((await iam('ListPolicies', { Scope: 'Local' })).Policies).toHaveLength(1)
  await iam('DeletePolicy', { PolicyArn: policyArn })
  expect((await refused('GetPolicy', { PolicyArn: policyArn })).code).toBe('NoSuchEntity')
})

test('a profile gets one role, and goes when it has none', async () => {
  const { iam, refused } = await cloudWithRole()
  const profile = { InstanceProfileName: 'machine' }
  const both = { ...profile, RoleName: 'drover-bake' }
  expect((await iam('CreateInstanceProfile', profile)).InstanceProfile.Roles).toEqual([])
  await iam('AddRoleToInstanceProfile', both)
  expect((await iam('GetInstanceProfile', profile)).InstanceProfile.Roles[0]).toMatchObject({
    Arn: `arn:aws:iam::${account}:role/team/drover-bake`,
  })
  expect((await refused('AddRoleToInstanceProfile', both)).code).toBe('LimitExceeded')
  expect((await refused('DeleteInstanceProfile', profile)).code).toBe('DeleteConflict')
  expect((await refused('DeleteRole', { RoleName: 'drover-bake' })).code).toBe('DeleteConflict')
  expect((await iam('ListInstanceProfiles', {})).InstanceProfiles).toHaveLength(1)
  await iam('RemoveRoleFromInstanceProfile', both)
  await iam('DeleteInstanceProfile', profile)
  await iam('DeleteRole', { RoleName: 'drover-bake' })
  expect((await refused('GetRole', { RoleName: 'drover-bake' })).code).toBe('NoSuchEntity')
})

test('a role that is gone can be made again, without what it had', async () => {
  const { iam } = await cloudWithRole()
  const before = (await iam('GetRole', role)).Role.RoleId
  await iam('DeleteRole', { RoleName: 'drover-bake' })
  await iam('CreateRole', role)
  const { Role } = await iam('GetRole', role)
  expect([Role.Path, Role.RoleId === before]).toEqual(['/', false])
})

describe('refused', () => {
  const inline = { RoleName: 'drover-bake', PolicyName: 'p' }
  test.each<[string, string, object, string]>([
    ['a role of that name', 'CreateRole', role, 'EntityAlreadyExists'],
    ['a name of odd letters', 'CreateRole', { ...role, RoleName: 'a b' }, 'ValidationError'],
    ['a path that is none', 'CreateRole', { ...role, RoleName: 'b', Path: 'team' }, 'ValidationError'],
    ['sessions of a day', 'CreateRole', { ...role, RoleName: 'b', MaxSessionDuration: 86_400 }, 'ValidationError'],
    [
      'a boundary, which is not modelled',
      'CreateRole',
      { ...role, RoleName: 'b', PermissionsBoundary: policyArn },
      'UnsupportedOperation',
    ],
    [
      'a trust policy of a resource',
      'UpdateAssumeRolePolicy',
      { ...inline, PolicyName: undefined, PolicyDocument: document },
      'MalformedPolicyDocument',
    ],
    ['a policy of a principal', 'PutRolePolicy', { ...inline, PolicyDocument: trust }, 'MalformedPolicyDocument'],
    [
      'an operator there is not',
      'PutRolePolicy',
      { ...inline, PolicyDocument: document.replace('"Resource"', '"Condition":{"StringIs":{"aws:A":"a"}},"Resource"') },
      'MalformedPolicyDocument',
    ],
    [
      'an element there is not',
      'PutRolePolicy',
      { ...inline, PolicyDocument: document.replace('"Resource"', '"Comment":"x","Resource"') },
      'MalformedPolicyDocument',
    ],
    [
      'a policy too long',
      'PutRolePolicy',
      { ...inline, PolicyDocument: document.replace('ec2:Describe*', `ec2:${'D'.repeat(10_300)}`) },
      'LimitExceeded',
    ],
    ['a role there is not', 'PutRolePolicy', { ...inline, RoleName: 'x', PolicyDocument: document }, 'NoSuchEntity'],
    ['a policy there is not', 'AttachRolePolicy', { RoleName: 'drover-bake', PolicyArn: policyArn }, 'NoSuchEntity'],
    ['a policy that is not attached', 'DetachRolePolicy', { RoleName: 'drover-bake', PolicyArn: policyArn }, 'NoSuchEntity'],
    [
      'a policy of AWS, whose text is not here',
      'AttachRolePolicy',
      { RoleName: 'drover-bake', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
      'UnsupportedOperation',
    ],
    ['a second version', 'CreatePolicyVersion', { PolicyArn: policyArn, PolicyDocument: document }, 'UnsupportedOperation'],
    ['a list with those of AWS', 'ListPolicies', {}, 'UnsupportedOperation'],
    [
      'to take a role out of a profile it is not in',
      'RemoveRoleFromInstanceProfile',
      { InstanceProfileName: 'x', RoleName: 'drover-bake' },
      'NoSuchEntity',
    ],
  ])('%s (%s)', async (_, action, input, code) => {
    const { refused } = await cloudWithRole()
    expect((await refused(action, input)).code).toBe(code)
  })
})

test('roles and policies of another account are not seen', async () => {
  const { iam, cloud, refused } = await cloudWithRole()
  await cloud.admin.call('add-account', { id: '222222222222' })
  await iam('CreatePolicy', { PolicyName: 'describe', PolicyDocument: document })
  const foreign = policyArn.replace(account, '222222222222')
  expect((await refused('GetPolicy', { PolicyArn: foreign })).code).toBe('NoSuchEntity')
})
