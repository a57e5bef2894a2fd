// What goes wrong on the way to AWS: requests that are throttled or broken, and answers that are lost.

import type { SeededRandom } from '../support/seeded-random.ts'
import type { Ask, WireAnswer, WireRequest } from './in-process-wire.ts'

/** Chances from 0 to 1, a request. */
export interface FaultRates {
  /** The request is refused before it does anything. */
  readonly throttled: number
  /** The connection is reset before the request does anything. */
  readonly reset: number
  /** The answer is a 5xx; half of those requests have done their work all the same. */
  readonly broken: number
  /** The request does its work, but its answer never arrives. */
  readonly lost: number
}

export const faultless: FaultRates = { throttled: 0, reset: 0, broken: 0, lost: 0 }

/** `rates` is asked at every request: faults come and go. */
export function faultyWire(ask: Ask, random: SeededRandom, rates: () => FaultRates): Ask {
  return async (request) => {
    const { throttled, reset, broken, lost } = rates()
    if (random.chance(throttled)) return refusal(request, 'RequestLimitExceeded', 'ThrottlingException', 'Rate exceeded')
    if (random.chance(reset)) throw connectionReset()
    const isBroken = random.chance(broken)
    if (isBroken && random.chance(0.5)) return breakdown(request)
    const answer = await ask(request)
    if (isBroken) return breakdown(request)
    if (random.chance(lost)) throw connectionReset()
    return answer
  }
}

function connectionReset(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
}

function breakdown(request: WireRequest): WireAnswer {
  return refusal(request, 'InternalError', 'InternalServerError', 'An internal error has occurred', 500)
}

/** Each family of protocols says it in its own way. */
function refusal({ headers }: WireRequest, queryCode: string, jsonCode: string, message: string, jsonStatus = 400): WireAnswer {
  if (headers['x-amz-target'] !== undefined) {
    const body = JSON.stringify({ __type: jsonCode, message })
    const contentType = headers['content-type'] ?? 'application/x-amz-json-1.1'
    return { status: jsonStatus, headers: { 'content-type': contentType }, body }
  }
  const error = `<Error><Code>${queryCode}</Code><Message>${message}</Message></Error>`
  const body = `<Response><Errors>${error}</Errors>${error}<RequestID>r-1</RequestID></Response>`
  return { status: 503, headers: { 'content-type': 'text/xml' }, body }
}
