// Sizes, update rules, labels and taints of a node group, as requests write them.

import type { NodegroupScalingConfig, NodegroupUpdateConfig, Taint as WireTaint } from '@aws-sdk/client-eks'
import type { Scaling, Taint, UpdateRules } from '../../store/node-group.ts'
import { invalid } from './find.ts'

/** Of a node group that says nothing of its sizes; no page has the figures [inferred]. */
export const firstScaling: Scaling = { minSize: 1, maxSize: 2, desired: 2 }

export function scalingOf(input: NodegroupScalingConfig | undefined, earlier: Scaling): Scaling {
  const { minSize = earlier.minSize, maxSize = earlier.maxSize, desiredSize: desired = earlier.desired } = input ?? {}
  for (const [name, value, least] of [
    ['minSize', minSize, 0],
    ['maxSize', maxSize, 1],
    ['desiredSize', desired, 0],
  ] as const)
    if (value < least) throw invalid(`${name} must be at least ${least}`)
  if (minSize > desired) throw invalid(`Minimum capacity ${minSize} can't be greater than desired size ${desired}`)
  if (desired > maxSize) throw invalid(`desired capacity ${desired} can't be greater than max size ${maxSize}`)
  return { minSize, maxSize, desired }
}

/** "The default value is one node", "the maximum number is 100" [doc: eks/managed-node-update-behavior, model]. */
export const firstUpdateRules: UpdateRules = { strategy: 'DEFAULT', maxUnavailable: 1 }

export function updateRulesOf(input: NodegroupUpdateConfig | undefined, earlier: UpdateRules): UpdateRules {
  if (input === undefined) return earlier
  const { maxUnavailable, maxUnavailablePercentage, updateStrategy: strategy = earlier.strategy } = input
  if (strategy !== 'DEFAULT' && strategy !== 'MINIMAL') throw invalid(`updateStrategy ${strategy} is not valid`)
  if (maxUnavailable !== undefined && maxUnavailablePercentage !== undefined)
    throw invalid('Only one of maxUnavailable and maxUnavailablePercentage can be specified.')
  if (maxUnavailable !== undefined) return { strategy, maxUnavailable: from1To100('maxUnavailable', maxUnavailable) }
  if (maxUnavailablePercentage !== undefined) {
    const name = 'maxUnavailablePercentage'
    return { strategy, maxUnavailablePercentage: from1To100(name, maxUnavailablePercentage) }
  }
  return { ...earlier, strategy }
}

function from1To100(name: string, value: number): number {
  if (value >= 1 && value <= 100) return value
  throw invalid(`${name} must be between 1 and 100`)
}

const effects = ['NO_SCHEDULE', 'NO_EXECUTE', 'PREFER_NO_SCHEDULE']

export function taintsOf(input: readonly WireTaint[] | undefined): readonly Taint[] {
  return (input ?? []).map(({ key, value, effect }) => {
    if (!key) throw invalid('A taint needs a key.')
    if (effect === undefined || !effects.includes(effect)) throw invalid(`The taint effect ${effect} is not valid`)
    return { key, effect, ...(value === undefined ? {} : { value }) }
  })
}
