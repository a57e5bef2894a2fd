// Which rules a profile has mended on its machines: demanded, and neither waived, disputed nor left to the first boot.

import { type Content, shortId } from '../content/content.ts'
import type { Profile } from './profile.ts'

/** Short names. One that a control of ours answers is among them: the control mends it. */
export function fixedRulesOf(profile: Profile, content: Content): ReadonlySet<string> {
  const demanded = [...(content.profiles.get(profile.base)?.selected ?? []), ...profile.selected.map(({ rule }) => rule)]
  const left = [...profile.deselected, ...profile.waivers, ...profile.disagreements, ...profile.atFirstBoot]
  const unfixed = new Set(left.map(({ rule }) => rule))
  return new Set(demanded.filter((rule) => !unfixed.has(rule)).map(shortId))
}
