// Asking AWS again when it did not answer: an outage of minutes must not end a release that has soaked for a day.

import type { Clock, CloudFailure, CloudOutcome } from '../ports/index.ts'

/** On top of the adapter's own retries. */
const patienceMs = 10 * 60_000
const pauseMs = 15_000

export interface Patient {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Repeats a question until it is answered; only for what may be asked twice. */
export async function patiently<Value>(
  ask: () => Promise<CloudOutcome<Value>>,
  { clock, signal }: Patient,
): Promise<CloudOutcome<Value>> {
  const deadline = clock.now() + patienceMs
  for (;;) {
    const answer = await ask()
    if (answer.ok || !mayPass(answer) || clock.now() >= deadline) return answer
    await clock.pause(pauseMs, signal)
  }
}

/** Failures that say nothing about what was asked for. */
export function mayPass({ kind }: CloudFailure): boolean {
  return kind === 'throttled' || kind === 'unavailable' || kind === 'expired-credentials'
}
