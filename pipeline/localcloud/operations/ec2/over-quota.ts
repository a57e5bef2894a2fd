// The refusal of what would be more than an account's quota.

import { ApiFault } from '../../wire/fault.ts'

/**
 * Code and words are EC2's for one public image too many [thread: iterative/studio-selfhosted#90]. That the other quotas are refused in the
 * same way is inferred: no page or thread that was found shows them.
 */
export function overQuota(limit: number, what: string): ApiFault {
  return new ApiFault('ResourceLimitExceeded', `You have reached your quota of ${limit} for the number of ${what}.`)
}
