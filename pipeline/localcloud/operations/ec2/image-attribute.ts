// ModifyImageAttribute, DescribeImageAttribute and ResetImageAttribute.

import type {
  DescribeImageAttributeRequest,
  ImageAttribute,
  LaunchPermission,
  ModifyImageAttributeRequest,
  ResetImageAttributeRequest,
} from '@aws-sdk/client-ec2'
import type { Image } from '../../store/image.ts'
import { isDefaultKey } from '../../store/key-name.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'
import { blockDevices } from './image-view.ts'
import { overQuota } from './over-quota.ts'
import { regionSettings } from './sharing-settings.ts'
import { ownImage } from './visible-image.ts'

export const modifyImageAttribute = operation<ModifyImageAttributeRequest, object>({
  handles: [
    'ImageId',
    'Attribute',
    'Description',
    'ImdsSupport',
    'LaunchPermission',
    'OperationType',
    'UserIds',
    'UserGroups',
    'OrganizationArns',
    'Value',
  ],
  run({ input, draft, account, region, place }) {
    const image = ownImage(draft, account, region, required(input.ImageId, 'ImageId'))
    const changes: Partial<Image> = { ...described(input), ...imdsChange(input), ...permissionChange(draft, place, image, input) }
    if (Object.keys(changes).length === 0) throw new ApiFault('InvalidParameterCombination', 'No attributes specified.')
    draft.change(place, 'images', image.id, changes)
    return {}
  },
})

function described(input: ModifyImageAttributeRequest): Partial<Image> {
  const text = input.Description?.Value ?? (input.Attribute === 'description' ? input.Value : undefined)
  return text === undefined ? {} : { description: text }
}

/** "The only supported value is v2.0 … you can't undo it" [doc: ModifyImageAttribute]. */
function imdsChange(input: ModifyImageAttributeRequest): Partial<Image> {
  const support = input.ImdsSupport?.Value ?? (input.Attribute === 'imdsSupport' ? input.Value : undefined)
  if (support === undefined) return {}
  if (support !== 'v2.0') throw new ApiFault('InvalidParameterValue', `Value (${support}) for parameter imdsSupport is invalid.`)
  return { imdsSupport: support }
}

function permissionChange(draft: Draft, place: PlaceKey, image: Image, input: ModifyImageAttributeRequest): Partial<Image> {
  const { add, remove } = permissionsAsked(input)
  if (add.length === 0 && remove.length === 0) return {}
  for (const { UserId } of [...add, ...remove]) {
    if (UserId !== undefined && !/^\d{12}$/.test(UserId))
      throw new ApiFault('InvalidUserID.Malformed', `Invalid user id: "${UserId}"`)
  }
  if (add.length > 0) refuseUnshareable(draft, place, image)
  if (add.some(isAll) && regionSettings(draft, place).imageSharing === 'block-new-sharing') {
    throw new ApiFault(
      'OperationNotPermitted',
      'You can’t publicly share this image because block public access for AMIs is enabled for this account. To publicly share the image, you must call the DisableImageBlockPublicAccess API.',
    )
  }
  const without = <T>(kept: readonly T[], gone: readonly (T | undefined)[], added: readonly (T | undefined)[]): T[] => [
    ...new Set([...kept.filter((one) => !gone.includes(one)), ...added.filter((one): one is T & {} => one !== undefined)]),
  ]
  const changed = {
    launchAccounts: without(
      image.launchAccounts,
      remove.map((one) => one.UserId),
      add.map((one) => one.UserId),
    ),
    launchOrganisations: without(
      image.launchOrganisations,
      remove.map((one) => one.OrganizationArn),
      add.map((one) => one.OrganizationArn),
    ),
    isPublic: add.some(isAll) || (image.isPublic && !remove.some(isAll)),
  }
  if (add.length > 0) refuseTooMany(draft, place, image, changed)
  return changed
}

/** Accounts and organisations an image, and public images a region [thread: iterative/studio-selfhosted#90]. */
const mostShares = 1_000
const mostPublic = 5

function refuseTooMany(
  draft: Draft,
  place: PlaceKey,
  image: Image,
  { launchAccounts, launchOrganisations, isPublic }: Pick<Image, 'launchAccounts' | 'launchOrganisations' | 'isPublic'>,
): void {
  if (launchAccounts.length + launchOrganisations.length > mostShares)
    throw overQuota(mostShares, 'entities this image can be shared with')
  const others = draft.rows(place, 'images').filter((one) => one.isPublic && one.id !== image.id)
  if (isPublic && !image.isPublic && others.length >= mostPublic)
    throw overQuota(mostPublic, 'public images allowed in this Region')
}

function isAll(permission: LaunchPermission): boolean {
  return permission.Group === 'all'
}

/** Written either as a structure or, in the older form, as an operation on flat lists. */
function permissionsAsked(input: ModifyImageAttributeRequest): {
  add: readonly LaunchPermission[]
  remove: readonly LaunchPermission[]
} {
  const flat: LaunchPermission[] = [
    ...(input.UserIds ?? []).map((UserId) => ({ UserId })),
    ...(input.UserGroups ?? []).map((Group) => ({ Group: Group as 'all' })),
    ...(input.OrganizationArns ?? []).map((OrganizationArn) => ({ OrganizationArn })),
  ]
  const structured = { add: input.LaunchPermission?.Add ?? [], remove: input.LaunchPermission?.Remove ?? [] }
  for (const permission of [...structured.add, ...structured.remove]) {
    if (permission.OrganizationalUnitArn !== undefined)
      throw unsupported('the parameter LaunchPermission.OrganizationalUnitArn of ModifyImageAttribute')
  }
  if (flat.length === 0) return structured
  if (input.OperationType === 'remove') return { add: structured.add, remove: [...structured.remove, ...flat] }
  return { add: [...structured.add, ...flat], remove: structured.remove }
}

/** "You can't share an AMI with snapshots that are encrypted with the default AWS managed key" [doc: sharingamis-explicit]. */
function refuseUnshareable(draft: Draft, place: PlaceKey, image: Image): void {
  if (image.state === 'disabled')
    throw new ApiFault('InvalidAMIID.Unavailable', `The image ID '${image.id}' is disabled and cannot be shared`)
  for (const { snapshotId } of image.blockDevices) {
    const key = draft.get(place, 'snapshots', snapshotId)?.kmsKeyId
    if (key !== undefined && isDefaultKey(key)) {
      throw new ApiFault(
        'InvalidParameter',
        `Snapshots encrypted with the AWS Managed CMK can't be shared: ${snapshotId} of ${image.id}`,
      )
    }
  }
}

export const describeImageAttribute = operation<DescribeImageAttributeRequest, ImageAttribute>({
  handles: ['ImageId', 'Attribute'],
  run({ input, draft, account, region }) {
    const image = ownImage(draft, account, region, required(input.ImageId, 'ImageId'))
    const ImageId = image.id
    switch (input.Attribute) {
      case 'launchPermission':
        return { ImageId, LaunchPermissions: permissionList(image) }
      case 'description':
        return { ImageId, Description: { Value: image.description } }
      case 'imdsSupport':
        return { ImageId, ImdsSupport: { Value: image.imdsSupport } }
      case 'deregistrationProtection':
        return { ImageId, DeregistrationProtection: { Value: image.protection } }
      case 'blockDeviceMapping':
        return { ImageId, BlockDeviceMappings: blockDevices(image) }
      default:
        throw unsupported(`the attribute ${input.Attribute} in DescribeImageAttribute`)
    }
  },
})

function permissionList(image: Image): LaunchPermission[] {
  return [
    ...(image.isPublic ? [{ Group: 'all' as const }] : []),
    ...image.launchAccounts.map((UserId) => ({ UserId })),
    ...image.launchOrganisations.map((OrganizationArn) => ({ OrganizationArn })),
  ]
}

export const resetImageAttribute = operation<ResetImageAttributeRequest, object>({
  handles: ['ImageId', 'Attribute'],
  run({ input, draft, account, region, place }) {
    const image = ownImage(draft, account, region, required(input.ImageId, 'ImageId'))
    if (input.Attribute !== 'launchPermission') throw unsupported(`the attribute ${input.Attribute} in ResetImageAttribute`)
    draft.change(place, 'images', image.id, { launchAccounts: [], launchOrganisations: [], isPublic: false })
    return {}
  },
})
