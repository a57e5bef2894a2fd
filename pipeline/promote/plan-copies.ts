// What a release's copies would carry, judged by the family's newest image: amounts, never prices.

import type { Cloud, CloudOutcome, MachineImage } from '../ports/index.ts'
import { groupsOf, type Policy } from '../release/index.ts'

export interface CopyOutlook {
  /** The image it is judged by; undefined before the family's first. */
  readonly image: Pick<MachineImage, 'id' | 'name'> | undefined
  /** Regions beside the home region that groups run in. */
  readonly regions: readonly string[]
  /** Size of the image's disks, as AWS counts a first full copy: snapshots hold used blocks only, so it is the most there can be. */
  readonly imageGib: number
  /** Over all regions. */
  readonly copiedGib: number
  /** Snapshots kept by one release, home region included, for each month it is kept. */
  readonly keptGibMonths: number
}

export async function planCopies(cloud: Cloud, family: string, policy: Policy): Promise<CloudOutcome<CopyOutlook>> {
  const at = cloud.at(policy.home)
  const regions = [...new Set(policy.stages.flatMap(groupsOf).map(({ region }) => region))]
    .filter((region) => region !== policy.home.region)
    .sort()
  const found = await at.findImages({ owners: [policy.home.account], tags: { 'drover:family': family } })
  if (!found.ok) return found
  const [image] = found.value
    .filter(({ state }) => state === 'available')
    .toSorted((one, other) => other.createdAt.localeCompare(one.createdAt))
  const sizes = await at.snapshotSizes(image?.snapshotIds ?? [])
  if (!sizes.ok) return sizes
  const imageGib = sizes.value.reduce((sum, size) => sum + size, 0)
  const value = {
    image: image && { id: image.id, name: image.name },
    regions,
    imageGib,
    copiedGib: imageGib * regions.length,
    keptGibMonths: imageGib * (regions.length + 1),
  }
  return { ok: true, value }
}
