// How many machines an update of a managed node group may take away at once, compared and described.

import type { UnavailableLimit } from '../ports/index.ts'

/** Of a node group that says nothing [doc: eks/managed-node-update-behavior]. */
export const usualLimit: UnavailableLimit = { maxUnavailable: 1 }

export function sameLimit(one: UnavailableLimit, other: UnavailableLimit): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

export function describeLimit(limit: UnavailableLimit): string {
  return 'maxUnavailable' in limit ? `${limit.maxUnavailable}` : `${limit.maxUnavailablePercentage} %`
}
