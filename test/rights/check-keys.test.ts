// The keys of a release's images, asked of a KMS: what stands in the way is refused with the way out, what may not be asked is told.

import { AutoScalingClient, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling'
import {
  CreateGrantCommand,
  DisableKeyCommand,
  GetKeyPolicyCommand,
  type GrantOperation,
  KMSClient,
  ListGrantsCommand,
  PutKeyPolicyCommand,
  RevokeGrantCommand,
} from '@aws-sdk/client-kms'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkKeys } from '../../pipeline/rights/index.ts'
import { namesRole } from '../../pipeline/rights/key-policy.ts'
import { type SimulatedCloud, simulateCloud } from '../simulation/local-cloud.ts'
import { aPolicy } from '../support/factories.ts'
import { administrator, hold } from '../support/rights.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const images = '111111111111'
const policy = aPolicy({ kmsKeyIds: { 'eu-central-1': 'alias/drover', 'eu-west-1': 'alias/drover' } })
const role = (account: string, suffix = '') =>
  `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling${suffix}`

let simulated: SimulatedCloud
let kms: KMSClient
let keyId: string

beforeEach(async () => {
  const clock = createVirtualClock({ startAt: Date.now(), wallNow: () => Date.now() })
  simulated = await simulateCloud(policy, clock, createSeededRandom(7), { throttled: 0, reset: 0, broken: 0, lost: 0 })
  const { local } = simulated
  kms = new KMSClient({
    region: 'eu-central-1',
    endpoint: local.endpoint,
    credentials: await administrator(local, images),
  })
  const { arn } = await local.admin.call('add-kms-key', {
    account: images,
    region: 'eu-central-1',
    name: 'alias/drover',
    accounts: [],
  })
  keyId = arn
})

afterEach(async () => {
  kms.destroy()
  await simulated.close()
})

async function revoke(account: string): Promise<void> {
  const { Grants } = await kms.send(new ListGrantsCommand({ KeyId: keyId, GranteePrincipal: role(account) }))
  for (const { GrantId } of Grants ?? []) await kms.send(new RevokeGrantCommand({ KeyId: keyId, GrantId }))
}

describe('the keys', () => {
  test('are as they must be', async () => {
    expect(await checkKeys(simulated.cloud, policy)).toEqual({ refusals: [], unasked: [] })
  })

  test('a grant that an account has not made is refused with the command that makes it', async () => {
    await revoke('222222222222')
    expect((await checkKeys(simulated.cloud, policy)).refusals).toEqual([
      {
        cause: `groups of account 222222222222 could not launch in eu-central-1: their service-linked role may not CreateGrant, Decrypt, DescribeKey, GenerateDataKeyWithoutPlaintext, ReEncryptFrom, ReEncryptTo with ${keyId}`,
        hint: `From account 222222222222: aws kms create-grant --region eu-central-1 --key-id ${keyId} --grantee-principal ${role('222222222222')} --operations CreateGrant Decrypt DescribeKey Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo`,
      },
    ])
  })

  test('a group that launches as a role of its own needs a grant for that one', async () => {
    const { local } = simulated
    const credentials = await administrator(local, '222222222222')
    const groups = new AutoScalingClient({ region: 'eu-central-1', endpoint: local.endpoint, credentials })
    const ServiceLinkedRoleARN = role('222222222222', '_web')
    await groups.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'web', ServiceLinkedRoleARN }))
    groups.destroy()
    const { refusals } = await checkKeys(simulated.cloud, policy)
    expect(refusals.map(({ hint }) => hint)).toEqual([expect.stringContaining(`--grantee-principal ${ServiceLinkedRoleARN} `)])
  })

  test('in its own account the key’s policy may let the role instead', async () => {
    const stages = policy.stages.slice(0, 1).map(({ role: _, ...stage }) => ({ ...stage, account: images }))
    await revoke(images)
    expect((await checkKeys(simulated.cloud, { ...policy, stages })).refusals).toHaveLength(1)
    const { Policy = '' } = await kms.send(new GetKeyPolicyCommand({ KeyId: keyId }))
    const written = JSON.parse(Policy) as { readonly Statement: readonly object[] }
    const Statement = [
      ...written.Statement,
      { Effect: 'Allow', Principal: { AWS: role(images) }, Action: ['kms:*'], Resource: '*' },
    ]
    await kms.send(new PutKeyPolicyCommand({ KeyId: keyId, Policy: JSON.stringify({ ...written, Statement }) }))
    expect(await checkKeys(simulated.cloud, { ...policy, stages })).toEqual({ refusals: [], unasked: [] })
  })

  test('one that is disabled, one that is AWS’s own and one that is not there are refused', async () => {
    await kms.send(new DisableKeyCommand({ KeyId: keyId }))
    const causes = async (key: string) => {
      const { refusals } = await checkKeys(simulated.cloud, { ...policy, kmsKeyIds: { 'eu-central-1': key } })
      return refusals.map(({ cause }) => cause)
    }
    const named = (key: string) => `the key ${key} of images.kmsKeys for eu-central-1`
    expect(await causes(keyId)).toEqual([`${named(keyId)} can't be used: it is Disabled`])
    expect(await causes('alias/aws/ebs')).toEqual([`${named('alias/aws/ebs')} is AWS's own: what it encrypts can't be shared`])
    expect(await causes('alias/nowhere')).toEqual([`${named('alias/nowhere')} is not there`])
  })

  describe('of a stage’s own volumes', () => {
    const own = (key: string) =>
      policy.stages.map((stage) => (stage.name === 'dev' ? { ...stage, kmsKeyIds: { 'eu-central-1': key } } : stage))
    const account = policy.stages.find(({ name }) => name === 'dev')?.account ?? ''

    test('is refused where the groups’ role has no right to it, and well once it is granted', async () => {
      const { local, cloud } = simulated
      const key = { account, region: 'eu-central-1', name: 'alias/dev', accounts: [] }
      const { arn } = await local.admin.call('add-kms-key', key)
      const inDev = new KMSClient({
        region: 'eu-central-1',
        endpoint: local.endpoint,
        credentials: await administrator(local, account),
      })
      const grants = await inDev.send(new ListGrantsCommand({ KeyId: arn, GranteePrincipal: role(account) }))
      for (const { GrantId } of grants.Grants ?? []) await inDev.send(new RevokeGrantCommand({ KeyId: arn, GrantId }))
      const { refusals } = await checkKeys(cloud, { ...policy, stages: own('alias/dev') })
      expect(refusals.map(({ cause }) => cause)).toEqual([
        expect.stringContaining(
          `groups of account ${account} could not launch in eu-central-1: their service-linked role may not`,
        ),
      ])
      const Operations: GrantOperation[] = [
        'CreateGrant',
        'Decrypt',
        'DescribeKey',
        'GenerateDataKeyWithoutPlaintext',
        'ReEncryptFrom',
        'ReEncryptTo',
      ]
      await inDev.send(new CreateGrantCommand({ KeyId: arn, GranteePrincipal: role(account), Operations }))
      expect(await checkKeys(cloud, { ...policy, stages: own('alias/dev') })).toEqual({ refusals: [], unasked: [] })
      inDev.destroy()
    })

    test('may be AWS’s own, and must be there', async () => {
      expect(await checkKeys(simulated.cloud, { ...policy, stages: own('alias/aws/ebs') })).toEqual({ refusals: [], unasked: [] })
      const { refusals } = await checkKeys(simulated.cloud, { ...policy, stages: own('alias/nowhere') })
      expect(refusals).toEqual([
        {
          cause: "the key alias/nowhere of stage dev's kmsKeys for eu-central-1 is not there",
          hint: `Make it in account ${account}, region eu-central-1, or name the right one: aws kms list-aliases --region eu-central-1`,
        },
      ])
    })
  })

  test('what may not be asked is told and nothing more', async () => {
    const { local } = simulated
    await hold(local, `arn:aws:iam::${images}:role/blind`, [])
    const home = { ...policy.home, role: `arn:aws:iam::${images}:role/blind` }
    const { refusals, unasked } = await checkKeys(simulated.cloud, { ...policy, home })
    expect(refusals).toEqual([])
    expect(unasked).toEqual(
      ['eu-central-1', 'eu-west-1'].map((region) =>
        expect.stringMatching(
          new RegExp(`^the key alias/drover of images.kmsKeys for ${region} was not checked: .*not authorized`),
        ),
      ),
    )
  })
})

describe('a key policy', () => {
  const says = (statement: object) =>
    namesRole(JSON.stringify({ Statement: statement }), role(images), ['Decrypt', 'ReEncryptTo'])
  const Effect = 'Allow'

  test.each([
    ['names the role', { Effect, Principal: { AWS: role(images) }, Action: ['kms:decrypt', 'kms:ReEncrypt*'] }, true],
    ['names everyone', [{ Effect, Principal: '*', Action: 'kms:*' }], true],
    ['names nobody it is not for', { Effect, NotPrincipal: { AWS: role('222222222222') }, NotAction: 'kms:Encrypt' }, true],
    ['lacks an operation', { Effect, Principal: { AWS: [role(images)] }, Action: 'kms:Decrypt' }, false],
    ['names the account only', { Effect, Principal: { AWS: `arn:aws:iam::${images}:root` }, Action: 'kms:*' }, false],
    ['names a service', { Effect, Principal: { Service: 'ec2.amazonaws.com' }, Action: 'kms:*' }, false],
    ['denies', { Effect: 'Deny', Principal: '*', Action: 'kms:*' }, false],
  ])('that %s', (_, statement, expected) => expect(says(statement)).toBe(expected))
})
