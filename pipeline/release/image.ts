// Which image each region and group gets: the baked one at home, its copy elsewhere.

import { assert } from '../kernel/index.ts'
import type { Architecture } from '../ports/index.ts'
import type { BakedImage } from './event.ts'
import type { GroupTarget, StagePolicy } from './policy.ts'
import type { Copy, Release } from './release.ts'

/** The earlier release whose images it rolls; undefined for one that bakes its own. */
export function builtAs({ returnsTo, renews }: Pick<Release, 'returnsTo' | 'renews'>): string | undefined {
  return (returnsTo ?? renews)?.release
}

/** The images the bake made; none before it has finished. */
export function bakedImages(release: Release): readonly BakedImage[] {
  return release.bake.state === 'finished' ? release.bake.result.images : []
}

/** The image the group is to run as it was baked, in the home region. */
export function sourceImageOf(release: Release, target: GroupTarget): BakedImage {
  const images = bakedImages(release)
  const image = target.architecture ? images.find(({ architecture }) => architecture === target.architecture) : images[0]
  assert(image, `no image of ${release.id} for ${target.region}/${target.name}`)
  assert(target.architecture || images.length === 1, `${target.region}/${target.name} must name one of several architectures`)
  return image
}

/** The copy of that architecture to that region, whatever has become of it; undefined before it was begun. */
export function copyOf({ copies }: Pick<Release, 'copies'>, region: string, architecture: Architecture): Copy | undefined {
  return copies.find((copy) => copy.region === region && copy.architecture === architecture)
}

/** ID of the image in that region: the baked one, or its copy once that has finished. */
export function imageIn(release: Release, region: string, source: BakedImage): string | undefined {
  if (region === source.region) return source.imageId
  const copy = copyOf(release, region, source.architecture)
  return copy?.step.state === 'finished' ? copy.step.result.imageId : undefined
}

/** What a group is to run; undefined before it is baked, and copied to its region. */
export function imageFor(release: Release, target: GroupTarget): string | undefined {
  return bakedImages(release).length === 0 ? undefined : imageIn(release, target.region, sourceImageOf(release, target))
}

/** Whether a stage's soak is over. */
export function hasSoaked({ soaks }: Pick<Release, 'soaks'>, stage: string): boolean {
  return soaks.some((soak) => soak.stage === stage && soak.finishedAt !== undefined)
}

/** The first that has not soaked; undefined once all have. */
export function nextStage(release: Release): StagePolicy | undefined {
  return release.policy.stages.find(({ name }) => !hasSoaked(release, name))
}

export function groupsOf(stage: StagePolicy): readonly GroupTarget[] {
  return stage.waves.flatMap((wave) => wave.groups)
}

/** The stage with only these of its groups; none where none is left. */
export function onlyGroups(stage: StagePolicy, isKept: (target: GroupTarget) => boolean): readonly StagePolicy[] {
  const waves = stage.waves.flatMap((wave) => {
    const groups = wave.groups.filter(isKept)
    return groups.length === 0 ? [] : [{ ...wave, groups }]
  })
  return waves.length === 0 ? [] : [{ ...stage, waves }]
}

/** Every region and image that a copy must be made for. */
export function copiesNeeded(release: Release): readonly { readonly region: string; readonly image: BakedImage }[] {
  const needed = new Map<string, { region: string; image: BakedImage }>()
  for (const target of release.policy.stages.flatMap(groupsOf)) {
    const image = sourceImageOf(release, target)
    if (target.region !== image.region) needed.set(`${target.region} ${image.architecture}`, { region: target.region, image })
  }
  return [...needed.values()]
}
