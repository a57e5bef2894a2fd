// What an order to revoke a release reaches: the release itself, undos to it, its images, and the groups that run them.

import type { GroupKey } from './event.ts'
import { sameGroup } from './group-key.ts'
import { hasTouched } from './group-roll.ts'
import { bakedImages, builtAs } from './image.ts'
import type { Orders, Revocation } from './orders.ts'
import type { Release, Roll } from './release.ts'

/** Of the release itself, or of the one whose images it rolls. */
export function revocationOf({ revocations }: Pick<Orders, 'revocations'>, release: Release): Revocation | undefined {
  return revocations.find(({ releaseId }) => releaseId === release.id || releaseId === builtAs(release))
}

/** One sentence for whoever is refused because of it. */
export function describeRevocation({ releaseId, by, reason }: Revocation): string {
  return `${by} has revoked ${releaseId}: ${reason}`
}

export interface PlacedImage {
  readonly region: string
  readonly imageId: string
}

/** Everything that was made for it in every region, copies that are still being made included. An undo and a renewal make no image. */
export function imagesOf(release: Release): readonly PlacedImage[] {
  if (builtAs(release) !== undefined) return []
  const baked = bakedImages(release).map(({ region, imageId }) => ({ region, imageId }))
  const copies = release.copies.flatMap(({ region, imageId, earlierImageId }) =>
    [...new Set([imageId, earlierImageId])].flatMap((id) => (id === undefined ? [] : [{ region, imageId: id }])),
  )
  return [...baked, ...copies]
}

/** Groups that run the release's image, or may, as far as the ledger knows: by the last roll that touched each. */
export function groupsRunning(releases: readonly Release[], releaseId: string): readonly GroupKey[] {
  const isOf = imageCheck(releases, releaseId)
  return lastRolls(releases)
    .filter((roll) => mayRun(roll).some((id) => isOf(id, roll)))
    .map(({ key }) => key)
}

/** Groups that run the release's image and no other, as far as the ledger knows. */
export function groupsSettledOn(releases: readonly Release[], releaseId: string): readonly GroupKey[] {
  const isOf = imageCheck(releases, releaseId)
  return lastRolls(releases)
    .filter((roll) => mayRun(roll).every((id) => isOf(id, roll)))
    .map(({ key }) => key)
}

function imageCheck(releases: readonly Release[], releaseId: string) {
  const images = releases.filter(({ id }) => id === releaseId).flatMap(imagesOf)
  return (id: string | undefined, { key }: Roll) => images.some(({ region, imageId }) => imageId === id && region === key.region)
}

function lastRolls(releases: readonly Release[]): readonly Roll[] {
  const touched = releases.flatMap(({ rolls }) => rolls.filter(hasTouched))
  return touched.filter((roll, index) => touched.findLastIndex(({ key }) => sameGroup(key, roll.key)) === index)
}

/** A roll or an undo that is under way or failed may have left machines on either image. */
function mayRun({ imageId, previous, step, undo }: Roll): readonly (string | undefined)[] {
  if (undo.state === 'finished') return [previous?.imageId]
  if (step.state === 'finished' && undo.state === 'waiting') return [imageId]
  return [imageId, previous?.imageId]
}
