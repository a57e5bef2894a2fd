// Every open release side by side: what is wrong with one keeps no other from its turn, and what is left behind meanwhile is soon taken up.

import type { AdvanceOutcome } from '../conductor/index.ts'
import type { ExitCode } from '../kernel/index.ts'
import { thrownWords } from '../kernel/index.ts'
import type { Clock } from '../ports/index.ts'
import { exitCodeOfError } from './exit-with.ts'
import { exitCodeOf, outcomeJson } from './outcome.ts'

/** What one release came to, or what was thrown over it. */
export type Advanced =
  | { readonly release: string; readonly ok: true; readonly outcome: AdvanceOutcome }
  | { readonly release: string; readonly ok: false; readonly error: unknown }

export interface AdvancingAll {
  /** IDs of what is open. */
  find(): Promise<readonly string[]>
  advance(release: string, beside: ReadonlySet<string>): Promise<AdvanceOutcome>
  readonly clock: Pick<Clock, 'pause'>
  readonly signal: AbortSignal
  /** Where one's waiting moves the clock of all. */
  readonly oneByOne: boolean
  /** As each ends; again only when it came to something else. */
  tell(advanced: Advanced): void
}

/** A roll takes hours; a release whose runner has died meanwhile, or whose soak is over, does not wait for it. */
const lookAgainMs = 5 * 60_000

/** The last of each release; throws only what finding them throws at first. */
export async function advanceAll(all: AdvancingAll): Promise<readonly Advanced[]> {
  const { clock, signal } = all
  const running = new Map<string, Promise<void>>()
  const ids = new Set<string>()
  const ended = new Map<string, Advanced>()

  const begin = (release: string) => {
    ids.add(release)
    const end = (one: Advanced) => {
      running.delete(release)
      ids.delete(release)
      const before = ended.get(release)
      ended.set(release, one)
      if (before === undefined || essence(before) !== essence(one)) all.tell(one)
    }
    const advancing = all.advance(release, ids).then(
      (outcome) => end({ release, ok: true, outcome }),
      (error: unknown) => end({ release, ok: false, error }),
    )
    running.set(release, advancing)
    return advancing
  }

  let found = await all.find()
  for (;;) {
    for (const id of found.filter((one) => !ids.has(one))) {
      const advancing = begin(id)
      if (all.oneByOne) await advancing
    }
    const enough = new AbortController()
    const everyOne = Promise.all(running.values()).then(() => 'over' as const)
    const pause = clock.pause(lookAgainMs, AbortSignal.any([signal, enough.signal])).then(
      () => 'again' as const,
      () => everyOne,
    )
    const next = await Promise.race([everyOne, pause])
    enough.abort()
    if (next === 'over') return [...ended.values()]
    // What is under way meets the same trouble, and tells of it.
    found = await all.find().catch(() => [])
  }
}

function essence(one: Advanced): string {
  if (!one.ok) return String(one.error)
  const { release, ...rest } = one.outcome
  return JSON.stringify({ ...rest, ending: release.ending })
}

/** Tells of what was thrown, by its release. */
export function exitCodeOfAdvanced(one: Advanced, signal: AbortSignal, say: (line: string) => void): ExitCode {
  if (one.ok) return exitCodeOf(one.outcome)
  return exitCodeOfError(one.error, signal, (line) => say(`${one.release}: ${line}`))
}

export function advancedJson(one: Advanced): unknown {
  if (one.ok) return outcomeJson(one.outcome)
  return { release: one.release, kind: 'stopped', cause: thrownWords(one.error) }
}

/** Runs it; what it throws is told and makes an exit code, so that what comes after it has its turn. */
export async function attempt(
  body: () => Promise<ExitCode>,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<ExitCode> {
  try {
    return await body()
  } catch (error) {
    return exitCodeOfError(error, signal, say)
  }
}
