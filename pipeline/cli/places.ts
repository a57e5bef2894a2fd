// Every account and region that a configuration's machines run in.

import type { Config } from '../config/index.ts'
import type { Place } from '../ports/index.ts'
import { groupsOf, placeOf } from '../release/index.ts'

/** The same, and the images' account in every one of their regions: whoever owns an image may launch it too. */
export function everyPlaceOf(config: Config): readonly Place[] {
  const places = placesOf(config)
  const isNew = ({ account, region }: Place) => !places.some((one) => one.account === account && one.region === region)
  return [...places, ...ownerPlacesOf(config).filter(isNew)]
}

/** Where drover's images are: in the images' account, in every region that something runs in. */
export function ownerPlacesOf(config: Config): readonly Place[] {
  const places = placesOf(config)
  return [...new Set(places.map(({ region }) => region))].map((region) => placeOf(config.images, { region }))
}

/** The images' home first, then the stages' as they stand; of two ways to reach a place the first. */
export function placesOf({ images, families }: Config): readonly Place[] {
  const home = placeOf(images, images)
  const stages = families.flatMap(({ policies }) => policies.weekly.stages)
  const places = stages.flatMap((stage) => groupsOf(stage).map((target) => placeOf(stage, target)))
  const first = new Map<string, Place>()
  for (const place of [home, ...places]) {
    const key = `${place.account} ${place.region}`
    if (!first.has(key)) first.set(key, place)
  }
  return [...first.values()]
}
