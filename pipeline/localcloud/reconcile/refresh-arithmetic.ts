// How many instances a refresh may launch and terminate now: the healthy percentages as numbers. Pure.

export interface Strength {
  /** Desired capacity of the group. */
  readonly desired: number
  /** Percentages of the desired capacity. */
  readonly minHealthy: number
  readonly maxHealthy: number
  /** Whether somebody set the maximum, be it to 100. */
  readonly isMaxSet: boolean
  /** Instances pending or in service. */
  readonly active: number
  /** Instances in service, healthy and warmed up. */
  readonly ready: number
  /** Active instances that are still to be replaced. */
  readonly outgoing: number
  /** How many replacements may yet be begun before the next checkpoint. */
  readonly allowed: number
}

export interface Replacement {
  /** Instances to launch beyond the desired capacity. */
  readonly launch: number
  /** Outgoing instances to terminate; the group fills their places. */
  readonly terminate: number
}

/** "Rounded up to the nearest integer" [doc: RefreshPreferences]. */
export function leastHealthy({ desired, minHealthy }: Pick<Strength, 'desired' | 'minHealthy'>): number {
  return Math.ceil((desired * minHealthy) / 100)
}

/** "The maximum percentage of the group that can be in service and healthy, or pending": rounded down, but above 100 % never no room at all [inferred]. */
export function mostActive({ desired, maxHealthy }: Pick<Strength, 'desired' | 'maxHealthy'>): number {
  if (maxHealthy <= 100) return desired
  return Math.max(Math.floor((desired * maxHealthy) / 100), desired + 1)
}

/** What to do now. Launches come first where there is room; terminations never go below the healthy minimum. */
export function planReplacement(strength: Strength): Replacement {
  const { active, ready, outgoing, allowed } = strength
  const incoming = active - outgoing
  const spare = ready - leastHealthy(strength)
  const isLaunchedFirst = strength.maxHealthy > 100 || mustExceed(strength)
  // Those beyond the desired capacity have their replacement or need none, so they wait for no checkpoint.
  const beyond = Math.max(0, active - strength.desired)
  if (!isLaunchedFirst)
    return { launch: 0, terminate: clamp(Math.min(outgoing, Math.max(allowed, beyond), oneAtATime(strength, spare))) }
  const room = (mustExceed(strength) ? strength.desired + 1 : mostActive(strength)) - active
  const launch = clamp(Math.min(room, strength.desired - incoming, allowed))
  return { launch, terminate: clamp(Math.min(outgoing, spare, Math.max(beyond, terminable(strength, incoming)))) }
}

/**
 * "When the maximum is explicitly set and it is mathematically impossible to replace instances while honoring both bounds, Auto Scaling launches
 * a new instance before terminating an old one (temporarily exceeding the desired capacity)" [doc: RefreshPreferences].
 */
function mustExceed(strength: Strength): boolean {
  return strength.isMaxSet && strength.maxHealthy <= 100 && leastHealthy(strength) >= strength.desired
}

/** Those the minimum lets go ahead of their replacements. */
function terminable({ allowed, desired }: Strength, incoming: number): number {
  return Math.min(allowed, desired - incoming)
}

/** "Setting the minimum healthy percentage to 100 percent limits the rate of replacement to one instance at a time" [doc]; so does rounding in a small group. */
function oneAtATime(strength: Strength, spare: number): number {
  const isWhole = strength.ready >= strength.desired && strength.active === strength.desired
  return spare <= 0 && isWhole && leastHealthy(strength) >= strength.desired ? 1 : spare
}

function clamp(count: number): number {
  return Math.max(0, count)
}
