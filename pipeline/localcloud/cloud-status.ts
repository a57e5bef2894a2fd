// What there is in the cloud, for its operator.

import type { Engine } from './engine.ts'
import { everywhere } from './store/state.ts'

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
  const places = Object.entries(engine.state.places).map(([key, rows]) => {
    const [owner = '', where = ''] = key.split('/')
    return { account: owner, region: where, rows }
  })
  return {
    now: engine.now(),
    skippedMs,
    skipIdle,
    egress,
    accounts: Object.keys(engine.state.places[everywhere]?.accounts ?? {}),
    instances: places.flatMap(({ account: owner, region: where, rows }) =>
      Object.values(rows.instances ?? {}).map(({ id, state, imageId, address }) => ({
        id,
        account: owner,
        region: where,
        state,
        imageId,
        address,
      })),
    ),
    groups: places.flatMap(({ account: owner, region: where, rows }) =>
      Object.values(rows.groups ?? {}).map(({ name, desired, members }) => ({
        name,
        account: owner,
        region: where,
        desired,
        inService: members.filter((member) => member.lifecycle === 'InService').length,
      })),
    ),
    images: places.reduce((sum, { rows }) => sum + Object.keys(rows.images ?? {}).length, 0),
  }
}
