// Which system-wide cryptographic policy a profile asks its machines for.

import { type Content, fullId } from '../content/content.ts'
import type { Profile } from './profile.ts'

export interface CryptoPolicy {
  /** Undefined: whatever the content's own profile has. */
  readonly set: string | undefined
}

/** Undefined when the profile asks for none: neither is the value set, nor the rule about it demanded. */
export function cryptoPolicyOf(profile: Profile, content: Content): CryptoPolicy | undefined {
  const value = fullId('value', 'var_system_crypto_policy', content.idPrefix)
  const set = profile.values.findLast((setting) => setting.value === value)?.set
  return set !== undefined || isDemanded(profile, content) ? { set } : undefined
}

function isDemanded({ base, deselected, selected, waivers }: Profile, content: Content): boolean {
  const rule = fullId('rule', 'configure_crypto_policy', content.idPrefix)
  const named = (choices: readonly { readonly rule: string }[]): boolean => choices.some((choice) => choice.rule === rule)
  if (named(deselected) || named(waivers)) return false
  return named(selected) || content.profiles.get(base)?.selected.has(rule) === true
}
