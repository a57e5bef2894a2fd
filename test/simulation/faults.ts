// What goes wrong on the way to AWS: requests that are throttled, and answers that are lost.

import type { SeededRandom } from '../support/seeded-random.ts'

export interface WireRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly action: string
}

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** Chances from 0 to 1, a request. */
export interface FaultRates {
  /** The request is refused before it does anything. */
  readonly throttled: number
  /** The request does its work, but its answer never arrives. */
  readonly lost: number
}

type Ask = (request: WireRequest) => Promise<WireAnswer>

export function faultyWire(ask: Ask, random: SeededRandom, rates: FaultRates): Ask {
  return async (request) => {
    if (random.chance(rates.throttled)) return throttle(request)
    const answer = await ask(request)
    if (random.chance(rates.lost)) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
    return answer
  }
}

/** Each family of protocols says it in its own way. */
function throttle({ headers }: WireRequest): WireAnswer {
  const message = 'Rate exceeded'
  if (headers['x-amz-target'] !== undefined) {
    const body = JSON.stringify({ __type: 'ThrottlingException', message })
    return { status: 400, headers: { 'content-type': headers['content-type'] ?? 'application/x-amz-json-1.1' }, body }
  }
  const error = `<Error><Code>RequestLimitExceeded</Code><Message>${message}</Message></Error>`
  const body = `<Response><Errors>${error}</Errors>${error}<RequestID>r-1</RequestID></Response>`
  return { status: 503, headers: { 'content-type': 'text/xml' }, body }
}
