// A policy whose groups are in the waves that choose them by tag.

import { ProblemError } from '../kernel/index.ts'
import type { Cloud } from '../ports/index.ts'
import type { Policy } from '../release/index.ts'
import { placeGroups } from '../roll/index.ts'

/** Throws a ProblemError: groups whose order is not known are not rolled. */
export async function placedIn(cloud: Cloud, policy: Policy): Promise<Policy> {
  const placed = await placeGroups(cloud, policy)
  if (placed.ok) return placed.value
  const hint = 'Check the account, the role and its rights: which wave each group is in depends on their tags.'
  throw new ProblemError({ code: 'refused', message: `the tags of groups could not be read: ${placed.message}`, hint })
}
