// In place of Packer, which cannot run in this process: a vendor's image of each architecture, copied into the images account.

import type { Architecture, Cloud, CloudOutcome } from '../../../pipeline/ports/index.ts'
import type { BakedImage, Performer, PerformerRequest } from '../../../pipeline/release/index.ts'
import { scanCounts } from '../../support/factories.ts'

/** `bakedFrom`: what the release's image of that architecture is copied from, in the home region. */
export function bakeByCopy(cloud: Cloud, bakedFrom: (release: string, architecture: Architecture) => string): Performer<'bake'> {
  return async (request) => {
    const architectures = request.action.bases.map(({ architecture }) => architecture)
    const baked = await Promise.all(
      architectures.map((architecture) => bakeOne(cloud, bakedFrom(request.release.id, architecture), architecture, request)),
    )
    const images: BakedImage[] = []
    for (const one of baked) {
      if (!one.ok) return [{ type: 'bake.failed', cause: one.message }]
      images.push(one.value)
    }
    return [{ type: 'bake.finished', images, before: scanCounts(), after: scanCounts(), evidence: [] }]
  }
}

async function bakeOne(
  cloud: Cloud,
  sourceImageId: string,
  architecture: Architecture,
  { release, token, clock, signal }: PerformerRequest<'bake'>,
): Promise<CloudOutcome<BakedImage>> {
  const { home, kmsKeyIds } = release.policy
  const at = cloud.at(home)
  const name = `${release.id}-${architecture}`
  const copied = await at.copyImage({
    sourceImageId,
    sourceRegion: home.region,
    name,
    description: 'baked',
    kmsKeyId: kmsKeyIds[home.region] ?? '',
    tags: { 'drover:release': release.id },
    clientToken: `${token}-${architecture}`,
  })
  if (!copied.ok) return copied
  const { imageId } = copied.value
  for (;;) {
    const image = await at.describeImage(imageId)
    if (image.ok && image.value.state === 'available') break
    await clock.pause(15_000, signal)
  }
  return { ok: true, value: { architecture, imageId, name, region: home.region } }
}
