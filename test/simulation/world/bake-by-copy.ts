// In place of Packer, which cannot run in this process: a vendor's image, copied into the images account.

import type { Cloud } from '../../../pipeline/ports/index.ts'
import type { Performer } from '../../../pipeline/release/index.ts'
import { scanCounts } from '../../support/factories.ts'

/** `bakedFrom`: what the release's image is copied from, in the home region. */
export function bakeByCopy(cloud: Cloud, bakedFrom: (release: string) => string): Performer<'bake'> {
  return async ({ release, token, clock, signal }) => {
    const { home, kmsKeyIds } = release.policy
    const at = cloud.at(home)
    const copied = await at.copyImage({
      sourceImageId: bakedFrom(release.id),
      sourceRegion: home.region,
      name: release.id,
      description: 'baked',
      kmsKeyId: kmsKeyIds[home.region] ?? '',
      tags: { 'drover:release': release.id },
      clientToken: token,
    })
    if (!copied.ok) return [{ type: 'bake.failed', cause: copied.message }]
    const { imageId } = copied.value
    for (;;) {
      const image = await at.describeImage(imageId)
      if (image.ok && image.value.state === 'available') break
      await clock.pause(15_000, signal)
    }
    const images = [{ architecture: 'x86_64', imageId, name: release.id, region: home.region }] as const
    return [{ type: 'bake.finished', images, before: scanCounts(), after: scanCounts(), evidence: [] }]
  }
}
