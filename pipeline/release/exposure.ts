// How long a stage's machines have run a release: instance-hours, counted from how many there were at each look.

import type { Soak } from './release.ts'

const hourMs = 3_600_000
/** Between two looks a group may shrink and grow again: the longer they are apart, the less is known. */
const longestBetweenMs = hourMs
/** A stage without a machine is looked at again; so is one that lacks a few seconds. */
const shortestBetweenMs = 60_000

/**
 * Instance-hours up to the last look. Between two looks there were as many machines as at the one that saw fewer: exposure is
 * never overstated by machines that came in between.
 */
export function exposureHours({ exposure }: Soak): number {
  const spans = exposure.slice(1).map(({ at, machines }, index) => {
    const before = exposure[index] ?? { at, machines: 0 }
    return (Math.min(before.machines, machines) * (at - before.at)) / hourMs
  })
  return spans.reduce((sum, span) => sum + span, 0)
}

/** When to look at the machines next; undefined once they have run for long enough. `now` at the latest when nobody has looked yet. */
export function nextLookAt(soak: Soak, instanceHours: number, now: number): number | undefined {
  const lacking = instanceHours - exposureHours(soak)
  if (lacking <= 0) return undefined
  const last = soak.exposure.at(-1)
  if (last === undefined) return now
  const enoughAfterMs = last.machines === 0 ? longestBetweenMs : Math.ceil((lacking * hourMs) / last.machines)
  return last.at + Math.min(longestBetweenMs, Math.max(shortestBetweenMs, enoughAfterMs))
}

/** `12 of 48 instance-hours`. */
export function describeExposure(soak: Soak, instanceHours: number): string {
  return `${Math.floor(exposureHours(soak))} of ${instanceHours} instance-hours`
}
