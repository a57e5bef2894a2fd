// What there is in the cloud, for its operator.

import type { Engine } from './engine.ts'
import { everywhere, placeOf, rowsIn } from './store/state.ts'

export interface CloudStatus {
  /** The cloud's time and how far it is ahead of the wall's, in milliseconds. */
  readonly now: number
  readonly skippedMs: number
  readonly skipIdle: boolean
  readonly egress: 'open' | 'closed'
  readonly accounts: readonly string[]
  readonly instances: readonly {
    readonly id: string
    readonly account: string
    readonly region: string
    readonly state: string
    readonly imageId: string
    readonly address: string
  }[]
  readonly groups: readonly {
    readonly name: string
    readonly account: string
    readonly region: string
    readonly desired: number
    readonly inService: number
  }[]
  readonly images: number
}

export function statusOf(engine: Engine): CloudStatus {
  const { skippedMs, skipIdle, egress } = engine.settings
  const places = Object.keys(engine.state.places).map((place) => ({ place, ...placeOf(place) }))
  return {
    now: engine.now(),
    skippedMs,
    skipIdle,
    egress,
    accounts: rowsIn(engine.state, everywhere, 'accounts').map(({ id }) => id),
    instances: places.flatMap(({ account: owner, region: where, place }) =>
      rowsIn(engine.state, place, 'instances').map(({ id, state, imageId, address }) => ({
        id,
        account: owner,
        region: where,
        state,
        imageId,
        address,
      })),
    ),
    groups: places.flatMap(({ account: owner, region: where, place }) =>
      rowsIn(engine.state, place, 'groups').map(({ name, desired, members }) => ({
        name,
        account: owner,
        region: where,
        desired,
        inService: members.filter((member) => member.lifecycle === 'InService').length,
      })),
    ),
    images: places.reduce((sum, { place }) => sum + rowsIn(engine.state, place, 'images').length, 0),
  }
}
