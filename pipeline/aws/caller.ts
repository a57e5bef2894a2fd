// Calling AWS at one place: the session found, the request retried, an expired session renewed once, failures sorted.

import type { Place } from '../ports/index.ts'
import { patientBackoff } from './backoff.ts'
import type { Clients } from './clients.ts'
import { CallFailed, failureOf } from './failure.ts'
import { type Repeat, retried } from './retried.ts'
import type { Session, SessionOptions, Sessions } from './sessions.ts'

/**
 * Sends one request. `subject` is the action and the thing (`DescribeImages ami-1`); rejects with CallFailed only.
 * `send` may run several times, each time with the session's clients of that moment.
 */
export type Caller = <Output>(subject: string, send: (clients: Clients) => Promise<Output>, repeat?: Repeat) => Promise<Output>

export function createCaller(
  place: Place,
  sessions: Sessions,
  options: Pick<SessionOptions, 'clock' | 'random' | 'backoff'>,
): Caller {
  const backoff = options.backoff ?? patientBackoff
  return async (subject, send, repeat = 'safe') => {
    const where = `${subject} in ${place.account}/${place.region}`
    const attempt = async () => {
      const session = await openAt(place, sessions)
      try {
        return await retried(() => send(session.clients), { ...options, backoff, repeat })
      } catch (error) {
        const failure = failureOf(error, where)
        if (failure.kind === 'expired-credentials') sessions.drop(place, session)
        throw new CallFailed(failure, error)
      }
    }
    try {
      return await attempt()
    } catch (error) {
      // AWS refuses an expired session before it acts, so even an unsafe request may go out once more.
      if (!(error instanceof CallFailed) || error.failure.kind !== 'expired-credentials' || place.role === undefined) throw error
      return await attempt()
    }
  }
}

/** The session at the place, lasting that long if asked; rejects with CallFailed. */
export async function openAt(place: Place, sessions: Sessions, lastingMs?: number): Promise<Session> {
  try {
    return await sessions.open(place, lastingMs)
  } catch (error) {
    throw new CallFailed(failureOf(error, `AssumeRole ${place.role ?? ''}`), error)
  }
}
