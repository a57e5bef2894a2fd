// Every account and region that a configuration's machines run in.

import type { Config } from '../config/index.ts'
import type { Place } from '../ports/index.ts'
import { groupsOf } from '../release/index.ts'

/** The same, and the images' account in every one of their regions: whoever owns an image may launch it too. */
export function everyPlaceOf(config: Config): readonly Place[] {
  const places = placesOf(config)
  const isNew = ({ account, region }: Place) => !places.some((one) => one.account === account && one.region === region)
  return [...places, ...ownerPlacesOf(config).filter(isNew)]
}

/** Where drover's images are: in the images' account, in every region that something runs in. */
export function ownerPlacesOf(config: Config): readonly Place[] {
  const places = placesOf(config)
  const { account, role } = config.images
  const home = { account, ...(role === undefined ? {} : { role }) }
  return [...new Set(places.map(({ region }) => region))].map((region) => ({ ...home, region }))
}

/** The images' home first, then the stages' as they stand; of two ways to reach a place the first. */
export function placesOf({ images, families }: Config): readonly Place[] {
  const { account, region, role } = images
  const home: Place = { account, region, ...(role === undefined ? {} : { role }) }
  const stages = families.flatMap(({ policies }) => policies.weekly.stages)
  const places = stages.flatMap((stage) =>
    groupsOf(stage).map((target): Place => {
      return { account: stage.account, region: target.region, ...(stage.role === undefined ? {} : { role: stage.role }) }
    }),
  )
  const first = new Map<string, Place>()
  for (const place of [home, ...places]) {
    const key = `${place.account} ${place.region}`
    if (!first.has(key)) first.set(key, place)
  }
  return [...first.values()]
}
