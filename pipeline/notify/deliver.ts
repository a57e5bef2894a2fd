// One message through one sender, within a bounded time.

import { formatDuration, thrownWords } from '../kernel/index.ts'
import type { Clock, Message } from '../ports/index.ts'
import { type Delivery, undelivered } from './delivery.ts'
import type { Sender } from './sender.ts'

export interface Patience {
  /** Of one answer. */
  readonly answerMs: number
  /** Of one message, with all that is tried for it. */
  readonly messageMs: number
  /** Of everything that is left when a run ends. */
  readonly settleMs: number
}

/** A release's ledger is its record: what can't be said within seconds is not worth holding a runner for. */
export const usualPatience: Patience = { answerMs: 8_000, messageMs: 20_000, settleMs: 25_000 }

const tries = 3
const firstPauseMs = 1_000

export interface DeliveryContext {
  readonly clock: Clock
  readonly patience: Patience
  readonly signal: AbortSignal
}

/** Never rejects, whatever the sender does. */
export async function deliver(sender: Sender, message: Message, { clock, patience, signal }: DeliveryContext): Promise<Delivery> {
  const over = new AbortController()
  const inTime = new AbortController()
  const stop = () => over.abort()
  signal.addEventListener('abort', stop, { once: true })
  clock.pause(patience.messageMs, inTime.signal).then(stop, () => undefined)
  const givenUp = new Promise<Delivery>((resolve) => {
    const give = () => resolve(undelivered(`it did not answer within ${formatDuration(patience.messageMs)}`, true))
    over.signal.addEventListener('abort', () => give(), { once: true })
  })
  try {
    const deadline = clock.now() + patience.messageMs
    return await Promise.race([
      tryAgain(sender, message, { clock, deadline, limits: { timeoutMs: patience.answerMs, signal: over.signal } }),
      givenUp,
    ])
  } catch (error) {
    return undelivered(thrownWords(error), false)
  } finally {
    inTime.abort()
    signal.removeEventListener('abort', stop)
  }
}

interface Trying {
  readonly clock: Clock
  /** On the clock. */
  readonly deadline: number
  readonly limits: Parameters<Sender['deliver']>[1]
}

async function tryAgain(sender: Sender, message: Message, { clock, deadline, limits }: Trying): Promise<Delivery> {
  for (let failed = 1; ; failed++) {
    const delivery = await sender.deliver(message, limits)
    if (delivery.ok || !delivery.mayPass || failed === tries) return delivery
    const pauseMs = Math.max(delivery.retryAfterMs ?? 0, firstPauseMs * 3 ** (failed - 1))
    if (clock.now() + pauseMs >= deadline) {
      const wish =
        delivery.retryAfterMs === undefined ? '' : ` and wants to be left alone for ${formatDuration(delivery.retryAfterMs)}`
      return { ...delivery, message: `${delivery.message}${wish}` }
    }
    await clock.pause(pauseMs, limits.signal)
  }
}
