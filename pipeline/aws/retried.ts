// Trying a request again, through drover's clock, when that can help and can't hurt.

import type { Clock, Random } from '../ports/index.ts'
import { type Backoff, pauseAfter } from './backoff.ts'
import { retryOf } from './failure.ts'

/** `unsafe`: a second one would be a second act (no client token), so it is only repeated when the first surely did nothing. */
export type Repeat = 'safe' | 'unsafe'

export interface RetryOptions {
  readonly clock: Clock
  readonly random: Random
  readonly backoff: Backoff
  readonly repeat: Repeat
}

/** The request's answer, or what its last try threw. */
export async function retried<Output>(request: () => Promise<Output>, options: RetryOptions): Promise<Output> {
  for (let failed = 1; ; failed++) {
    try {
      return await request()
    } catch (error) {
      if (failed >= options.backoff.tries || !mayRepeat(error, options.repeat)) throw error
      await options.clock.pause(pauseAfter(failed, options.backoff, options.random))
    }
  }
}

function mayRepeat(error: unknown, repeat: Repeat): boolean {
  const retry = retryOf(error)
  return retry === 'refused' || (retry === 'uncertain' && repeat === 'safe')
}
