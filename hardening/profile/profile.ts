// A hardening profile after it was read and checked: what is demanded of an image, and what is knowingly not.

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
export interface Waiver {
  readonly rule: string
  readonly reason: string
  readonly owner: string
  /** Last day it holds, `YYYY-MM-DD`, in UTC. */
  readonly expires: string
  readonly ticket?: string
  /** Families it holds for; undefined means every family that uses the profile. */
  readonly families?: readonly string[]
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
}

/** The profile as it holds for one family: waivers of other families are not in it. */
export function profileOf(profile: Profile, family: string | undefined): Profile {
  if (family === undefined) return profile
  return { ...profile, waivers: profile.waivers.filter(({ families }) => families?.includes(family) !== false) }
}

const dayMs = 86_400_000

/** True from the first instant (UTC) after the waiver's last day. */
export function hasExpired(waiver: Waiver, nowMs: number): boolean {
  return nowMs >= Date.parse(waiver.expires) + dayMs
}

/** Whole days left, the last day included as 0; negative once expired. */
export function daysLeft(waiver: Waiver, nowMs: number): number {
  return Math.ceil((Date.parse(waiver.expires) + dayMs - nowMs) / dayMs) - 1
}
