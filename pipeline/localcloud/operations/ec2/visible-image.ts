// Which images a place sees, and which of them it may launch: its own, the public ones, and those shared with it.

import type { Image } from '../../store/image.ts'
import { organisationOf } from '../../store/organisation.ts'
import { type Draft, placeKey, placeOf } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { isAllowed } from './allowed-image.ts'
import { regionSettings } from './sharing-settings.ts'

/** The image of that ID in the region, whoever owns it. */
export function findImage(draft: Draft, region: string, id: string): Image | undefined {
  for (const place of draft.places()) {
    if (placeOf(place).region !== region) continue
    const image = draft.get(place, 'images', id)
    if (image !== undefined) return image
  }
  return undefined
}

/** Every image of the region that the account may launch, and by its own settings may see. */
export function visibleImages(draft: Draft, account: string, region: string, now: number): Image[] {
  const organisation = organisationOf(draft, account)
  const settings = regionSettings(draft, placeKey(account, region))
  const isEnforced = settings.allowedImages.state === 'enabled'
  return draft
    .places()
    .filter((place) => placeOf(place).region === region)
    .flatMap((place) => draft.rows(place, 'images'))
    .filter((image) => isShared(image, account, organisation) && (!isEnforced || isAllowed(image, account, settings, now)))
}

export function mayLaunch(draft: Draft, image: Image, account: string): boolean {
  return isShared(image, account, organisationOf(draft, account))
}

function isShared(image: Image, account: string, organisation: string | undefined): boolean {
  if (image.owner === account) return true
  // "A disabled AMI can't be shared; it becomes private" [doc: disable-an-ami].
  if (image.state === 'disabled') return false
  if (image.isPublic || image.launchAccounts.includes(account)) return true
  return organisation !== undefined && image.launchOrganisations.includes(organisation)
}

/** The account's own image, or the refusal EC2 gives for one that is not there or not its own. */
export function ownImage(draft: Draft, account: string, region: string, id: string): Image {
  const image = draft.get(placeKey(account, region), 'images', id)
  if (image !== undefined) return image
  const foreign = findImage(draft, region, id)
  if (foreign !== undefined && mayLaunch(draft, foreign, account)) {
    throw new ApiFault('AuthFailure', `Not authorized for image:${id}`)
  }
  throw noSuchImage(id)
}

/** An image that can be launched from now, or the refusal EC2 gives. */
export function launchableImage(draft: Draft, account: string, region: string, id: string, now: number): Image {
  const image = findImage(draft, region, id)
  if (image === undefined) throw noSuchImage(id)
  if (!mayLaunch(draft, image, account)) throw new ApiFault('AuthFailure', `Not authorized for images: [${id}]`)
  const settings = regionSettings(draft, placeKey(account, region))
  // No page gives the wording of this refusal.
  if (settings.allowedImages.state === 'enabled' && !isAllowed(image, account, settings, now))
    throw new ApiFault(
      'OperationNotPermitted',
      `The image ID '${id}' is not allowed by the Allowed AMIs settings of the account.`,
    )
  if (image.state !== 'available') throw new ApiFault('InvalidAMIID.Unavailable', `The image ID '${id}' is not available`)
  return image
}

export function noSuchImage(id: string): ApiFault {
  if (!/^ami-[0-9a-f]{8}(?:[0-9a-f]{9})?$/.test(id)) return new ApiFault('InvalidAMIID.Malformed', `Invalid id: "${id}"`)
  return new ApiFault('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`)
}
