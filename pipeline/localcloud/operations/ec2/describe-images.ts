// DescribeImages: what an account may see, narrowed by owners, executable users and filters.

import type { DescribeImagesRequest, DescribeImagesResult } from '@aws-sdk/client-ec2'
import { type Image, imageTags } from '../../store/image.ts'
import { ApiFault } from '../../wire/fault.ts'
import { type Fields, filtered } from '../filters.ts'
import { type Call, operation } from '../operation.ts'
import { pageOf, refuseSizeBesideIds } from '../pages.ts'
import { isAllowed } from './allowed-image.ts'
import { imageView, keptImageView } from './image-view.ts'
import { regionSettings } from './sharing-settings.ts'
import { noSuchImage, visibleImages } from './visible-image.ts'

const fields: Fields<Image> = {
  architecture: (image) => image.architecture,
  'block-device-mapping.encrypted': (image) => image.blockDevices.map((device) => String(device.encrypted)),
  'block-device-mapping.snapshot-id': (image) => image.blockDevices.map((device) => device.snapshotId),
  'creation-date': (image) => new Date(image.createdAt).toISOString(),
  description: (image) => image.description,
  'ena-support': () => true,
  hypervisor: () => 'xen',
  'image-id': (image) => image.id,
  'image-type': () => 'machine',
  'is-public': (image) => image.isPublic,
  name: (image) => image.name,
  'owner-id': (image) => image.owner,
  'root-device-name': (image) => image.rootDeviceName,
  'root-device-type': () => 'ebs',
  'source-image-id': (image) => image.sourceImageId,
  'source-image-region': (image) => image.sourceRegion,
  'source-instance-id': (image) => image.sourceInstanceId,
  state: (image) => image.state,
  'virtualization-type': () => 'hvm',
}

export const describeImages = operation<DescribeImagesRequest, DescribeImagesResult>({
  handles: [
    'ImageIds',
    'Owners',
    'ExecutableUsers',
    'Filters',
    'IncludeDeprecated',
    'IncludeDisabled',
    'MaxResults',
    'NextToken',
  ],
  filters: fields,
  run(call) {
    const { input, account, draft, place, now } = call
    refuseSizeBesideIds(input.MaxResults, input.ImageIds, 'imagesSet')
    const settings = regionSettings(draft, place)
    const owned = byOwner(candidates(call), input.Owners, account)
    const asksTags = input.Filters?.some(({ Name }) => Name?.startsWith('tag')) ?? false
    const found = filtered(asksTags ? owned.map((image) => asSeenBy(image, account)) : owned, input.Filters, fields)
      .filter((image) => isExecutableBy(image, input.ExecutableUsers, account))
      .filter((image) => isShown(image, call))
    const page = pageOf(found, (image) => image.id, {
      size: input.MaxResults,
      token: input.NextToken,
      largest: 1_000,
      badToken: 'InvalidNextToken',
    })
    // "In audit-mode each AMI displays ImageAllowed" [doc: EnableAllowedImagesSettings].
    const isAudited = settings.allowedImages.state !== 'disabled'
    const Images = page.rows.map((image) =>
      isAudited
        ? { ...imageView(image, account), ImageAllowed: isAllowed(image, account, settings, now) }
        : keptImageView(image, account),
    )
    return { NextToken: page.nextToken, Images }
  },
})

/** With the tags that the account sees: its own. */
function asSeenBy(image: Image, account: string): Image {
  return image.owner === account ? image : { ...image, tags: imageTags(image, account) }
}

function candidates({ input, draft, account, region, now }: Call<DescribeImagesRequest>): Image[] {
  const visible = visibleImages(draft, account, region, now)
  if (!input.ImageIds?.length) return visible
  const known = new Map(visible.map((image) => [image.id, image]))
  return input.ImageIds.map((id) => {
    const image = known.get(id)
    if (image === undefined) throw noSuchImage(id)
    return image
  })
}

function byOwner(images: readonly Image[], owners: readonly string[] | undefined, account: string): Image[] {
  if (!owners?.length) return [...images]
  const wanted = new Set(owners.map((owner) => (owner === 'self' ? account : owner)))
  for (const owner of wanted) {
    if (!/^\d{12}$|^(amazon|aws-marketplace|aws-backup-vault)$/.test(owner))
      throw new ApiFault('InvalidUserID.Malformed', `Invalid user id: "${owner}"`)
  }
  return images.filter((image) => wanted.has(image.owner))
}

/** `self` means explicit permission, `all` public, an account ID explicit permission for that account. */
function isExecutableBy(image: Image, users: readonly string[] | undefined, account: string): boolean {
  if (!users?.length) return true
  return users.some((user) => (user === 'all' ? image.isPublic : image.launchAccounts.includes(user === 'self' ? account : user)))
}

/** "No disabled AMIs are included" unless asked for. "Deprecated AMIs are not included for others than the owner unless asked for", by ID they always are [doc: ami-deprecate]. */
function isShown(image: Image, { input, account, now }: Call<DescribeImagesRequest>): boolean {
  if (image.state === 'disabled' && !input.IncludeDisabled) return false
  if (image.owner === account || input.IncludeDeprecated || input.ImageIds?.length) return true
  return image.deprecatedAt === undefined || image.deprecatedAt > now
}
