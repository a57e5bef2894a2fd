// A family whose machines can't be booted here, or whose groups a cluster owns, is refused before anything is made for it.

import { type Config, type Family, neverBootedHere } from '../config/index.ts'
import { ProblemError } from '../kernel/index.ts'
import { type GroupTarget, groupsOf } from '../release/index.ts'

/** `name`: undefined for the configuration's first. A family that is not there is for others to refuse. */
export function needRehearsable(config: Config, name: string | undefined): void {
  needBootable(config, name)
  // A rehearsal makes the groups of every family.
  for (const family of config.families) needOwnGroups(family)
}

function needOwnGroups({ name, policies }: Family): void {
  const groups = policies.weekly.stages.flatMap(groupsOf)
  const owned = groups.find(({ nodeGroup, karpenter }: GroupTarget) => nodeGroup !== undefined || karpenter !== undefined)
  if (owned === undefined) return
  throw new ProblemError({
    code: 'refused',
    message: `${owned.region}/${owned.name} of family ${name} belongs to a cluster, and a rehearsal has none`,
    hint: 'rehearse a configuration in which that family lists Auto Scaling groups; docs/kubernetes.md says how a cluster’s are proven',
  })
}

function needBootable({ families }: Config, name: string | undefined): void {
  const family = name === undefined ? families[0] : families.find((one) => one.name === name)
  const system = family && neverBootedHere(family)
  if (!family || system === undefined) return
  const others = families.filter((one) => neverBootedHere(one) === undefined).map((one) => one.name)
  const instead = others.length > 0 ? `rehearse ${others.join(' or ')}; ` : ''
  throw new ProblemError({
    code: 'refused',
    message: `family ${family.name} is ${family.kind}: ${system} can't be booted here, so it can't be rehearsed`,
    hint: `${instead}docs/kubernetes.md says how each part of it is proven, scripts/prove-on-aws what an account of your own shows`,
  })
}
