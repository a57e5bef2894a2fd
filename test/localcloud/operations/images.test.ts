// Images: who sees and launches them, how they are made, shared, copied, deprecated and removed.

import { describe, expect, test } from 'vitest'
import { asAccount } from '../as-account.ts'
import { inRegion } from '../in-region.ts'
import { minute, second, simulateCloud } from '../simulated-cloud.ts'
import { addKey, bake, other } from './baked-image.ts'

describe('CreateImage', () => {
  test('captures a stopped instance, pending until it is done', async () => {
    const made = await simulateCloud()
    const { Instances } = await made.ask('ec2', 'RunInstances', { ImageId: made.imageId, MinCount: 1, MaxCount: 1 })
    const InstanceId = Instances[0].InstanceId
    await made.advance(30 * second)
    await made.ask('ec2', 'StopInstances', { InstanceIds: [InstanceId] })
    const { ImageId } = await made.ask('ec2', 'CreateImage', { InstanceId, Name: 'baked-1', Description: 'one' })
    const { Images } = await made.ask('ec2', 'DescribeImages', { ImageIds: [ImageId] })
    expect(Images[0]).toMatchObject({
      State: 'available',
      Public: false,
      SourceInstanceId: InstanceId,
      SourceImageId: made.imageId,
      Description: 'one',
    })
    const { Snapshots } = await made.ask('ec2', 'DescribeSnapshots', { OwnerIds: ['self'] })
    expect(Snapshots).toMatchObject([{ State: 'completed', Progress: '100%' }])
    const launched = await made.ask('ec2', 'RunInstances', { ImageId, MinCount: 1, MaxCount: 1 })
    await made.advance(30 * second)
    const spec = made.machines.specs().find(({ id }) => id === launched.Instances[0].InstanceId)
    expect(spec?.layers).toHaveLength(2)
  })

  test('of a running instance stops it for the capture and starts it again', async () => {
    const made = await simulateCloud()
    const { instanceId } = await bake(made, 'baked-1')
    const { InstanceStatuses } = await made.ask('ec2', 'DescribeInstanceStatus', { InstanceIds: [instanceId] })
    expect(InstanceStatuses[0]).toMatchObject({ InstanceState: { Name: 'running' }, InstanceStatus: { Status: 'ok' } })
  })

  test('of a running instance without reboot is refused by name', async () => {
    const made = await simulateCloud()
    const { instanceId } = await bake(made, 'baked-1')
    expect(await made.refusal('ec2', 'CreateImage', { InstanceId: instanceId, Name: 'baked-2', NoReboot: true })).toEqual({
      code: 'UnsupportedOperation',
      message: 'The local cloud does not implement NoReboot=true for a running instance.',
    })
  })

  test('refuses a name that is taken', async () => {
    const made = await simulateCloud()
    const { instanceId, imageId } = await bake(made, 'baked-1')
    expect(await made.refusal('ec2', 'CreateImage', { InstanceId: instanceId, Name: 'baked-1' })).toEqual({
      code: 'InvalidAMIName.Duplicate',
      message: `AMI name baked-1 is already in use by AMI ${imageId}`,
    })
  })
})

describe('an image is private until it is shared', () => {
  test('other accounts neither see nor launch it', async () => {
    const made = await simulateCloud()
    const { imageId } = await bake(made, 'baked-1')
    const ask = await asAccount(made, other)
    await expect(ask('ec2', 'DescribeImages', { ImageIds: [imageId] })).rejects.toMatchObject({ name: 'InvalidAMIID.NotFound' })
    await expect(ask('ec2', 'RunInstances', { ImageId: imageId, MinCount: 1, MaxCount: 1 })).rejects.toMatchObject({
      name: 'AuthFailure',
    })
  })

  test('then they do, without its tags', async () => {
    const made = await simulateCloud()
    const { imageId } = await bake(made, 'baked-1', 'alias/drover')
    await made.ask('ec2', 'CreateTags', { Resources: [imageId], Tags: [{ Key: 'release', Value: '1' }] })
    await made.ask('ec2', 'ModifyImageAttribute', { ImageId: imageId, LaunchPermission: { Add: [{ UserId: other }] } })
    const { LaunchPermissions } = await made.ask('ec2', 'DescribeImageAttribute', {
      ImageId: imageId,
      Attribute: 'launchPermission',
    })
    expect(LaunchPermissions).toEqual([{ UserId: other }])
    const ask = await asAccount(made, other)
    const { Images } = await ask('ec2', 'DescribeImages', { ExecutableUsers: ['self'] })
    expect(Images).toMatchObject([{ ImageId: imageId, OwnerId: made.cloud.credentials.account }])
    expect(Images[0].Tags ?? []).toEqual([])
    const { Instances } = await ask('ec2', 'RunInstances', { ImageId: imageId, MinCount: 1, MaxCount: 1 })
    expect(Instances[0].State.Name).toBe('pending')
  })

  test('and when it is no longer shared, the tags they put on it are listed no more', async () => {
    const made = await simulateCloud()
    const { imageId } = await bake(made, 'baked-1', 'alias/drover')
    const share = (change: object) => made.ask('ec2', 'ModifyImageAttribute', { ImageId: imageId, LaunchPermission: change })
    await share({ Add: [{ UserId: other }] })
    const ask = await asAccount(made, other)
    await ask('ec2', 'CreateTags', { Resources: [imageId], Tags: [{ Key: 'mine', Value: '1' }] })
    expect((await ask('ec2', 'DescribeTags')).Tags).toMatchObject([{ ResourceId: imageId, Key: 'mine' }])
    await share({ Remove: [{ UserId: other }] })
    expect((await ask('ec2', 'DescribeTags')).Tags ?? []).toEqual([])
  })

  test('once deprecated, others find it by its ID or when they ask for such, its owner as before [doc: ami-deprecate]', async () => {
    const made = await simulateCloud()
    const { imageId } = await bake(made, 'baked-1', 'alias/drover')
    await made.ask('ec2', 'ModifyImageAttribute', { ImageId: imageId, LaunchPermission: { Add: [{ UserId: other }] } })
    // Said by wall time, which a cloud that skips idle waits is ahead of.
    const DeprecateAt = new Date(Math.max(Date.now(), made.now()) + 5 * minute)
    await made.ask('ec2', 'EnableImageDeprecation', { ImageId: imageId, DeprecateAt })
    const ask = await asAccount(made, other)
    const shared = { Owners: [made.cloud.credentials.account], ExecutableUsers: ['self'] }
    const found = async (input: object) =>
      (await ask('ec2', 'DescribeImages', input)).Images.map(({ ImageId }: { ImageId: string }) => ImageId)
    expect(await found(shared)).toEqual([imageId])
    const untilThen = DeprecateAt.getTime() + minute - made.now()
    await made.advance(untilThen, undefined, untilThen)
    expect(await found(shared)).toEqual([])
    expect(await found({ ...shared, IncludeDeprecated: true })).toEqual([imageId])
    expect(await found({ ImageIds: [imageId] })).toEqual([imageId])
    const { Images } = await made.ask('ec2', 'DescribeImages', { Owners: ['self'] })
    expect(Images).toMatchObject([{ ImageId: imageId, DeprecationTime: expect.anything() }])
  })

  test('"snapshots encrypted with the default key can\'t be shared"', async () => {
    const made = await simulateCloud()
    const { Instances } = await made.ask('ec2', 'RunInstances', {
      ImageId: made.imageId,
      MinCount: 1,
      MaxCount: 1,
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true } }],
    })
    await made.advance(30 * second)
    const { ImageId } = await made.ask('ec2', 'CreateImage', { InstanceId: Instances[0].InstanceId, Name: 'baked-1' })
    await made.advance(30 * second)
    const share = { ImageId, LaunchPermission: { Add: [{ UserId: other }] } }
    expect(await made.refusal('ec2', 'ModifyImageAttribute', share)).toMatchObject({ code: 'InvalidParameter' })
    const { Images } = await made.ask('ec2', 'DescribeImages', { ImageIds: [ImageId] })
    const SnapshotId = Images[0].BlockDeviceMappings[0].Ebs.SnapshotId
    const snapshotShare = { SnapshotId, CreateVolumePermission: { Add: [{ UserId: other }] } }
    expect(await made.refusal('ec2', 'ModifySnapshotAttribute', snapshotShare)).toMatchObject({ code: 'OperationNotPermitted' })
  })
})

describe('CopyImage', () => {
  const copy = (imageId: string) => ({
    SourceImageId: imageId,
    SourceRegion: 'eu-central-1',
    Name: 'copy-1',
    ClientToken: 'token-1',
    KmsKeyId: 'alias/drover',
    Encrypted: true,
  })

  test('makes an image of its own from the same layers, pending for a moment', async () => {
    const made = await simulateCloud()
    const { imageId } = await bake(made, 'baked-1')
    await addKey(made)
    const { ImageId } = await made.ask('ec2', 'CopyImage', copy(imageId))
    const stateOf = async () => (await made.ask('ec2', 'DescribeImages', { ImageIds: [ImageId] })).Images[0]
    expect(await stateOf()).toMatchObject({ State: 'pending', SourceImageId: imageId, SourceImageRegion: 'eu-central-1' })
    await made.advance(5 * second)
    expect(await stateOf()).toMatchObject({ State: 'available', BlockDeviceMappings: [{ Ebs: { Encrypted: true } }] })
  })

  test('to another region is in that region alone, and launched there', async () => {
    const made = await simulateCloud()
    const { imageId } = await bake(made, 'baked-1')
    const there = inRegion(made, 'eu-west-1')
    const { ImageId } = await there('ec2', 'CopyImage', { ...copy(imageId), KmsKeyId: undefined })
    await made.advance(5 * second)
    const { Images } = await there('ec2', 'DescribeImages', { ImageIds: [ImageId] })
    expect(Images).toMatchObject([{ State: 'available', SourceImageId: imageId, SourceImageRegion: 'eu-central-1' }])
    expect(await made.refusal('ec2', 'DescribeImages', { ImageIds: [ImageId] })).toMatchObject({ code: 'InvalidAMIID.NotFound' })
    await expect(there('ec2', 'DescribeImages', { ImageIds: [imageId] })).rejects.toThrow('does not exist')
    const { Instances } = await there('ec2', 'RunInstances', { ImageId, MinCount: 1, MaxCount: 1 })
    expect(Instances[0].Placement.AvailabilityZone).toMatch(/^eu-west-1/)
  })

  test('with the same client token again is the same copy', async () => {
    const made = await simulateCloud()
    const { imageId } = await bake(made, 'baked-1')
    const first = await made.ask('ec2', 'CopyImage', copy(imageId))
    expect(await made.ask('ec2', 'CopyImage', copy(imageId))).toEqual(first)
    for (const other of [{ Name: 'copy-2' }, { KmsKeyId: undefined }, { Description: 'another' }]) {
      expect(await made.refusal('ec2', 'CopyImage', { ...copy(imageId), ...other })).toMatchObject({
        code: 'IdempotentParameterMismatch',
      })
    }
    await made.ask('ec2', 'DeregisterImage', { ImageId: imageId })
    expect(await made.ask('ec2', 'CopyImage', copy(imageId))).toEqual(first)
  })

  test("of another account's image needs its snapshot shared, too", async () => {
    const made = await simulateCloud()
    const { imageId, snapshotId } = await bake(made, 'baked-1', 'alias/drover')
    await made.ask('ec2', 'ModifyImageAttribute', { ImageId: imageId, LaunchPermission: { Add: [{ UserId: other }] } })
    const ask = await asAccount(made, other)
    await expect(ask('ec2', 'CopyImage', copy(imageId))).rejects.toMatchObject({ name: 'InvalidRequest' })
    await made.ask('ec2', 'ModifySnapshotAttribute', {
      SnapshotId: snapshotId,
      Attribute: 'createVolumePermission',
      OperationType: 'add',
      UserIds: [other],
    })
    const { ImageId } = await ask('ec2', 'CopyImage', { ...copy(imageId), KmsKeyId: undefined })
    await made.advance(5 * second)
    expect((await ask('ec2', 'DescribeImages', { ImageIds: [ImageId] })).Images[0].State).toBe('available')
  })

  test('"user-defined tags attached by other accounts are not copied": the account’s own on a shared image are', async () => {
    const made = await simulateCloud()
    const { imageId, snapshotId } = await bake(made, 'baked-1')
    await made.ask('ec2', 'CreateTags', { Resources: [imageId], Tags: [{ Key: 'release', Value: '1' }] })
    await made.ask('ec2', 'ModifyImageAttribute', { ImageId: imageId, LaunchPermission: { Add: [{ UserId: other }] } })
    const CreateVolumePermission = { Add: [{ UserId: other }] }
    await made.ask('ec2', 'ModifySnapshotAttribute', { SnapshotId: snapshotId, CreateVolumePermission })
    const ask = await asAccount(made, other)
    const Tags = [{ Key: 'mine', Value: '1' }]
    await ask('ec2', 'CreateTags', { Resources: [imageId], Tags })
    const { SourceImageId, SourceRegion, Name } = copy(imageId)
    const { ImageId } = await ask('ec2', 'CopyImage', { SourceImageId, SourceRegion, Name, CopyImageTags: true })
    expect((await ask('ec2', 'DescribeImages', { ImageIds: [ImageId] })).Images[0].Tags).toEqual(Tags)
  })
})

describe('DeregisterImage', () => {
  test('leaves the snapshot, which then can be deleted; before, it is in use', async () => {
    const made = await simulateCloud()
    const { imageId, snapshotId } = await bake(made, 'baked-1')
    expect(await made.refusal('ec2', 'DeleteSnapshot', { SnapshotId: snapshotId })).toEqual({
      code: 'InvalidSnapshot.InUse',
      message: `The snapshot ${snapshotId} is currently in use by ${imageId}`,
    })
    await made.ask('ec2', 'DeregisterImage', { ImageId: imageId })
    await made.ask('ec2', 'DeleteSnapshot', { SnapshotId: snapshotId })
    expect((await made.ask('ec2', 'DescribeSnapshots', { OwnerIds: ['self'] })).Snapshots).toEqual([])
  })

  test('is refused while the image is protected, and for a day after when it has a cooldown', async () => {
    const made = await simulateCloud()
    const { imageId } = await bake(made, 'baked-1')
    await made.ask('ec2', 'EnableImageDeregistrationProtection', { ImageId: imageId, WithCooldown: true })
    expect(await made.refusal('ec2', 'DeregisterImage', { ImageId: imageId })).toMatchObject({ code: 'OperationNotPermitted' })
    await made.ask('ec2', 'DisableImageDeregistrationProtection', { ImageId: imageId })
    await made.advance(23 * 60 * minute, undefined, 60 * minute)
    expect(await made.refusal('ec2', 'DeregisterImage', { ImageId: imageId })).toMatchObject({ code: 'OperationNotPermitted' })
    await made.advance(2 * 60 * minute, undefined, 60 * minute)
    await made.ask('ec2', 'DeregisterImage', { ImageId: imageId })
    expect(await made.refusal('ec2', 'DescribeImages', { ImageIds: [imageId] })).toMatchObject({ code: 'InvalidAMIID.NotFound' })
  })
})

test('DescribeImages wants owners that are owners', async () => {
  const { refusal } = await simulateCloud()
  expect(await refusal('ec2', 'DescribeImages', { Owners: ['debian'] })).toEqual({
    code: 'InvalidUserID.Malformed',
    message: 'Invalid user id: "debian"',
  })
})

test('a base is found by owner and name with a wildcard', async () => {
  const { ask, imageId } = await simulateCloud()
  const query = {
    Owners: ['136693071363'],
    Filters: [
      { Name: 'name', Values: ['debian-13-amd64-*'] },
      { Name: 'architecture', Values: ['x86_64'] },
    ],
  }
  expect((await ask('ec2', 'DescribeImages', query)).Images).toMatchObject([
    { ImageId: imageId, State: 'available', RootDeviceName: '/dev/xvda' },
  ])
})
