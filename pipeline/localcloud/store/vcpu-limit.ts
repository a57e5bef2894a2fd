// The most vCPUs that an account's running instances of a region may have together, where an operator has set one.

import type { Draft } from './state.ts'

export function vcpuLimitOf(draft: Draft, account: string): number | undefined {
  const quota = draft.settings.faults.find((fault) => fault.kind === 'vcpu-quota' && fault.account === account)
  return quota?.kind === 'vcpu-quota' ? quota.limit : undefined
}
