// KMS: keys and their states, aliases, policies, grants; who may do what with them.

import { describe, expect, test } from 'vitest'
import { asAccount } from '../as-account.ts'
import { type SimulatedCloud, simulateCloud } from '../simulated-cloud.ts'

const home = '000000000001'
const other = '222222222222'
const roleOf = (account: string) =>
  `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`
const arnOf = (id: string) => `arn:aws:kms:eu-central-1:${home}:key/${id}`
const day = 86_400_000

async function aKey(input: object = {}): Promise<SimulatedCloud & { readonly KeyId: string; readonly arn: string }> {
  const made = await simulateCloud()
  const { KeyMetadata } = await made.ask('kms', 'CreateKey', input)
  return { ...made, KeyId: KeyMetadata.KeyId, arn: KeyMetadata.Arn }
}

/** The code of what another account is refused with. */
const codeOf = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'answered',
    (fault) => fault.name,
  )

const statement = (Principal: unknown, Action: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Principal,
  Action,
  Resource: '*',
  ...more,
})
const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
const owners = statement({ AWS: `arn:aws:iam::${home}:root` }, 'kms:*')

describe('a key', () => {
  test('is what was asked for, and found by ID, ARN, alias and ARN of the alias', async () => {
    const { ask, KeyId, arn } = await aKey({ Description: 'images', Tags: [{ TagKey: 'team', TagValue: 'a' }] })
    expect(arn).toBe(arnOf(KeyId))
    await ask('kms', 'CreateAlias', { AliasName: 'alias/drover', TargetKeyId: arn })
    const names = [KeyId, arn, 'alias/drover', `arn:aws:kms:eu-central-1:${home}:alias/drover`]
    for (const name of names) {
      expect((await ask('kms', 'DescribeKey', { KeyId: name })).KeyMetadata).toMatchObject({
        AWSAccountId: home,
        Arn: arn,
        Description: 'images',
        Enabled: true,
        KeyManager: 'CUSTOMER',
        KeySpec: 'SYMMETRIC_DEFAULT',
        KeyState: 'Enabled',
      })
    }
  })

  test.each([
    [
      '00000000-0000-4000-a000-000000000000',
      'NotFoundException',
      `Key '${arnOf('00000000-0000-4000-a000-000000000000')}' does not exist`,
    ],
    ['alias/none', 'NotFoundException', `Alias arn:aws:kms:eu-central-1:${home}:alias/none is not found.`],
    ['arn:aws:kms:eu-west-1:000000000001:key/x', 'NotFoundException', 'Invalid arn eu-west-1'],
    ['a key', 'NotFoundException', "Invalid keyId 'a key'"],
    ['arn:aws:iam::000000000001:role/x', 'InvalidArnException', 'Invalid arn arn:aws:iam::000000000001:role/x'],
  ])('named %s is refused with %s', async (KeyId, code, message) => {
    const { refusal } = await simulateCloud()
    expect(await refusal('kms', 'DescribeKey', { KeyId })).toEqual({ code, message })
  })

  test.each([
    [{ KeySpec: 'RSA_2048' }, 'KeySpec=RSA_2048 of CreateKey'],
    [{ KeyUsage: 'SIGN_VERIFY' }, 'KeyUsage=SIGN_VERIFY of CreateKey'],
    [{ Origin: 'EXTERNAL' }, 'Origin=EXTERNAL of CreateKey'],
    [{ MultiRegion: true }, 'MultiRegion=true of CreateKey'],
    [{ CustomKeyStoreId: 'cks-1' }, 'the parameter CustomKeyStoreId of CreateKey'],
  ])('of %j is refused by name', async (input, what) => {
    const { refusal } = await simulateCloud()
    expect(await refusal('kms', 'CreateKey', input)).toEqual({
      code: 'UnsupportedOperation',
      message: `The local cloud does not implement ${what}.`,
    })
  })

  test('is disabled and enabled; a disabled one gives no grants', async () => {
    const { ask, refusal, KeyId, arn } = await aKey()
    await ask('kms', 'DisableKey', { KeyId })
    expect((await ask('kms', 'DescribeKey', { KeyId })).KeyMetadata).toMatchObject({ Enabled: false, KeyState: 'Disabled' })
    const grant = { KeyId, GranteePrincipal: roleOf(home), Operations: ['Decrypt'] }
    expect(await refusal('kms', 'CreateGrant', grant)).toEqual({ code: 'DisabledException', message: `${arn} is disabled.` })
    await ask('kms', 'EnableKey', { KeyId })
    expect((await ask('kms', 'CreateGrant', grant)).GrantId).toMatch(/^[0-9a-f]{64}$/)
  })

  test('that is to be deleted can do nothing until that is cancelled, and then is disabled', async () => {
    const { ask, refusal, now, KeyId, arn } = await aKey()
    expect(await refusal('kms', 'CancelKeyDeletion', { KeyId })).toEqual({
      code: 'KMSInvalidStateException',
      message: `${arn} is not pending deletion.`,
    })
    expect(await refusal('kms', 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 6 })).toMatchObject({
      code: 'ValidationException',
    })
    expect(await ask('kms', 'ScheduleKeyDeletion', { KeyId })).toMatchObject({
      KeyId: arn,
      KeyState: 'PendingDeletion',
      PendingWindowInDays: 30,
      DeletionDate: new Date(now() + 30 * day),
    })
    const pending = { code: 'KMSInvalidStateException', message: `${arn} is pending deletion.` }
    for (const action of ['EnableKey', 'DisableKey', 'ScheduleKeyDeletion'])
      expect(await refusal('kms', action, { KeyId })).toEqual(pending)
    expect(await refusal('kms', 'CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId })).toEqual(pending)
    await ask('kms', 'CancelKeyDeletion', { KeyId })
    const { KeyMetadata } = await ask('kms', 'DescribeKey', { KeyId })
    expect(KeyMetadata).toMatchObject({ KeyState: 'Disabled' })
    expect(KeyMetadata.DeletionDate).toBeUndefined()
  })

  test('is gone after its waiting period, with its aliases', async () => {
    const { ask, refusal, advance, KeyId } = await aKey()
    await ask('kms', 'CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId })
    await ask('kms', 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })
    await advance(7 * day - 1, undefined, day)
    expect((await ask('kms', 'ListKeys')).Keys).toHaveLength(2)
    await advance(1)
    expect((await refusal('kms', 'DescribeKey', { KeyId })).code).toBe('NotFoundException')
    expect((await ask('kms', 'ListAliases')).Aliases).toMatchObject([{ AliasName: 'alias/aws/ebs' }])
  })
})

test("AWS's own key for EBS is there without being made, and is nobody's to change", async () => {
  const { ask, refusal } = await simulateCloud()
  const { KeyMetadata } = await ask('kms', 'DescribeKey', { KeyId: 'alias/aws/ebs' })
  expect(KeyMetadata).toMatchObject({ KeyManager: 'AWS', KeyState: 'Enabled' })
  expect(await ask('kms', 'ListKeys')).toMatchObject({ Keys: [{ KeyArn: KeyMetadata.Arn }], Truncated: false })
  const { KeyId } = KeyMetadata
  for (const action of ['DisableKey', 'ScheduleKeyDeletion']) {
    expect((await refusal('kms', action, { KeyId })).code).toBe('AccessDeniedException')
  }
  const grant = { KeyId, GranteePrincipal: roleOf(home), Operations: ['Decrypt'] }
  expect((await refusal('kms', 'CreateGrant', grant)).code).toBe('AccessDeniedException')
})

describe('an alias', () => {
  test('means one key, until it is deleted', async () => {
    const { ask, refusal, KeyId } = await aKey()
    const alias = { AliasName: 'alias/drover', TargetKeyId: KeyId }
    await ask('kms', 'CreateAlias', alias)
    expect(await refusal('kms', 'CreateAlias', alias)).toEqual({
      code: 'AlreadyExistsException',
      message: `An alias with the name arn:aws:kms:eu-central-1:${home}:alias/drover already exists`,
    })
    expect((await ask('kms', 'ListAliases', { KeyId })).Aliases).toMatchObject([
      { AliasName: 'alias/drover', TargetKeyId: KeyId },
    ])
    await ask('kms', 'DeleteAlias', { AliasName: 'alias/drover' })
    expect((await refusal('kms', 'DeleteAlias', { AliasName: 'alias/drover' })).code).toBe('NotFoundException')
  })

  test.each([
    ['drover', 'ValidationException'],
    ['alias/aws/drover', 'InvalidAliasNameException'],
    ['alias/a b', 'InvalidAliasNameException'],
  ])('%s is refused with %s', async (AliasName, code) => {
    const { refusal, KeyId } = await aKey()
    expect((await refusal('kms', 'CreateAlias', { AliasName, TargetKeyId: KeyId })).code).toBe(code)
  })

  test('is listed page by page', async () => {
    const { ask, refusal, KeyId } = await aKey()
    for (const name of ['a', 'b']) await ask('kms', 'CreateAlias', { AliasName: `alias/${name}`, TargetKeyId: KeyId })
    const first = await ask('kms', 'ListAliases', { Limit: 2 })
    expect(first).toMatchObject({ Aliases: [{ AliasName: 'alias/a' }, { AliasName: 'alias/aws/ebs' }], Truncated: true })
    const second = await ask('kms', 'ListAliases', { Limit: 2, Marker: first.NextMarker })
    expect(second).toMatchObject({ Aliases: [{ AliasName: 'alias/b' }], Truncated: false })
    expect((await refusal('kms', 'ListAliases', { Marker: 'x' })).code).toBe('InvalidMarkerException')
  })
})

describe('a key policy', () => {
  test('lets another account in as far as it says', async () => {
    const made = await aKey()
    const { KeyId, arn } = made
    const theirs = await asAccount(made, other)
    expect(await codeOf(theirs('kms', 'DescribeKey', { KeyId: arn }))).toBe('AccessDeniedException')
    const Policy = policy(owners, statement({ AWS: [`arn:aws:iam::${other}:role/runner`] }, ['kms:Describe*', 'kms:ListGrants']))
    await made.ask('kms', 'PutKeyPolicy', { KeyId, PolicyName: 'default', Policy })
    expect(await made.ask('kms', 'GetKeyPolicy', { KeyId })).toEqual({ Policy, PolicyName: 'default' })
    expect((await theirs('kms', 'DescribeKey', { KeyId: arn })).KeyMetadata.Arn).toBe(arn)
    const grant = { KeyId: arn, GranteePrincipal: roleOf(other), Operations: ['Decrypt'] }
    expect(await codeOf(theirs('kms', 'CreateGrant', grant))).toBe('AccessDeniedException')
    // "You cannot perform this operation on a KMS key in a different AWS account", whatever its policy says.
    expect(await codeOf(theirs('kms', 'DisableKey', { KeyId: arn }))).toBe('AccessDeniedException')
  })

  test.each([
    ['Deny', statement('*', 'kms:ListGrants', { Effect: 'Deny' }), 'AccessDeniedException'],
    [
      'another account',
      statement({ AWS: '*' }, 'kms:List*', { Condition: { StringEquals: { 'kms:CallerAccount': home } } }),
      'AccessDeniedException',
    ],
    [
      'that account',
      statement({ AWS: '*' }, 'kms:List*', { Condition: { StringEquals: { 'kms:CallerAccount': other } } }),
      'answered',
    ],
    [
      'EC2',
      statement({ AWS: '*' }, 'kms:List*', { Condition: { StringLike: { 'kms:ViaService': 'ec2.*' } } }),
      'AccessDeniedException',
    ],
    ['another role', statement({ AWS: `arn:aws:iam::${other}:role/x` }, 'kms:List*'), 'AccessDeniedException'],
    ['the role', statement({ AWS: `arn:aws:iam::${other}:role/runner` }, 'kms:List*'), 'answered'],
    ['the account', statement({ AWS: other }, 'kms:ListGrant?'), 'answered'],
  ])('speaks of %s', async (_who, more, outcome) => {
    const made = await aKey({ Policy: policy(owners, more), BypassPolicyLockoutSafetyCheck: true })
    const theirs = await asAccount(made, other)
    expect(await codeOf(theirs('kms', 'ListGrants', { KeyId: made.arn }))).toBe(outcome)
  })

  test.each([
    ['{', 'MalformedPolicyDocumentException'],
    ['{"Statement":[{"Effect":"Perhaps"}]}', 'MalformedPolicyDocumentException'],
    [policy(statement({ AWS: `arn:aws:iam::${other}:root` }, 'kms:*')), 'MalformedPolicyDocumentException'],
    [policy({ ...owners, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }), 'MalformedPolicyDocumentException'],
    [policy({ ...owners, Principal: { AWS: 'somebody' } }), 'MalformedPolicyDocumentException'],
  ])('%s is refused with %s', async (Policy, code) => {
    const { refusal, KeyId } = await aKey()
    expect((await refusal('kms', 'PutKeyPolicy', { KeyId, Policy })).code).toBe(code)
    expect((await refusal('kms', 'CreateKey', { Policy })).code).toBe(code)
  })
})

describe('a grant', () => {
  const grant = {
    GranteePrincipal: `arn:aws:iam::${other}:role/runner`,
    Operations: ['DescribeKey', 'CreateGrant', 'RetireGrant'],
  }

  test('lets its grantee do what it says, and give on no more than that', async () => {
    const made = await aKey()
    const { ask, KeyId, arn } = made
    const theirs = await asAccount(made, other)
    await ask('kms', 'CreateGrant', { KeyId, ...grant })
    expect((await theirs('kms', 'DescribeKey', { KeyId: arn })).KeyMetadata.Arn).toBe(arn)
    const onwards = { KeyId: arn, GranteePrincipal: roleOf(other), Operations: ['Decrypt'] }
    expect(await codeOf(theirs('kms', 'CreateGrant', onwards))).toBe('AccessDeniedException')
    expect(await codeOf(theirs('kms', 'CreateGrant', { ...onwards, Operations: ['DescribeKey'] }))).toBe('answered')
  })

  test('of the same name and content is the same one', async () => {
    const { ask, KeyId, arn } = await aKey()
    const first = await ask('kms', 'CreateGrant', { KeyId, ...grant, Name: 'n' })
    expect(await ask('kms', 'CreateGrant', { KeyId, ...grant, Name: 'n' })).toEqual(first)
    await ask('kms', 'CreateGrant', { KeyId, ...grant })
    const { Grants } = await ask('kms', 'ListGrants', { KeyId })
    expect(Grants).toHaveLength(2)
    expect(await ask('kms', 'ListGrants', { KeyId, GrantId: first.GrantId })).toMatchObject({
      Grants: [{ KeyId: arn, Name: 'n', GrantId: first.GrantId, IssuingAccount: `arn:aws:iam::${home}:root` }],
    })
    expect((await ask('kms', 'ListGrants', { KeyId, GranteePrincipal: roleOf(other) })).Grants).toEqual([])
  })

  test('is revoked by whom the policy lets, once', async () => {
    const made = await aKey()
    const { ask, refusal, KeyId } = made
    const { GrantId } = await ask('kms', 'CreateGrant', { KeyId, ...grant })
    await ask('kms', 'RevokeGrant', { KeyId, GrantId })
    expect(await refusal('kms', 'RevokeGrant', { KeyId, GrantId })).toEqual({
      code: 'NotFoundException',
      message: `Grant ID ${GrantId} not found`,
    })
  })

  test('is retired by its token or its ID, by its grantee if it says so', async () => {
    const made = await aKey()
    const { ask, refusal, KeyId, arn } = made
    const theirs = await asAccount(made, other)
    const stranger = await asAccount(made, '333333333333')
    const { GrantId, GrantToken } = await ask('kms', 'CreateGrant', { KeyId, ...grant })
    expect(await codeOf(stranger('kms', 'RetireGrant', { GrantToken }))).toBe('AccessDeniedException')
    await theirs('kms', 'RetireGrant', { KeyId: arn, GrantId })
    const again = await ask('kms', 'CreateGrant', { KeyId, ...grant })
    await ask('kms', 'RetireGrant', { GrantToken: again.GrantToken })
    expect((await ask('kms', 'ListGrants', { KeyId })).Grants).toEqual([])
    expect((await refusal('kms', 'RetireGrant', { GrantToken: 'x' })).code).toBe('InvalidGrantTokenException')
    expect((await refusal('kms', 'RetireGrant', { KeyId, GrantId })).code).toBe('InvalidArnException')
  })

  test.each([
    [{ GranteePrincipal: 'autoscaling' }, 'InvalidArnException'],
    [{ Operations: [] }, 'ValidationException'],
    [{ Operations: ['Sign'] }, 'ValidationException'],
    [{ Constraints: { EncryptionContextSubset: { a: 'b' } } }, 'UnsupportedOperation'],
    [{ KeyId: 'alias/aws/ebs' }, 'NotFoundException'],
    [{ DryRun: true }, 'DryRunOperationException'],
  ])('with %j is refused with %s, and there is none', async (over, code) => {
    const { ask, refusal, KeyId } = await aKey()
    expect((await refusal('kms', 'CreateGrant', { KeyId, ...grant, ...over })).code).toBe(code)
    expect((await ask('kms', 'ListGrants', { KeyId })).Grants).toEqual([])
  })
})
