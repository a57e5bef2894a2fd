// Whether an account's Allowed AMIs settings let it see and use an image. Pure.

import type { ImageCriterion } from '@aws-sdk/client-ec2'
import type { Image } from '../../store/image.ts'
import type { RegionSettings } from '../../store/region-settings.ts'
import { patternOf } from '../filters.ts'

const dayMs = 86_400_000

/** "Allowed AMIs doesn't restrict AMIs owned by your account"; one criterion that fits is enough [doc: ec2-allowed-amis]. */
export function isAllowed(image: Image, account: string, { allowedImages }: RegionSettings, now: number): boolean {
  if (image.owner === account) return true
  return allowedImages.criteria.some((criterion) => fits(image, criterion, now))
}

/** All parts of a criterion must fit; a part that is not given always does. */
function fits(image: Image, criterion: ImageCriterion, now: number): boolean {
  const {
    ImageProviders: providers,
    ImageNames: names,
    CreationDateCondition: created,
    DeprecationTimeCondition: deprecated,
  } = criterion
  const isOf = !providers?.length || providers.includes('any') || providers.includes(image.owner)
  const isNamed = !names?.length || names.some((name) => patternOf(name).test(image.name))
  const days = created?.MaximumDaysSinceCreated
  const isYoung = days === undefined || now - image.createdAt <= days * dayMs
  const late = deprecated?.MaximumDaysSinceDeprecated
  const isFresh = late === undefined || image.deprecatedAt === undefined || now - image.deprecatedAt <= late * dayMs
  return isOf && isNamed && isYoung && isFresh
}
