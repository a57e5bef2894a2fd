// Who may take a role: what its trust policy says, what the caller's own policies say, and what the session is then held to.

import { describe, expect, test } from 'vitest'
import { type Asker, account, allowAll, type CloudWithRoles, cloudWithRoles, policy, roleArn, trust } from './cloud-with-roles.ts'

const stage = '222222222222'
const bothTags = [
  { Key: 'team', Value: 'web' },
  { Key: 'cost', Value: '7' },
]

async function cloudWithTrust(document: string): Promise<CloudWithRoles> {
  const clouds = await cloudWithRoles()
  await clouds.root.ask('iam', 'CreateRole', { RoleName: 'target', AssumeRolePolicyDocument: document })
  await clouds.root.ask('iam', 'PutRolePolicy', { RoleName: 'target', PolicyName: 'all', PolicyDocument: policy(allowAll) })
  return clouds
}

const target = { RoleArn: roleArn('target') }

/** What STS says to whoever may not. */
const denied = (message: string) => ({ code: 'AccessDenied', message, status: 403 })

test('a role that trusts nobody here is refused in AWS’s words, to root as well', async () => {
  const { root } = await cloudWithTrust(trust({ AWS: stage }))
  expect(await root.refusal('sts', 'AssumeRole', { ...target, RoleSessionName: 'drover' })).toEqual(
    denied(`User: arn:aws:iam::${account}:root is not authorized to perform: sts:AssumeRole on resource: ${target.RoleArn}`),
  )
})

describe('a condition of the trust policy', () => {
  const when = (Condition: object) => trust({ AWS: account }, { Condition })
  test.each<[string, object, object, object]>([
    ['sts:ExternalId', { StringEquals: { 'sts:ExternalId': 'x1' } }, { ExternalId: 'x1' }, { ExternalId: 'x2' }],
    ['sts:RoleSessionName', { StringLike: { 'sts:RoleSessionName': 'drover-*' } }, { RoleSessionName: 'drover-1' }, {}],
    ['aws:RequestTag', { StringEquals: { 'aws:RequestTag/team': 'web' } }, { Tags: bothTags }, {}],
    [
      'aws:TagKeys',
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } },
      { Tags: bothTags.slice(0, 1) },
      { Tags: bothTags },
    ],
    [
      'sts:TransitiveTagKeys',
      { 'ForAnyValue:StringEquals': { 'sts:TransitiveTagKeys': 'team' } },
      { Tags: bothTags, TransitiveTagKeys: ['team'] },
      { Tags: bothTags },
    ],
  ])('%s', async (_, condition, right, wrong) => {
    const { root } = await cloudWithTrust(when(condition))
    await root.assume({ ...target, ...right })
    await expect(root.assume({ ...target, ...wrong })).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  test('aws:PrincipalArn and aws:PrincipalAccount are those of the role that asks, not of its session', async () => {
    const condition = { ArnEquals: { 'aws:PrincipalArn': roleArn('runner') }, StringEquals: { 'aws:PrincipalAccount': account } }
    const { root, makeRole } = await cloudWithTrust(when(condition))
    await makeRole('runner', allowAll)
    const runner = await root.assume({ RoleArn: roleArn('runner') })
    await runner.assume(target)
    await expect(root.assume(target)).rejects.toMatchObject({ name: 'AccessDenied' })
  })
})

describe('a role of the same account', () => {
  test('that trusts the account leaves it to the caller’s own policies', async () => {
    const { as } = await cloudWithTrust(trust({ AWS: account }))
    const mayNot = await as({ ...allowAll, Action: 'ec2:*' })
    expect((await mayNot.refusal('sts', 'AssumeRole', { ...target, RoleSessionName: 'drover' })).message).toMatch(
      /^User: arn:aws:sts::000000000001:assumed-role\/role-1\/drover is not authorized to perform: sts:AssumeRole on resource: /,
    )
    const may = await as({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: target.RoleArn })
    await may.assume(target)
  })

  test('that trusts the caller by name needs no other policy', async () => {
    const { root, makeRole } = await cloudWithTrust(trust({ AWS: roleArn('runner') }))
    await makeRole('runner')
    const runner = await root.assume({ RoleArn: roleArn('runner') })
    await runner.assume(target)
  })
})

describe('a role of another account', () => {
  async function twoAccounts(document: string) {
    const clouds = await cloudWithRoles()
    await clouds.cloud.admin.call('add-account', { id: stage })
    const admin = await clouds.root.assume({ RoleArn: roleArn('admin', stage) })
    await admin.ask('iam', 'CreateRole', { RoleName: 'drover-promote', AssumeRolePolicyDocument: document })
    return { ...clouds, there: { RoleArn: roleArn('drover-promote', stage) } }
  }

  test('needs its trust and the caller’s own policy', async () => {
    const { as, there } = await twoAccounts(trust({ AWS: account }))
    const may = await as({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: `arn:aws:iam::*:role/drover-*` })
    expect((await (await may.assume(there)).ask('sts', 'GetCallerIdentity')).Account).toBe(stage)
    const mayNot = await as({ Effect: 'Allow', Action: 'ec2:*', Resource: '*' })
    await expect(mayNot.assume(there)).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  test('is not had by its own policy alone, nor by a name in the trust alone', async () => {
    const { root, makeRole, there } = await twoAccounts(trust({ AWS: roleArn('runner') }))
    await makeRole('runner')
    const runner = await root.assume({ RoleArn: roleArn('runner') })
    await expect(runner.assume(there)).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(root.assume(there)).rejects.toMatchObject({ name: 'AccessDenied' })
  })
})

describe('session tags', () => {
  const tagOf = (key: string) => `\${aws:PrincipalTag/${key}}`
  const ownParameters = { Effect: 'Allow', Action: 'ssm:PutParameter', Resource: `arn:aws:ssm:*:*:parameter/${tagOf('team')}/*` }
  const put = (asker: Asker, Name: string) => asker.ask('ssm', 'PutParameter', { Name, Value: 'v', Type: 'String' })

  test('are the principal’s, over those of its role', async () => {
    const { root } = await cloudWithRoles()
    const Tags = [{ Key: 'team', Value: 'api' }]
    await root.ask('iam', 'CreateRole', { RoleName: 'tagged', AssumeRolePolicyDocument: trust({ AWS: account }), Tags })
    await root.ask('iam', 'PutRolePolicy', { RoleName: 'tagged', PolicyName: 'p', PolicyDocument: policy(ownParameters) })
    const plain = await root.assume({ RoleArn: roleArn('tagged') })
    await put(plain, '/api/a')
    const web = await root.assume({ RoleArn: roleArn('tagged'), Tags: bothTags })
    await put(web, '/web/a')
    await expect(put(web, '/api/b')).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })

  test('go on when they are transitive, and are then not to be overridden', async () => {
    const { root, makeRole } = await cloudWithRoles()
    await makeRole('first', allowAll)
    await makeRole('second', ownParameters)
    const first = await root.assume({ RoleArn: roleArn('first'), Tags: bothTags, TransitiveTagKeys: ['team'] })
    const second = { RoleArn: roleArn('second') }
    await put(await first.assume(second), '/web/a')
    await expect(first.assume({ ...second, Tags: [{ Key: 'team', Value: 'api' }] })).rejects.toMatchObject({
      name: 'ValidationError',
    })
    await first.assume({ ...second, Tags: [{ Key: 'cost', Value: '8' }] })
  })

  test('need sts:TagSession, of the trust policy too', async () => {
    const { root } = await cloudWithTrust(trust({ AWS: account }, {}, ['sts:AssumeRole']))
    await root.assume(target)
    expect((await root.refusal('sts', 'AssumeRole', { ...target, RoleSessionName: 'drover', Tags: bothTags })).message).toContain(
      'is not authorized to perform: sts:TagSession on resource',
    )
  })

  test.each([
    ['a transitive key that is no tag', { Tags: bothTags, TransitiveTagKeys: ['other'] }],
    ['one key twice', { Tags: [...bothTags, { Key: 'Team', Value: 'x' }] }],
    ['a reserved key', { Tags: [{ Key: 'aws:x', Value: 'x' }] }],
  ])('refused: %s', async (_, input) => {
    const { root } = await cloudWithRoles()
    await expect(root.assume({ RoleArn: roleArn('any'), ...input })).rejects.toMatchObject({ name: 'ValidationError' })
  })
})

describe('a session policy', () => {
  const describeOnly = policy({ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' })

  test('narrows what the role may do, and gives it nothing', async () => {
    const { root, makeRole } = await cloudWithRoles()
    await makeRole('images', { Effect: 'Allow', Action: ['ec2:DescribeImages', 'ec2:CreateTags'], Resource: '*' })
    const session = await root.assume({ RoleArn: roleArn('images'), Policy: describeOnly })
    await session.ask('ec2', 'DescribeImages')
    expect((await session.refusal('ec2', 'CreateTags', { Resources: ['ami-1'], Tags: bothTags })).message).toContain(
      'because no session policy allows the ec2:CreateTags action',
    )
    expect((await session.refusal('ec2', 'DescribeInstances')).message).toContain('because no identity-based policy allows')
  })

  test('narrows a role nobody made as well', async () => {
    const { root } = await cloudWithRoles()
    const session = await root.assume({ RoleArn: roleArn('nobodys'), Policy: describeOnly })
    await session.ask('ec2', 'DescribeInstances')
    expect((await session.refusal('ssm', 'DescribeInstanceInformation')).code).toBe('AccessDeniedException')
  })

  test('may be a managed one', async () => {
    const { root } = await cloudWithRoles()
    const { Policy } = await root.ask('iam', 'CreatePolicy', { PolicyName: 'describe', PolicyDocument: describeOnly })
    const session = await root.assume({ RoleArn: roleArn('nobodys'), PolicyArns: [{ arn: Policy.Arn }] })
    await session.ask('ec2', 'DescribeInstances')
    expect((await session.refusal('ssm', 'DescribeInstanceInformation')).code).toBe('AccessDeniedException')
  })

  test('denies by name', async () => {
    const { root } = await cloudWithRoles()
    const Policy = policy(allowAll, { Effect: 'Deny', Action: 'ec2:DescribeImages', Resource: '*' })
    const session = await root.assume({ RoleArn: roleArn('nobodys'), Policy })
    expect((await session.refusal('ec2', 'DescribeImages')).message).toContain('with an explicit deny in a session policy')
  })
})

describe('a role that somebody made', () => {
  test('ends its sessions when it is deleted, and cannot be had any more', async () => {
    const { root, makeRole } = await cloudWithRoles()
    await makeRole('short', allowAll)
    const session = await root.assume({ RoleArn: roleArn('short') })
    await session.ask('ec2', 'DescribeRegions')
    await root.ask('iam', 'DeleteRolePolicy', { RoleName: 'short', PolicyName: 'own' })
    await root.ask('iam', 'DeleteRole', { RoleName: 'short' })
    expect((await session.refusal('ec2', 'DescribeRegions')).code).toBe('UnauthorizedOperation')
    await expect(root.assume({ RoleArn: roleArn('short') })).rejects.toMatchObject({ name: 'AccessDenied' })
    await makeRole('short', allowAll)
    expect((await session.refusal('ec2', 'DescribeRegions')).code).toBe('UnauthorizedOperation')
    await (await root.assume({ RoleArn: roleArn('short') })).ask('ec2', 'DescribeRegions')
  })

  test('is had by its whole ARN only, and no longer than it says', async () => {
    const { root } = await cloudWithRoles()
    const wish = { RoleName: 'deep', Path: '/ops/', AssumeRolePolicyDocument: trust({ AWS: account }), MaxSessionDuration: 7_200 }
    await root.ask('iam', 'CreateRole', wish)
    await root.assume({ RoleArn: roleArn('ops/deep'), DurationSeconds: 7_200 })
    await expect(root.assume({ RoleArn: roleArn('deep') })).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(root.assume({ RoleArn: roleArn('ops/deep'), DurationSeconds: 7_201 })).rejects.toMatchObject({
      name: 'ValidationError',
    })
  })
})
