// Block public access for images and for snapshots, and Allowed AMIs: settings of an account in a region.

import type {
  DisableAllowedImagesSettingsRequest,
  DisableAllowedImagesSettingsResult,
  DisableImageBlockPublicAccessRequest,
  DisableImageBlockPublicAccessResult,
  DisableSnapshotBlockPublicAccessRequest,
  DisableSnapshotBlockPublicAccessResult,
  EnableAllowedImagesSettingsRequest,
  EnableAllowedImagesSettingsResult,
  EnableImageBlockPublicAccessRequest,
  EnableImageBlockPublicAccessResult,
  EnableSnapshotBlockPublicAccessRequest,
  EnableSnapshotBlockPublicAccessResult,
  GetAllowedImagesSettingsRequest,
  GetAllowedImagesSettingsResult,
  GetImageBlockPublicAccessStateRequest,
  GetImageBlockPublicAccessStateResult,
  GetSnapshotBlockPublicAccessStateRequest,
  GetSnapshotBlockPublicAccessStateResult,
  ReplaceImageCriteriaInAllowedImagesSettingsRequest,
  ReplaceImageCriteriaInAllowedImagesSettingsResult,
} from '@aws-sdk/client-ec2'
import { firstRegionSettings, type RegionSettings, regionSettingsKey } from '../../store/region-settings.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation } from '../operation.ts'

export function regionSettings(draft: Draft, place: PlaceKey): RegionSettings {
  return draft.get(place, 'regionSettings', regionSettingsKey) ?? firstRegionSettings
}

function change(draft: Draft, place: PlaceKey, changes: Partial<RegionSettings>): void {
  draft.put(place, 'regionSettings', regionSettingsKey, { ...regionSettings(draft, place), ...changes })
}

export const getImageBlockPublicAccessState = operation<
  GetImageBlockPublicAccessStateRequest,
  GetImageBlockPublicAccessStateResult
>({
  handles: [],
  run: ({ draft, place }) => ({
    ImageBlockPublicAccessState: regionSettings(draft, place).imageSharing,
    ManagedBy: 'account',
  }),
})

export const enableImageBlockPublicAccess = operation<EnableImageBlockPublicAccessRequest, EnableImageBlockPublicAccessResult>({
  handles: ['ImageBlockPublicAccessState'],
  run({ input, draft, place }) {
    const asked = input.ImageBlockPublicAccessState
    if (asked !== 'block-new-sharing') throw invalidState(asked)
    change(draft, place, { imageSharing: asked })
    return { ImageBlockPublicAccessState: asked }
  },
})

export const disableImageBlockPublicAccess = operation<DisableImageBlockPublicAccessRequest, DisableImageBlockPublicAccessResult>(
  {
    handles: [],
    run({ draft, place }) {
      change(draft, place, { imageSharing: 'unblocked' })
      return { ImageBlockPublicAccessState: 'unblocked' }
    },
  },
)

export const getSnapshotBlockPublicAccessState = operation<
  GetSnapshotBlockPublicAccessStateRequest,
  GetSnapshotBlockPublicAccessStateResult
>({
  handles: [],
  run: ({ draft, place }) => ({ State: regionSettings(draft, place).snapshotSharing, ManagedBy: 'account' }),
})

export const enableSnapshotBlockPublicAccess = operation<
  EnableSnapshotBlockPublicAccessRequest,
  EnableSnapshotBlockPublicAccessResult
>({
  handles: ['State'],
  run({ input, draft, place }) {
    const { State: asked } = input
    if (asked !== 'block-new-sharing' && asked !== 'block-all-sharing') throw invalidState(asked)
    change(draft, place, { snapshotSharing: asked })
    return { State: asked }
  },
})

export const disableSnapshotBlockPublicAccess = operation<
  DisableSnapshotBlockPublicAccessRequest,
  DisableSnapshotBlockPublicAccessResult
>({
  handles: [],
  run({ draft, place }) {
    change(draft, place, { snapshotSharing: 'unblocked' })
    return { State: 'unblocked' }
  },
})

export const getAllowedImagesSettings = operation<GetAllowedImagesSettingsRequest, GetAllowedImagesSettingsResult>({
  handles: [],
  run({ draft, place }) {
    const { state, criteria } = regionSettings(draft, place).allowedImages
    return { State: state, ImageCriteria: [...criteria], ManagedBy: 'account' }
  },
})

export const enableAllowedImagesSettings = operation<EnableAllowedImagesSettingsRequest, EnableAllowedImagesSettingsResult>({
  handles: ['AllowedImagesSettingsState'],
  run({ input, draft, place }) {
    const asked = input.AllowedImagesSettingsState
    if (asked !== 'enabled' && asked !== 'audit-mode') throw invalidState(asked)
    change(draft, place, { allowedImages: { ...regionSettings(draft, place).allowedImages, state: asked } })
    return { AllowedImagesSettingsState: asked }
  },
})

export const disableAllowedImagesSettings = operation<DisableAllowedImagesSettingsRequest, DisableAllowedImagesSettingsResult>({
  handles: [],
  run({ draft, place }) {
    change(draft, place, { allowedImages: { ...regionSettings(draft, place).allowedImages, state: 'disabled' } })
    return { AllowedImagesSettingsState: 'disabled' }
  },
})

/** "You can specify up to 10 image criteria" [doc: ReplaceImageCriteriaInAllowedImagesSettings]. */
const mostCriteria = 10

export const replaceImageCriteria = operation<
  ReplaceImageCriteriaInAllowedImagesSettingsRequest,
  ReplaceImageCriteriaInAllowedImagesSettingsResult
>({
  handles: [
    'ImageCriteria.ImageProviders',
    'ImageCriteria.ImageNames',
    'ImageCriteria.CreationDateCondition',
    'ImageCriteria.DeprecationTimeCondition',
  ],
  run({ input, draft, place }) {
    const criteria = input.ImageCriteria ?? []
    if (criteria.length > mostCriteria)
      throw new ApiFault('LimitExceeded', `At most ${mostCriteria} image criteria can be given.`)
    change(draft, place, { allowedImages: { ...regionSettings(draft, place).allowedImages, criteria } })
    return { ReturnValue: true }
  },
})

function invalidState(asked: string | undefined): ApiFault {
  return new ApiFault('InvalidParameterValue', `Value (${asked}) for the state is invalid.`)
}
