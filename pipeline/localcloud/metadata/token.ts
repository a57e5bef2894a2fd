// IMDSv2 session tokens: an expiry signed for one instance, so nothing has to be remembered. Pure.

import { createHmac, timingSafeEqual } from 'node:crypto'

const longestSeconds = 21_600

/** Seconds asked for in the request's header, or undefined when EC2 would not take it. */
export function parseTokenSeconds(header: string | undefined): number | undefined {
  if (header === undefined || !/^\d{1,5}$/.test(header)) return undefined
  const seconds = Number(header)
  return seconds >= 1 && seconds <= longestSeconds ? seconds : undefined
}

export function issueToken(secret: string, instanceId: string, expiresMs: number): string {
  return `${expiresMs.toString(36)}.${sign(secret, instanceId, expiresMs)}`
}

/** Was it issued to this instance, and is it still good? */
export function isTokenValid(secret: string, instanceId: string, token: string, nowMs: number): boolean {
  const [expiry = '', signature = ''] = token.split('.')
  const expiresMs = Number.parseInt(expiry, 36)
  if (!Number.isSafeInteger(expiresMs) || expiresMs <= nowMs) return false
  const expected = Buffer.from(sign(secret, instanceId, expiresMs))
  const given = Buffer.from(signature)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function sign(secret: string, instanceId: string, expiresMs: number): string {
  return createHmac('sha256', secret).update(`${instanceId} ${expiresMs}`).digest('base64url')
}
