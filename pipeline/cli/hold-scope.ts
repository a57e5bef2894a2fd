// Whether what is to be held is there: a hold on a misspelt group would hold nothing, and nobody would notice.

import type { Config } from '../config/index.ts'
import { nearest, ProblemError } from '../kernel/index.ts'
import { groupsOf, type HoldScope } from '../release/index.ts'

/** Throws ProblemError for a family, stage or group that the configuration doesn't have. */
export function checkScope(config: Config, { family, stage, group }: HoldScope): void {
  const families = config.families.filter(({ name }) => family === undefined || name === family)
  const stages = families
    .flatMap(({ policies }) => policies.weekly.stages)
    .filter(({ name }) => stage === undefined || name === stage)
  const groups = stages.flatMap(groupsOf).map(({ region, name }) => `${region}/${name}`)
  demand(
    'family',
    family,
    config.families.map(({ name }) => name),
  )
  demand(
    'stage',
    stage,
    config.families.flatMap(({ policies }) => policies.weekly.stages).map(({ name }) => name),
  )
  demand('group', group, groups)
}

function demand(what: string, wanted: string | undefined, known: readonly string[]): void {
  if (wanted === undefined || known.includes(wanted)) return
  const meant = nearest(wanted, known)
  throw new ProblemError({
    code: 'not-found',
    message: `there is no ${what} ${wanted} in the configuration`,
    hint: meant ? `did you mean ${meant}?` : `it has ${[...new Set(known)].join(', ')}`,
  })
}
