// How old the machines of each group may grow, by the names that views know groups by.

import type { Config } from '../config/index.ts'
import { describeGroup, groupsOf, keyOf } from '../release/index.ts'

export interface AgeLimits {
  /** Milliseconds, by `describeGroup`. */
  readonly byGroup: ReadonlyMap<string, number>
  /** The same by `account region group`. */
  readonly byPlace: ReadonlyMap<string, number>
}

export function ageLimitsOf({ families }: Pick<Config, 'families'>): AgeLimits {
  const limited = families.flatMap(({ policies }) =>
    policies.weekly.stages.flatMap((stage) =>
      groupsOf(stage).flatMap((target) => {
        const { maxAgeMs, region, name } = target
        if (maxAgeMs === undefined) return []
        return [{ group: describeGroup(keyOf(stage, target)), place: `${stage.account} ${region} ${name}`, maxAgeMs }]
      }),
    ),
  )
  return {
    byGroup: new Map(limited.map(({ group, maxAgeMs }) => [group, maxAgeMs])),
    byPlace: new Map(limited.map(({ place, maxAgeMs }) => [place, maxAgeMs])),
  }
}
