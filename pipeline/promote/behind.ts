// What of a stage Karpenter has not replaced yet: told with every look of a soak, for no roll has waited for it.

import { groupsOf, imageFor, type Release, type StagePolicy } from '../release/index.ts'
import type { RegionMachines } from './stage-machines.ts'

/** A sentence for each EC2NodeClass with machines of another image than the release's. */
export function nodesBehind(release: Release, stage: StagePolicy, regions: readonly RegionMachines[]): readonly string[] {
  return groupsOf(stage).flatMap((target) => {
    if (target.karpenter === undefined) return []
    const places = regions.filter(({ region }) => region === target.region)
    const own = places.flatMap(({ machines }) => machines.filter(({ group }) => group === target.name))
    const older = own.filter(({ imageId }) => imageId !== imageFor(release, target)).length
    return older === 0 ? [] : [`${target.region}/${target.name}: ${older} of ${own.length} machines still run another image`]
  })
}
