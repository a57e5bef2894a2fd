// A hardening profile after it was read and checked: what is demanded of an image, and what is knowingly not.

import type { SurfacePolicy } from '../inventory/judge-surface.ts'
import type { SecretWaiver } from '../secrets/judge-secrets.ts'
import type { VulnerabilityPolicy } from '../vulnerabilities/judge-vulnerabilities.ts'
import type { WaiverTerms } from './waiver-terms.ts'

/** Rule and value IDs in here are full XCCDF IDs. */
export interface Profile {
  /** Absolute path of the file it came from. */
  readonly file: string
  readonly title: string
  /** Name of the content in content.json. */
  readonly content: string
  /** Full ID of the content's profile that this one starts from. */
  readonly base: string
  readonly values: readonly ValueSetting[]
  /** Rules of the base profile that are not demanded: shown as deselected, never hidden. */
  readonly deselected: readonly RuleChoice[]
  /** Rules demanded on top of the base profile. */
  readonly selected: readonly RuleChoice[]
  readonly waivers: readonly Waiver[]
  /** Rules on which the scanner is known to be wrong. */
  readonly disagreements: readonly Disagreement[]
  readonly gate: GatePolicy
  /** Undefined: no scan for known vulnerabilities is demanded. */
  readonly vulnerabilities?: VulnerabilityPolicy
  /** What the image may hold beyond the rules; undefined: nothing was declared, and secrets have no waivers. */
  readonly hygiene?: HygienePolicy
  /** Rules that only a machine's first boot can meet: the content's fix is not run at bake time; judged like any other. */
  readonly atFirstBoot: readonly RuleChoice[]
  /** Rules that this profile's owner says cannot be judged in a container, on top of the built-in table. */
  readonly notJudged: readonly RuleChoice[]
  /** Names of folders under hardening/controls, in the order they are applied. */
  readonly controls: readonly string[]
  /** Debian packages the rules ask for, installed by the bake. */
  readonly packages: readonly string[]
  readonly removedPackages: readonly string[]
}

export interface HygienePolicy extends SurfacePolicy {
  /** What the secret scanner may find. */
  readonly secrets: readonly SecretWaiver[]
}

export interface RuleChoice {
  readonly rule: string
  readonly reason: string
}

export interface ValueSetting {
  readonly value: string
  readonly set: string
  readonly reason: string
}

/** A rule knowingly not met. It stays in the denominator and does not count as passed. */
export interface Waiver extends WaiverTerms {
  readonly rule: string
}

/** An entry of the register: the scanner says a rule is not met, and somebody has checked that it is wrong. */
export interface Disagreement {
  readonly rule: string
  /** Version of the content's package it was checked with; with any other it does not hold. */
  readonly contentVersion: string
  /** Why the scanner's answer is wrong. */
  readonly reason: string
  /** How that was checked. */
  readonly checked: string
  readonly owner: string
}

/** What the gate demands besides the score. */
export interface GatePolicy {
  /** Rules that must be met, waived or not. */
  readonly mustPass: readonly string[]
  /** Rules met by the release in production and not met now: whether they refuse or are only reported. */
  readonly regressions: 'refuse' | 'report'
  /** Most percent of the demanded rules that may turn out not to apply; more is a scan that took the machine for another. */
  readonly notApplicableAtMostPercent: number
}

/** The profile as it holds for one family: waivers of other families are not in it. */
export function profileOf(profile: Profile, family: string | undefined): Profile {
  if (family === undefined) return profile
  const ofFamily = ({ families }: WaiverTerms): boolean => families?.includes(family) !== false
  const { vulnerabilities, hygiene } = profile
  return {
    ...profile,
    waivers: profile.waivers.filter(ofFamily),
    ...(vulnerabilities && { vulnerabilities: { ...vulnerabilities, waivers: vulnerabilities.waivers.filter(ofFamily) } }),
    ...(hygiene && { hygiene: { ...hygiene, secrets: hygiene.secrets.filter(ofFamily) } }),
  }
}
