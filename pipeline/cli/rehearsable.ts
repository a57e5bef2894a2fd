// A family whose machines can't be booted here is refused before anything is made for it.

import { type Config, neverBootedHere } from '../config/index.ts'
import { ProblemError } from '../kernel/index.ts'

/** `name`: undefined for the configuration's first. A family that is not there is for others to refuse. */
export function needRehearsable({ families }: Config, name: string | undefined): void {
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
