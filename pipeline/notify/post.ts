// One request to a service, and what its answer says about delivery.

import { isPrivateAddress } from '../kernel/index.ts'
import type { HttpReply, HttpRequest } from '../ports/index.ts'
import { cleaned } from './cleaned.ts'
import { type Delivery, type Undelivered, undelivered } from './delivery.ts'
import type { SenderPorts } from './sender.ts'

export type Answered = { readonly ok: true; readonly body: string } | Undelivered

/** @param headers beside that of JSON; they may hold secrets. */
export async function post(
  { http, wallNow }: Pick<SenderPorts, 'http' | 'wallNow'>,
  request: Omit<HttpRequest, 'headers'> & { readonly headers?: Readonly<Record<string, string>> },
): Promise<Answered> {
  const headers = {
    'user-agent': 'drover',
    ...(request.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...request.headers,
  }
  const reply = await http.send({ ...request, headers })
  if (!reply.ok) return undelivered(reply.message, true)
  if (reply.status >= 200 && reply.status < 300) return { ok: true, body: reply.body }
  const said = cleaned(reply.body, 200)
  const message = `it answered ${reply.status}${said === '' ? '' : `: ${said}`}`
  return undelivered(message, mayPass(reply), retryAfterOf(reply, wallNow()))
}

/** Of a service whose answer holds nothing that is needed. */
export function deliveryOf(answer: Answered): Delivery {
  return answer.ok ? { ok: true } : answer
}

type Reply = Extract<HttpReply, { readonly ok: true }>

/** GitHub's limits come as 403 too, then with the time to wait or with nothing remaining. */
function mayPass({ status, headers }: Reply): boolean {
  if (status === 408 || status === 429 || status >= 500) return true
  return status === 403 && (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0')
}

/** Seconds, or a date (RFC 9110); GitHub's own header has seconds since the epoch. */
function retryAfterOf({ headers }: Reply, wallNow: number): number | undefined {
  const written = headers['retry-after']
  if (written !== undefined) {
    const untilMs = /^\d{1,9}$/.test(written) ? Number(written) * 1_000 : Date.parse(written) - wallNow
    return Number.isNaN(untilMs) ? undefined : Math.max(0, untilMs)
  }
  const reset = headers['x-ratelimit-remaining'] === '0' ? headers['x-ratelimit-reset'] : undefined
  return reset !== undefined && /^\d{1,12}$/.test(reset) ? Math.max(0, Number(reset) * 1_000 - wallNow) : undefined
}

/** An address that a secret held: the configuration could not be checked for it. */
export function refuseUnsafe(url: string, whose: string): Undelivered | undefined {
  return isPrivateAddress(url) ? undefined : undelivered(`what ${whose} holds is not an https address`, false)
}
