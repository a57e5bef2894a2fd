// FIPS mode is a cryptographic policy: a profile that asks for another contradicts it, and the scan would refuse what the bake made.

import type { WrittenConfig } from '../written/drover-file.ts'
import { reportFollowing } from '../yaml/reading.ts'

/** What a hardening profile asks for; `set` is undefined where it leaves that to its content. */
export interface CryptoPolicy {
  readonly set: string | undefined
}

/** `policyOf`: of a profile, by its absolute path, for a family; undefined where it asks for none. */
export function checkCryptoPolicies(
  { families }: WrittenConfig,
  policyOf: (profile: string, family: string) => CryptoPolicy | undefined,
): void {
  for (const { name, value: family } of families) {
    const policy = family.fipsMode.value ? policyOf(family.hardening.value, name) : undefined
    if (policy === undefined || /^FIPS(:|$)/.test(policy.set ?? '')) continue
    const asked =
      policy.set === undefined ? 'leaves the cryptographic policy to its content' : `asks for the policy ${policy.set}`
    reportFollowing(
      family.fipsMode.at,
      'config-conflict',
      `family ${name} is to run in FIPS mode, and its hardening profile ${asked}`,
      'Write in the profile `values: [{ value: var_system_crypto_policy, set: FIPS, reason: … }]`, or take `fipsMode` out.',
    )
  }
}
