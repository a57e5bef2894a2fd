// The images of a revoked release: disabled once nothing runs or would launch them, and given back when it is restored.

import type { Place } from '../ports/index.ts'
import { type History, imagesOf, type PlacedImage, type Release } from '../release/index.ts'
import { ledgerUses } from './ledger-uses.ts'
import { readUses } from './read-uses.ts'
import { disableImage, enableImage, type RetireContext } from './steps.ts'

export interface Disabled {
  readonly images: readonly PlacedImage[]
  /** What still runs or would launch the release's images: disabling them would keep a group from growing. A sentence each. */
  readonly held: readonly string[]
  /** What could not be asked or done, a sentence each. */
  readonly failures: readonly string[]
}

/** All of them or none, so that no group meets half of a release. */
export async function disableRevoked(
  context: RetireContext,
  history: History,
  release: Release,
  places: readonly Place[],
  leaveOut?: readonly string[],
): Promise<Disabled> {
  const images = imagesOf(release).filter(
    (image) => stepOf(release, image) === undefined || stepOf(release, image) === 'deprecated',
  )
  if (images.length === 0) return { images: [], held: [], failures: [] }
  const uses = await readUses(context.cloud, places, leaveOut)
  const held = [...uses.found, ...ledgerUses(history)]
    .filter((use) => images.some(({ region, imageId }) => use.region === region && use.imageId === imageId))
    .map(({ imageId, why }) => `${imageId}: ${why}`)
  const unresolved = uses.unresolved.filter(({ region }) => images.some((image) => image.region === region))
  const unknown = [...uses.unasked, ...unresolved.map(({ why }) => why)]
  if (held.length > 0 || unknown.length > 0) return { images: [], held: [...new Set(held)], failures: unknown }
  return { held: [], ...(await each(images, (image) => disableImage(context, release, image))) }
}

/** Those that drover disabled, or began to. */
export async function restoreImages(
  context: RetireContext,
  release: Release,
): Promise<{ readonly images: readonly PlacedImage[]; readonly failures: readonly string[] }> {
  const taken = (release.retired ?? []).filter(({ step, permissions }) => step !== 'deregistered' && permissions !== undefined)
  return each(taken, (image) => enableImage(context, release, image))
}

function stepOf({ retired = [] }: Release, { region, imageId }: PlacedImage): string | undefined {
  return retired.find((one) => one.region === region && one.imageId === imageId)?.step
}

async function each(
  images: readonly PlacedImage[],
  act: (image: PlacedImage) => ReturnType<typeof disableImage>,
): Promise<{ readonly images: readonly PlacedImage[]; readonly failures: readonly string[] }> {
  const done: PlacedImage[] = []
  const failures: string[] = []
  for (const { region, imageId } of images) {
    const outcome = await act({ region, imageId })
    if (outcome.ok) done.push({ region, imageId })
    else failures.push(`${imageId} in ${region}: ${outcome.message}`)
  }
  return { images: done, failures }
}
