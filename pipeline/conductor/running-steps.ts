// The steps this runner is at right now, side by side.

import type { Clock } from '../ports/index.ts'
import type { RunningStep } from './progress.ts'

export interface RunningSteps {
  readonly size: number
  has(step: string): boolean
  /** Ends a step without an outcome: whoever takes it up again goes on from what is recorded of it. */
  interrupt(step: string): Promise<void>
  /** Takes a step in; a step that throws ends all the others through `signal`. */
  add(step: string, run: (signal: AbortSignal) => Promise<void>): void
  /** Until one of them has ended, or that many milliseconds of the clock have passed; throws what a step threw, once all are over. */
  wait(longestMs: number): Promise<'ended' | 'time'>
  /** What they are, with their wall time so far. */
  list(): readonly RunningStep[]
}

export function createRunningSteps(clock: Clock, outerSignal: AbortSignal): RunningSteps {
  const running = new Map<string, { readonly since: number; readonly ended: Promise<void>; interrupt(): void }>()
  const stop = new AbortController()
  const signal = AbortSignal.any([outerSignal, stop.signal])
  let fault: { readonly error: unknown } | undefined

  const add = (step: string, run: (signal: AbortSignal) => Promise<void>) => {
    const interruption = new AbortController()
    const ended = run(AbortSignal.any([signal, interruption.signal]))
      .catch((error: unknown) => {
        if (interruption.signal.aborted && !signal.aborted) return
        fault ??= { error }
        stop.abort(error)
      })
      .finally(() => running.delete(step))
    running.set(step, {
      since: clock.wallNow(),
      ended,
      interrupt: () => interruption.abort(new Error(`${step} is taken up again`)),
    })
  }

  const wait = async (longestMs: number): Promise<'ended' | 'time'> => {
    const enough = new AbortController()
    const time = clock.pause(longestMs, enough.signal).then(
      () => 'time' as const,
      () => 'ended' as const,
    )
    const ended = Promise.race([...running.values()].map((one) => one.ended)).then(() => 'ended' as const)
    const first = await Promise.race([ended, time])
    enough.abort()
    if (fault) {
      await Promise.all([...running.values()].map((one) => one.ended))
      throw fault.error
    }
    return first
  }

  return {
    get size() {
      return running.size
    },
    has: (step) => running.has(step),
    interrupt: async (step) => {
      const one = running.get(step)
      one?.interrupt()
      await one?.ended
    },
    add,
    wait,
    list: () => [...running].map(([step, { since }]) => ({ step, forWallMs: clock.wallNow() - since })),
  }
}
