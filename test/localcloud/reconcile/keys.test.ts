// Launches and copies under customer-managed keys: what they need of the key, and what becomes of them without.

import { describe, expect, test } from 'vitest'
import { asAccount } from '../as-account.ts'
import { minute, type SimulatedCloud, second, simulateCloud } from '../simulated-cloud.ts'

const home = '000000000001'
const stage = '222222222222'
const rolePath = 'role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling'
const roleOf = (account: string) => `arn:aws:iam::${account}:${rolePath}`
const operations = ['CreateGrant', 'Decrypt', 'DescribeKey', 'GenerateDataKeyWithoutPlaintext', 'ReEncryptFrom', 'ReEncryptTo']
const notAccessible = 'Given key ID is not accessible. You must have DescribeKey permissions on the default CMK.'

type Ask = SimulatedCloud['ask']

const allow = (Principal: object, Action: string | readonly string[]) => ({ Effect: 'Allow', Principal, Action, Resource: '*' })
const policyFor = (...principals: object[]) =>
  JSON.stringify({ Statement: principals.map((principal) => allow(principal, 'kms:*')) })
const root = (account: string) => ({ AWS: `arn:aws:iam::${account}:root` })

interface Baked extends SimulatedCloud {
  readonly theirs: Ask
  readonly KeyId: string
  readonly keyArn: string
  /** Of the home account, encrypted with its key, shared with the stage's account. */
  readonly golden: string
}

/** A key whose policy lets the stage's account use it, and an image under it. */
async function baked(): Promise<Baked> {
  const made = await simulateCloud()
  const { ask } = made
  const theirs = await asAccount(made, stage)
  const { KeyMetadata } = await ask('kms', 'CreateKey', { Policy: policyFor(root(home), root(stage)) })
  await ask('kms', 'CreateAlias', { AliasName: 'alias/golden', TargetKeyId: KeyMetadata.KeyId })
  const copy = { Name: 'golden', SourceImageId: made.imageId, SourceRegion: 'eu-central-1', KmsKeyId: 'alias/golden' }
  const { ImageId: golden } = await ask('ec2', 'CopyImage', copy)
  await made.advance(5 * second)
  const [image] = (await ask('ec2', 'DescribeImages', { ImageIds: [golden] })).Images
  await ask('ec2', 'ModifyImageAttribute', { ImageId: golden, LaunchPermission: { Add: [{ UserId: stage }] } })
  const share = { SnapshotId: image.BlockDeviceMappings[0].Ebs.SnapshotId, CreateVolumePermission: { Add: [{ UserId: stage }] } }
  await ask('ec2', 'ModifySnapshotAttribute', share)
  return { ...made, theirs, KeyId: KeyMetadata.KeyId, keyArn: KeyMetadata.Arn, golden }
}

/** A group of one machine. */
async function makeGroup(ask: Ask, ImageId: string): Promise<void> {
  const LaunchTemplateData = { ImageId, InstanceType: 't3.micro' }
  await ask('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'web', LaunchTemplateData })
  await ask('autoscaling', 'CreateAutoScalingGroup', {
    AutoScalingGroupName: 'web',
    MinSize: 0,
    MaxSize: 1,
    DesiredCapacity: 1,
    AvailabilityZones: ['eu-central-1a'],
    LaunchTemplate: { LaunchTemplateName: 'web' },
  })
}

async function inService(ask: Ask): Promise<number> {
  const { AutoScalingGroups } = await ask('autoscaling', 'DescribeAutoScalingGroups')
  return AutoScalingGroups[0].Instances.filter((one: { LifecycleState: string }) => one.LifecycleState === 'InService').length
}

/** Why the group's instances ended, each reason once. */
async function ends(ask: Ask): Promise<readonly string[]> {
  const { Reservations } = await ask('ec2', 'DescribeInstances', {
    Filters: [{ Name: 'instance-state-name', Values: ['terminated'] }],
  })
  const reasons = Reservations.flatMap(({ Instances }: { Instances: readonly { StateReason?: { Message: string } }[] }) =>
    Instances.map(({ StateReason }) => StateReason?.Message ?? ''),
  )
  return [...new Set<string>(reasons)]
}

const clientError = 'Client.InternalError: Client error on launch'

describe("a group whose image is encrypted with another account's key", () => {
  test('comes up only while its service-linked role has a grant', async () => {
    const { theirs, advance, golden, keyArn } = await baked()
    await makeGroup(theirs, golden)
    await advance(5 * minute)
    expect(await inService(theirs)).toBe(0)
    expect(await ends(theirs)).toEqual([clientError])

    const grant = { KeyId: keyArn, GranteePrincipal: roleOf(stage), Operations: operations }
    const { GrantId } = await theirs('kms', 'CreateGrant', grant)
    await advance(10 * minute)
    expect(await inService(theirs)).toBe(1)

    await theirs('kms', 'RevokeGrant', { KeyId: keyArn, GrantId })
    await theirs('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 0 })
    await advance(2 * minute)
    await theirs('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 1 })
    await advance(5 * minute)
    expect(await inService(theirs)).toBe(0)
    expect(await ends(theirs)).toContain(clientError)
  })

  test.each(operations)('does not come up with a grant that lacks %s', async (missing) => {
    const { theirs, advance, golden, keyArn } = await baked()
    const granted = operations.filter((one) => one !== missing)
    await theirs('kms', 'CreateGrant', { KeyId: keyArn, GranteePrincipal: roleOf(stage), Operations: granted })
    await makeGroup(theirs, golden)
    await advance(2 * minute)
    expect(await inService(theirs)).toBe(0)
  })

  test('does not come up with a grant, when the operator says there is none', async () => {
    const { theirs, advance, cloud, golden, keyArn } = await baked()
    await theirs('kms', 'CreateGrant', { KeyId: keyArn, GranteePrincipal: roleOf(stage), Operations: operations })
    await cloud.admin.call('set-faults', { faults: [{ kind: 'no-kms-grant', account: stage }] })
    await makeGroup(theirs, golden)
    await advance(2 * minute)
    expect(await inService(theirs)).toBe(0)
  })
})

describe("a group whose image is encrypted with its own account's key", () => {
  test.each([
    ['the account only', [root(home)], 0],
    ['the service-linked role', [root(home), { AWS: roleOf(home) }], 1],
    ['a role of its name in another path', [root(home), { AWS: `arn:aws:iam::${home}:role/AWSServiceRoleForAutoScaling` }], 0],
  ])('whose policy names %s: %o', async (_whom, principals, machines) => {
    const { ask, advance, golden, KeyId } = await baked()
    await ask('kms', 'PutKeyPolicy', { KeyId, Policy: policyFor(...principals) })
    await makeGroup(ask, golden)
    await advance(2 * minute)
    expect(await inService(ask)).toBe(machines)
  })

  test("that is AWS's own needs nothing", async () => {
    const { ask, advance, imageId } = await simulateCloud()
    const { ImageId } = await ask('ec2', 'CopyImage', {
      Name: 'own',
      SourceImageId: imageId,
      SourceRegion: 'eu-central-1',
      Encrypted: true,
    })
    await advance(5 * second)
    await makeGroup(ask, ImageId)
    await advance(2 * minute)
    expect(await inService(ask)).toBe(1)
  })
})

describe('RunInstances', () => {
  async function launched(ask: Ask, advance: SimulatedCloud['advance'], ImageId: string, Ebs?: object): Promise<object> {
    const devices = Ebs === undefined ? {} : { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs }] }
    const { Instances } = await ask('ec2', 'RunInstances', { ImageId, MinCount: 1, MaxCount: 1, ...devices })
    expect(Instances[0].State.Name).toBe('pending')
    await advance(minute)
    const { Reservations } = await ask('ec2', 'DescribeInstances', { InstanceIds: [Instances[0].InstanceId] })
    const { State, StateReason } = Reservations[0].Instances[0]
    return { state: State.Name, ...(StateReason === undefined ? {} : { reason: StateReason.Message }) }
  }
  const failed = { state: 'terminated', reason: clientError }

  test("with another account's key runs when the key's policy lets the account use it", async () => {
    const { ask, theirs, advance, golden, KeyId } = await baked()
    expect(await launched(theirs, advance, golden)).toEqual({ state: 'running' })
    await ask('kms', 'PutKeyPolicy', { KeyId, Policy: policyFor(root(home)) })
    expect(await launched(theirs, advance, golden)).toEqual(failed)
  })

  test('under a key that is disabled, pending deletion or gone ends', async () => {
    const { ask, advance, golden, KeyId } = await baked()
    await ask('kms', 'DisableKey', { KeyId })
    expect(await launched(ask, advance, golden)).toEqual(failed)
    await ask('kms', 'EnableKey', { KeyId })
    expect(await launched(ask, advance, golden)).toEqual({ state: 'running' })
    await ask('kms', 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })
    expect(await launched(ask, advance, golden)).toEqual(failed)
    await advance(8 * 24 * 60 * minute, undefined, 24 * 60 * minute)
    expect(await launched(ask, advance, golden)).toEqual(failed)
  })

  test.each([
    ['the alias of one', 'alias/golden', 'running'],
    ['the alias of none', 'alias/drover', 'terminated'],
    ['no ID', '00000000-0000-4000-a000-000000000000', 'terminated'],
    ['nothing like a key', 'golden', 'terminated'],
  ])('naming %s, %s', async (_what, KmsKeyId, state) => {
    const { ask, advance, imageId } = await baked()
    expect(await launched(ask, advance, imageId, { Encrypted: true, KmsKeyId })).toMatchObject({ state })
  })

  test('naming a key of another region ends', async () => {
    const { ask, advance, cloud, imageId } = await baked()
    const key = { account: home, region: 'eu-west-1', name: 'alias/golden', accounts: [] }
    const { arn } = await cloud.admin.call('add-kms-key', key)
    expect(await launched(ask, advance, imageId, { Encrypted: true, KmsKeyId: arn })).toEqual(failed)
  })

  test('by a launch template is no different', async () => {
    const { ask, advance, imageId } = await baked()
    const BlockDeviceMappings = [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true, KmsKeyId: 'alias/none' } }]
    await ask('ec2', 'CreateLaunchTemplate', {
      LaunchTemplateName: 'one',
      LaunchTemplateData: { ImageId: imageId, BlockDeviceMappings },
    })
    const { Instances } = await ask('ec2', 'RunInstances', {
      LaunchTemplate: { LaunchTemplateName: 'one' },
      MinCount: 1,
      MaxCount: 1,
    })
    await advance(minute)
    const { Reservations } = await ask('ec2', 'DescribeInstances', { InstanceIds: [Instances[0].InstanceId] })
    expect(Reservations[0].Instances[0]).toMatchObject({ State: { Name: 'terminated' }, StateReason: { Message: clientError } })
  })
})

describe('a copy', () => {
  const source = (SourceImageId: string) => ({ Name: 'copy', SourceImageId, SourceRegion: 'eu-central-1' })

  test.each([
    ['of which there is none', 'alias/none', () => undefined],
    ['that is disabled', 'alias/golden', ({ ask, KeyId }: Baked) => ask('kms', 'DisableKey', { KeyId })],
    ['that is pending deletion', 'alias/golden', ({ ask, KeyId }: Baked) => ask('kms', 'ScheduleKeyDeletion', { KeyId })],
  ])('under a key %s fails, and says so', async (_what, KmsKeyId, before) => {
    const made = await baked()
    await before(made)
    const { ImageId } = await made.ask('ec2', 'CopyImage', { ...source(made.imageId), KmsKeyId })
    const look = async () => (await made.ask('ec2', 'DescribeImages', { ImageIds: [ImageId] })).Images[0]
    expect((await look()).State).toBe('pending')
    await made.advance(5 * second)
    const image = await look()
    const message = `AMI snapshot copy failed with error: ${notAccessible}`
    expect(image).toMatchObject({ State: 'failed', StateReason: { Message: message } })
    const { Snapshots } = await made.ask('ec2', 'DescribeSnapshots', {
      SnapshotIds: [image.BlockDeviceMappings[0].Ebs.SnapshotId],
    })
    expect(Snapshots).toMatchObject([{ State: 'error', StateMessage: notAccessible }])
  })

  test("of an image under another account's key fails without access to that key", async () => {
    const { ask, theirs, advance, golden, KeyId } = await baked()
    const copied = async (Name: string) => {
      const { ImageId } = await theirs('ec2', 'CopyImage', { ...source(golden), Name })
      await advance(5 * second)
      return (await theirs('ec2', 'DescribeImages', { ImageIds: [ImageId] })).Images[0].State
    }
    expect(await copied('one')).toBe('available')
    await ask('kms', 'PutKeyPolicy', { KeyId, Policy: policyFor(root(home)) })
    expect(await copied('two')).toBe('failed')
    await ask('kms', 'CreateGrant', { KeyId, GranteePrincipal: `arn:aws:iam::${stage}:role/runner`, Operations: operations })
    expect(await copied('three')).toBe('available')
  })

  test('of a snapshot is in error at once', async () => {
    const { ask, golden } = await baked()
    const { Images } = await ask('ec2', 'DescribeImages', { ImageIds: [golden] })
    const SourceSnapshotId = Images[0].BlockDeviceMappings[0].Ebs.SnapshotId
    const stateWith = async (KmsKeyId: string) => {
      const { SnapshotId } = await ask('ec2', 'CopySnapshot', { SourceSnapshotId, SourceRegion: 'eu-central-1', KmsKeyId })
      return (await ask('ec2', 'DescribeSnapshots', { SnapshotIds: [SnapshotId] })).Snapshots[0].State
    }
    expect(await stateWith('alias/golden')).toBe('completed')
    expect(await stateWith('alias/none')).toBe('error')
  })
})

describe('a key of the operator’s door', () => {
  const key = { account: home, region: 'eu-central-1', accounts: [stage] }

  test.each(['alias/drover', '12345678-1234-4234-a234-123456789012', `arn:aws:kms:eu-central-1:${stage}:key/mrk-1`])(
    'named %s can be used as configured, by the groups of each account',
    async (name) => {
      const made = await simulateCloud()
      const theirs = await asAccount(made, stage)
      const { arn } = await made.cloud.admin.call('add-kms-key', { ...key, name })
      expect(await made.cloud.admin.call('add-kms-key', { ...key, name })).toEqual({ arn })
      const { Grants } = await theirs('kms', 'ListGrants', { KeyId: arn })
      expect(Grants.map(({ GranteePrincipal }: { GranteePrincipal: string }) => GranteePrincipal).sort()).toEqual([
        roleOf(home),
        roleOf(stage),
      ])
      const copy = { Name: 'golden', SourceImageId: made.imageId, SourceRegion: 'eu-central-1', KmsKeyId: name }
      const { ImageId } = await made.ask('ec2', 'CopyImage', copy)
      await made.advance(5 * second)
      await made.ask('ec2', 'ModifyImageAttribute', { ImageId, LaunchPermission: { Add: [{ UserId: stage }] } })
      await makeGroup(theirs, ImageId)
      await made.advance(2 * minute)
      expect(await inService(theirs)).toBe(1)
    },
  )

  test("AWS's own is not made, and nothing else that is no key", async () => {
    const { cloud, ask } = await simulateCloud()
    const { KeyMetadata } = await ask('kms', 'DescribeKey', { KeyId: 'alias/aws/ebs' })
    expect(await cloud.admin.call('add-kms-key', { ...key, name: 'alias/aws/ebs' })).toEqual({ arn: KeyMetadata.Arn })
    await expect(cloud.admin.call('add-kms-key', { ...key, name: 'arn:aws:iam::1' })).rejects.toThrow(
      'arn:aws:iam::1 names no KMS key',
    )
    expect((await ask('kms', 'ListKeys')).Keys).toHaveLength(1)
  })
})
