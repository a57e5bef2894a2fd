// Deprecation, disabling, deregistration and its protection.

import type {
  DeregisterImageRequest,
  DeregisterImageResult,
  DisableImageDeprecationRequest,
  DisableImageDeprecationResult,
  DisableImageDeregistrationProtectionRequest,
  DisableImageDeregistrationProtectionResult,
  DisableImageRequest,
  DisableImageResult,
  EnableImageDeprecationRequest,
  EnableImageDeprecationResult,
  EnableImageDeregistrationProtectionRequest,
  EnableImageDeregistrationProtectionResult,
  EnableImageRequest,
  EnableImageResult,
} from '@aws-sdk/client-ec2'
import { ApiFault } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'
import { ownImage } from './visible-image.ts'

export const enableImageDeprecation = operation<EnableImageDeprecationRequest, EnableImageDeprecationResult>({
  handles: ['ImageId', 'DeprecateAt'],
  run({ input, draft, account, region, place, wallNow }) {
    const image = ownImage(draft, account, region, required(input.ImageId, 'ImageId'))
    const at = required(input.DeprecateAt, 'DeprecateAt').getTime()
    // "If you specify a value for seconds, Amazon EC2 rounds the seconds to the nearest minute"; the past is refused [doc: EnableImageDeprecation].
    // The caller wrote it by wall time, which is never ahead of the cloud's.
    if (at < wallNow) throw new ApiFault('InvalidParameter', 'The deprecation time must be in the future')
    draft.change(place, 'images', image.id, { deprecatedAt: Math.round(at / 60_000) * 60_000 })
    return { Return: true }
  },
})

export const disableImageDeprecation = operation<DisableImageDeprecationRequest, DisableImageDeprecationResult>({
  handles: ['ImageId'],
  run({ input, draft, account, region, place }) {
    const { deprecatedAt: _deprecatedAt, ...image } = ownImage(draft, account, region, required(input.ImageId, 'ImageId'))
    draft.put(place, 'images', image.id, image)
    return { Return: true }
  },
})

export const enableImageDeregistrationProtection = operation<
  EnableImageDeregistrationProtectionRequest,
  EnableImageDeregistrationProtectionResult
>({
  handles: ['ImageId', 'WithCooldown'],
  run({ input, draft, account, region, place }) {
    const image = ownImage(draft, account, region, required(input.ImageId, 'ImageId'))
    draft.change(place, 'images', image.id, {
      protection: input.WithCooldown ? 'enabled-with-cooldown' : 'enabled-without-cooldown',
    })
    return { Return: 'true' }
  },
})

/** "All the launch permissions are removed"; they do not come back when it is enabled again [doc: disable-an-ami]. */
export const disableImage = operation<DisableImageRequest, DisableImageResult>({
  handles: ['ImageId'],
  run({ input, draft, account, region, place }) {
    const image = ownImage(draft, account, region, required(input.ImageId, 'ImageId'))
    if (image.state !== 'available' && image.state !== 'disabled')
      throw new ApiFault('InvalidAMIID.Unavailable', `The image ID '${image.id}' is not available`)
    draft.change(place, 'images', image.id, {
      state: 'disabled',
      launchAccounts: [],
      launchOrganisations: [],
      isPublic: false,
    })
    return { Return: true }
  },
})

export const enableImage = operation<EnableImageRequest, EnableImageResult>({
  handles: ['ImageId'],
  run({ input, draft, account, region, place }) {
    const image = ownImage(draft, account, region, required(input.ImageId, 'ImageId'))
    if (image.state === 'disabled') draft.change(place, 'images', image.id, { state: 'available' })
    return { Return: true }
  },
})

const cooldownMs = 24 * 3_600_000

export const disableImageDeregistrationProtection = operation<
  DisableImageDeregistrationProtectionRequest,
  DisableImageDeregistrationProtectionResult
>({
  handles: ['ImageId'],
  run({ input, draft, account, region, place, now }) {
    const image = ownImage(draft, account, region, required(input.ImageId, 'ImageId'))
    // "If you chose a 24-hour cooldown, you can't immediately deregister the AMI when you turn protection off" [doc: ami-deregistration-protection].
    const cooldown = image.protection === 'enabled-with-cooldown' ? { protectedUntil: now + cooldownMs } : {}
    draft.change(place, 'images', image.id, { protection: 'disabled', ...cooldown })
    return { Return: 'true' }
  },
})

export const deregisterImage = operation<DeregisterImageRequest, DeregisterImageResult>({
  handles: ['ImageId', 'DeleteAssociatedSnapshots'],
  run({ input, draft, account, region, place, now }) {
    const image = ownImage(draft, account, region, required(input.ImageId, 'ImageId'))
    if (image.protection !== 'disabled' || now < (image.protectedUntil ?? now)) {
      throw new ApiFault(
        'OperationNotPermitted',
        `The image '${image.id}' is protected from deregistration. Disable deregistration protection and try again.`,
      )
    }
    draft.remove(place, 'images', image.id)
    if (!input.DeleteAssociatedSnapshots) return { Return: true }
    const results = image.blockDevices.map(({ snapshotId }) => {
      const isShared = draft
        .rows(place, 'images')
        .some((other) => other.blockDevices.some((device) => device.snapshotId === snapshotId))
      if (!isShared) draft.remove(place, 'snapshots', snapshotId)
      return { SnapshotId: snapshotId, ReturnCode: isShared ? ('skipped' as const) : ('success' as const) }
    })
    return { Return: true, DeleteSnapshotResults: results }
  },
})
