// On what terms something is knowingly left as it is, a rule or a vulnerability, and how long that still holds.

export interface WaiverTerms {
  readonly reason: string
  readonly owner: string
  /** Last day it holds, `YYYY-MM-DD`, in UTC. */
  readonly expires: string
  readonly ticket?: string
  /** Families it holds for; undefined means every family that uses the profile. */
  readonly families?: readonly string[]
}

/** A waiver is announced this many days before it ends. */
export const warningDays = 30

const dayMs = 86_400_000

/** True from the first instant (UTC) after the waiver's last day. */
export function hasExpired({ expires }: Pick<WaiverTerms, 'expires'>, nowMs: number): boolean {
  return nowMs >= Date.parse(expires) + dayMs
}

/** Whole days left, the last day included as 0; negative once expired. */
export function daysLeft({ expires }: Pick<WaiverTerms, 'expires'>, nowMs: number): number {
  return Math.ceil((Date.parse(expires) + dayMs - nowMs) / dayMs) - 1
}

/** What there is to say of how long a waiver of that holds; empty while it holds for long. */
export function expirySentence(what: string, terms: WaiverTerms, nowMs: number): readonly string[] {
  const { expires, owner } = terms
  if (hasExpired(terms, nowMs)) return [`The waiver of ${what} expired on ${expires}; its owner is ${owner}.`]
  return daysLeft(terms, nowMs) < warningDays ? [`The waiver of ${what} ends on ${expires}; its owner is ${owner}.`] : []
}
