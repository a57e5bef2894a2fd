// Images at one place: found, copied, shared, tagged, and half-made ones discarded.

import {
  CopyImageCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  type Filter,
  type Image,
  type LaunchPermission,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
} from '@aws-sdk/client-ec2'
import type { Architecture, CloudAt, MachineImage } from '../ports/index.ts'
import { oneOf, only, optional, outcomeOf, resourceId, tagsOf, text, wholeNumber } from './answer.ts'
import type { Caller } from './caller.ts'
import { CallFailed } from './failure.ts'
import { everyItem } from './pages.ts'
import { tagFilters, tagList, tagSpecifications } from './tags.ts'

type ImageVerbs = Pick<
  CloudAt,
  'findImages' | 'describeImage' | 'copyImage' | 'snapshotSizes' | 'shareImage' | 'launchPermissions' | 'discardImage' | 'tag'
>

export function imageVerbs(call: Caller): ImageVerbs {
  return {
    findImages: (query) => outcomeOf(() => findImages(call, query)),
    describeImage: (imageId) => outcomeOf(() => describeImage(call, imageId)),
    copyImage: (request) => outcomeOf(() => copyImage(call, request)),
    snapshotSizes: (snapshotIds) => outcomeOf(() => snapshotSizes(call, snapshotIds)),
    shareImage: (image, sharers) => outcomeOf(() => shareImage(call, image, sharers)),
    launchPermissions: (imageId) => outcomeOf(() => launchPermissions(call, imageId)),
    discardImage: (image) => outcomeOf(() => discardImage(call, image)),
    tag: (resourceIds, tags) =>
      outcomeOf(async () => {
        const request = new CreateTagsCommand({ Resources: [...resourceIds], Tags: tagList(tags) })
        await call(`CreateTags ${resourceIds.join(' ')}`, ({ ec2 }) => ec2.send(request))
      }),
  }
}

async function findImages(call: Caller, query: Parameters<CloudAt['findImages']>[0]): Promise<readonly MachineImage[]> {
  const filters: Filter[] = tagFilters(query.tags ?? {})
  if (query.nameGlob !== undefined) filters.push({ Name: 'name', Values: [query.nameGlob] })
  if (query.architecture !== undefined) filters.push({ Name: 'architecture', Values: [query.architecture] })
  const subject = `DescribeImages ${query.nameGlob ?? ''} of ${query.owners.join(' ')}`
  const images = await everyItem(async (NextToken) => {
    const request = new DescribeImagesCommand({ Owners: [...query.owners], Filters: filters, NextToken })
    const answer = await call(subject, ({ ec2 }) => ec2.send(request))
    return { items: answer.Images, next: answer.NextToken }
  })
  return images.filter(isKnownArchitecture).map(machineImage)
}

async function describeImage(call: Caller, imageId: string): Promise<MachineImage> {
  const request = new DescribeImagesCommand({ ImageIds: [imageId], IncludeDeprecated: true, IncludeDisabled: true })
  const subject = `DescribeImages ${imageId}`
  const { Images } = await call(subject, ({ ec2 }) => ec2.send(request))
  // An image that isn't shared with the account is sometimes an empty list rather than an error.
  if (Images?.length === 0) throw notFound(subject)
  const image = only(Images, 'images')
  if (!isKnownArchitecture(image)) {
    const message = `${subject}: drover has no use for an image of architecture ${image.Architecture}`
    throw new CallFailed({ ok: false, kind: 'unsupported', code: 'UnsupportedArchitecture', message })
  }
  return machineImage(image)
}

async function copyImage(call: Caller, request: Parameters<CloudAt['copyImage']>[0]): Promise<{ readonly imageId: string }> {
  const command = new CopyImageCommand({
    SourceImageId: request.sourceImageId,
    SourceRegion: request.sourceRegion,
    Name: request.name,
    Description: request.description,
    ClientToken: request.clientToken,
    // What the copy takes of the source's tags the request says already, and so its snapshots have them too.
    CopyImageTags: false,
    TagSpecifications: tagSpecifications(['image', 'snapshot'], request.tags),
    ...(request.kmsKeyId === undefined ? {} : { Encrypted: true, KmsKeyId: request.kmsKeyId }),
  })
  const answer = await call(`CopyImage ${request.sourceImageId} from ${request.sourceRegion}`, ({ ec2 }) => ec2.send(command))
  return { imageId: resourceId('ami', answer.ImageId) }
}

/** Asked by filter: one that is gone would fail the whole question by ID. */
async function snapshotSizes(call: Caller, snapshotIds: readonly string[]): Promise<readonly number[]> {
  if (snapshotIds.length === 0) return []
  const Filters = [{ Name: 'snapshot-id', Values: [...snapshotIds] }]
  const snapshots = await everyItem(async (NextToken) => {
    const request = new DescribeSnapshotsCommand({ Filters, NextToken })
    const answer = await call(`DescribeSnapshots ${snapshotIds.join(' ')}`, ({ ec2 }) => ec2.send(request))
    return { items: answer.Snapshots, next: answer.NextToken }
  })
  return snapshots.map(({ VolumeSize }) => wholeNumber(VolumeSize, 'size of the snapshot'))
}

/**
 * Snapshots can't be shared with an organisation and need not be: "the system automatically provides the instance with access to the
 * referenced EBS snapshots for the launch" [doc: share-amis-with-organizations-and-OUs].
 */
async function shareImage(call: Caller, image: MachineImage, sharers: readonly string[]): Promise<void> {
  const others = sharers.filter((sharer) => sharer !== image.ownerAccount)
  if (others.length === 0) return
  const launch = new ModifyImageAttributeCommand({ ImageId: image.id, LaunchPermission: { Add: others.map(permissionOf) } })
  const accounts = others.filter((sharer) => !sharer.startsWith('arn:')).map((UserId) => ({ UserId }))
  // Snapshots first: an account that sees the image can then also read its disk.
  for (const SnapshotId of accounts.length === 0 ? [] : image.snapshotIds) {
    const request = new ModifySnapshotAttributeCommand({
      SnapshotId,
      Attribute: 'createVolumePermission',
      CreateVolumePermission: { Add: accounts },
    })
    await call(`ModifySnapshotAttribute ${SnapshotId}`, ({ ec2 }) => ec2.send(request))
  }
  await call(`ModifyImageAttribute ${image.id}`, ({ ec2 }) => ec2.send(launch))
}

/** As `launchPermissions` names them. */
export function permissionOf(permission: string): LaunchPermission {
  if (permission === 'all') return { Group: 'all' }
  if (!permission.startsWith('arn:')) return { UserId: permission }
  return permission.includes(':ou/') ? { OrganizationalUnitArn: permission } : { OrganizationArn: permission }
}

async function launchPermissions(call: Caller, imageId: string): Promise<readonly string[]> {
  const request = new DescribeImageAttributeCommand({ ImageId: imageId, Attribute: 'launchPermission' })
  const { LaunchPermissions } = await call(`DescribeImageAttribute ${imageId}`, ({ ec2 }) => ec2.send(request))
  return (LaunchPermissions ?? []).map((permission) =>
    text(
      permission.UserId ?? permission.OrganizationArn ?? permission.OrganizationalUnitArn ?? permission.Group,
      'launch permission',
    ),
  )
}

/** What is gone already is as good as discarded: an earlier, interrupted attempt may have got half-way. */
async function discardImage(call: Caller, image: MachineImage): Promise<void> {
  const deregister = new DeregisterImageCommand({ ImageId: image.id })
  await unlessGone(() => call(`DeregisterImage ${image.id}`, ({ ec2 }) => ec2.send(deregister)))
  for (const SnapshotId of image.snapshotIds) {
    const request = new DeleteSnapshotCommand({ SnapshotId })
    await unlessGone(() => call(`DeleteSnapshot ${SnapshotId}`, ({ ec2 }) => ec2.send(request)))
  }
}

async function unlessGone(act: () => Promise<unknown>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof CallFailed) || error.failure.kind !== 'not-found') throw error
  }
}

const architectures = ['x86_64', 'arm64'] as const satisfies readonly Architecture[]

const states = ['pending', 'available', 'failed', 'invalid', 'disabled', 'deregistered', 'transient', 'error'] as const

export function isKnownArchitecture({ Architecture: architecture }: Image): boolean {
  return architectures.some((known) => known === architecture)
}

export function machineImage(image: Image): MachineImage {
  const disks = (image.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => (Ebs === undefined ? [] : [Ebs]))
  return {
    id: resourceId('ami', image.ImageId),
    name: image.Name ?? '',
    ownerAccount: text(image.OwnerId, 'owner of the image'),
    state: oneOf(image.State, states, 'state of the image'),
    ...optional('stateReason', image.StateReason?.Message || undefined),
    architecture: oneOf(image.Architecture, architectures, 'architecture of the image'),
    createdAt: image.CreationDate ?? '',
    ...optional('deprecatedAt', image.DeprecationTime),
    rootDevice: image.RootDeviceName ?? '',
    snapshotIds: disks.flatMap(({ SnapshotId }) => (SnapshotId === undefined ? [] : [resourceId('snap', SnapshotId)])),
    encrypted: disks.length > 0 && disks.every(({ Encrypted }) => Encrypted === true),
    ...optional('sourceImageId', image.SourceImageId),
    ...optional('sourceRegion', image.SourceImageRegion),
    ...optional('imdsSupport', image.ImdsSupport),
    ...protection(image),
    tags: tagsOf(image.Tags),
  }
}

/** `enabled-with-cooldown`, or `disabled` with a time before which it still holds, protect it as well [doc: ami-deregistration-protection]. */
function protection({ DeregistrationProtection: written = 'disabled' }: Image): Pick<MachineImage, 'deregistrationProtected'> {
  return written === 'disabled' ? {} : { deregistrationProtected: true }
}

function notFound(subject: string): CallFailed {
  return new CallFailed({ ok: false, kind: 'not-found', code: 'NotFound', message: `${subject}: nothing there` })
}
