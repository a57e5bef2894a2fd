// Who may be shown an account's images, whose images it may use, and images that are disabled.

import { describe, expect, test } from 'vitest'
import { asAccount } from '../as-account.ts'
import { inRegion } from '../in-region.ts'
import { type SimulatedCloud, simulateCloud } from '../simulated-cloud.ts'
import { bake, other } from './baked-image.ts'

const organisation = 'arn:aws:organizations::111111111111:organization/o-exampleorg'
const everyone = { LaunchPermission: { Add: [{ Group: 'all' }] } }
const launch = (ImageId: string) => ({ ImageId, MinCount: 1, MaxCount: 1 })

describe('block public access', () => {
  test('for images is on until it is taken off, and says which call does', async () => {
    const made = await simulateCloud()
    const { imageId: ImageId } = await bake(made, 'baked-1')
    expect(await made.refusal('ec2', 'ModifyImageAttribute', { ImageId, ...everyone })).toEqual({
      code: 'OperationNotPermitted',
      message: expect.stringContaining('you must call the DisableImageBlockPublicAccess API'),
    })
    await made.ask('ec2', 'DisableImageBlockPublicAccess')
    await made.ask('ec2', 'ModifyImageAttribute', { ImageId, ...everyone })
    const { Images } = await made.ask('ec2', 'DescribeImages', { ImageIds: [ImageId] })
    expect(Images[0].Public).toBe(true)
    await made.ask('ec2', 'EnableImageBlockPublicAccess', { ImageBlockPublicAccessState: 'block-new-sharing' })
    expect(await made.ask('ec2', 'GetImageBlockPublicAccessState')).toMatchObject({
      ImageBlockPublicAccessState: 'block-new-sharing',
    })
  })

  test('for snapshots is off until it is put on', async () => {
    const made = await simulateCloud()
    const { snapshotId: SnapshotId } = await bake(made, 'baked-1')
    await made.ask('ec2', 'EnableSnapshotBlockPublicAccess', { State: 'block-all-sharing' })
    const share = { SnapshotId, CreateVolumePermission: { Add: [{ Group: 'all' }] } }
    expect(await made.refusal('ec2', 'ModifySnapshotAttribute', share)).toMatchObject({ code: 'OperationNotPermitted' })
    await made.ask('ec2', 'DisableSnapshotBlockPublicAccess')
    await made.ask('ec2', 'ModifySnapshotAttribute', share)
  })

  test.each([
    ['account', (made: SimulatedCloud) => asAccount(made, other)],
    ['region', async (made: SimulatedCloud) => inRegion(made, 'eu-west-1')],
  ])('is a setting of one %s', async (_, elsewhere) => {
    const made = await simulateCloud()
    const ask = await elsewhere(made)
    await made.ask('ec2', 'DisableImageBlockPublicAccess')
    await made.ask('ec2', 'EnableSnapshotBlockPublicAccess', { State: 'block-all-sharing' })
    expect(await made.ask('ec2', 'GetImageBlockPublicAccessState')).toMatchObject({ ImageBlockPublicAccessState: 'unblocked' })
    expect(await ask('ec2', 'GetImageBlockPublicAccessState')).toMatchObject({ ImageBlockPublicAccessState: 'block-new-sharing' })
    expect(await ask('ec2', 'GetSnapshotBlockPublicAccessState')).toMatchObject({ State: 'unblocked' })
  })
})

describe('an image shared with an organisation', () => {
  test('is seen and launched by its accounts alone', async () => {
    const made = await simulateCloud()
    const { imageId: ImageId } = await bake(made, 'baked-1')
    const LaunchPermission = { Add: [{ OrganizationArn: organisation }] }
    await made.ask('ec2', 'ModifyImageAttribute', { ImageId, LaunchPermission })
    const stranger = await asAccount(made, other)
    await expect(stranger('ec2', 'DescribeImages', { ImageIds: [ImageId] })).rejects.toThrow('does not exist')
    await expect(stranger('ec2', 'RunInstances', launch(ImageId))).rejects.toThrow('Not authorized for images')
    const member = await asAccount(made, other, organisation)
    expect((await member('ec2', 'DescribeImages', { ImageIds: [ImageId] })).Images).toHaveLength(1)
    expect((await member('ec2', 'RunInstances', launch(ImageId))).Instances).toHaveLength(1)
  })
})

test('ResetImageAttribute takes back every launch permission', async () => {
  const made = await simulateCloud()
  const { imageId: ImageId } = await bake(made, 'baked-1')
  await made.ask('ec2', 'DisableImageBlockPublicAccess')
  const LaunchPermission = { Add: [{ UserId: other }, { OrganizationArn: organisation }, { Group: 'all' }] }
  await made.ask('ec2', 'ModifyImageAttribute', { ImageId, LaunchPermission })
  const permissions = async () =>
    (await made.ask('ec2', 'DescribeImageAttribute', { ImageId, Attribute: 'launchPermission' })).LaunchPermissions
  expect(await permissions()).toHaveLength(3)
  await made.ask('ec2', 'ResetImageAttribute', { ImageId, Attribute: 'launchPermission' })
  expect(await permissions()).toEqual([])
})

describe('a disabled image', () => {
  test('loses its permissions, is not launched or listed, and can be enabled again without them', async () => {
    const made = await simulateCloud()
    const { imageId: ImageId } = await bake(made, 'baked-1')
    const ask = await asAccount(made, other)
    await made.ask('ec2', 'ModifyImageAttribute', { ImageId, LaunchPermission: { Add: [{ UserId: other }] } })
    await made.ask('ec2', 'DisableImage', { ImageId })
    const listed = { Owners: ['self'] }
    expect((await made.ask('ec2', 'DescribeImages', listed)).Images).toEqual([])
    expect((await made.ask('ec2', 'DescribeImages', { ...listed, IncludeDisabled: true })).Images).toMatchObject([
      { ImageId, State: 'disabled' },
    ])
    expect(await made.refusal('ec2', 'RunInstances', launch(ImageId))).toMatchObject({ code: 'InvalidAMIID.Unavailable' })
    await expect(ask('ec2', 'RunInstances', launch(ImageId))).rejects.toThrow('Not authorized for images')
    await made.ask('ec2', 'EnableImage', { ImageId })
    expect((await made.ask('ec2', 'RunInstances', launch(ImageId))).Instances).toHaveLength(1)
    const { LaunchPermissions } = await made.ask('ec2', 'DescribeImageAttribute', { ImageId, Attribute: 'launchPermission' })
    expect(LaunchPermissions).toEqual([])
  })
})

describe('Allowed AMIs', () => {
  test('in audit mode say of each image whether it would be allowed', async () => {
    const made = await simulateCloud()
    await bake(made, 'baked-1')
    await made.ask('ec2', 'EnableAllowedImagesSettings', { AllowedImagesSettingsState: 'audit-mode' })
    const { Images } = await made.ask('ec2', 'DescribeImages')
    expect(Images.map(({ Name, ImageAllowed }: { Name: string; ImageAllowed: boolean }) => [Name, ImageAllowed])).toEqual([
      ['debian-13-amd64-1', false],
      ['baked-1', true],
    ])
    expect((await made.ask('ec2', 'RunInstances', launch(made.imageId))).Instances).toHaveLength(1)
  })

  test.each([
    ['a provider that is not its owner', { ImageProviders: ['999999999999'] }, false],
    ['its owner', { ImageProviders: ['136693071363'] }, true],
    ['its owner by another name', { ImageProviders: ['136693071363'], ImageNames: ['ubuntu-*'] }, false],
    ['its name', { ImageNames: ['debian-13-*'] }, true],
    ['its age', { CreationDateCondition: { MaximumDaysSinceCreated: 30 } }, true],
  ])('enabled with %s', async (_, criterion, isAllowed) => {
    const made = await simulateCloud()
    await made.ask('ec2', 'ReplaceImageCriteriaInAllowedImagesSettings', { ImageCriteria: [criterion] })
    await made.ask('ec2', 'EnableAllowedImagesSettings', { AllowedImagesSettingsState: 'enabled' })
    expect((await made.ask('ec2', 'DescribeImages')).Images).toHaveLength(isAllowed ? 1 : 0)
    if (isAllowed) expect((await made.ask('ec2', 'RunInstances', launch(made.imageId))).Instances).toHaveLength(1)
    else expect(await made.refusal('ec2', 'RunInstances', launch(made.imageId))).toMatchObject({ code: 'OperationNotPermitted' })
  })
})
