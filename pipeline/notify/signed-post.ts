// A body sent to a webhook, signed as Standard Webhooks asks (its libraries verify it in most languages).

import { createHmac } from 'node:crypto'
import type { SecretName } from '../config/index.ts'
import type { Delivery } from './delivery.ts'
import { deliveryOf, post, refuseUnsafe } from './post.ts'
import type { Secrets } from './secrets.ts'
import type { DeliveryLimits, SenderPorts } from './sender.ts'

export interface SignedPost extends DeliveryLimits {
  readonly url: string | SecretName
  readonly secret: SecretName
  readonly id: string
  readonly body: unknown
}

export async function postSigned(
  ports: Pick<SenderPorts, 'http' | 'secrets' | 'wallNow'>,
  { url: where, secret: key, id, body: content, timeoutMs, signal }: SignedPost,
): Promise<Delivery> {
  const url = await addressOf(where, ports.secrets)
  if (!url.ok) return url
  const unsafe = refuseUnsafe(url.value, placeName(where))
  if (unsafe) return unsafe
  const secret = await ports.secrets.read(key)
  if (!secret.ok) return secret
  const body = JSON.stringify(content)
  const headers = signatureOf(body, id, Math.floor(ports.wallNow() / 1_000), secret.value)
  return deliveryOf(await post(ports, { method: 'POST', url: url.value, body, headers, timeoutMs, signal }))
}

async function addressOf(url: string | SecretName, secrets: Secrets): ReturnType<Secrets['read']> {
  return typeof url === 'string' ? { ok: true, value: url } : secrets.read(url)
}

/** As it may be said: the host, or the name of the secret. */
export function placeName(url: string | SecretName): string {
  return typeof url === 'string' ? new URL(url).host : `(${url.name})`
}

const base64Prefix = 'whsec_'

/** HMAC-SHA256 over ID, time and body: what is sent again later, or with another body, does not verify. */
function signatureOf(body: string, id: string, wallSeconds: number, secret: string): Readonly<Record<string, string>> {
  const key = secret.startsWith(base64Prefix) ? Buffer.from(secret.slice(base64Prefix.length), 'base64') : Buffer.from(secret)
  const digest = createHmac('sha256', key).update(`${id}.${wallSeconds}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(wallSeconds), 'webhook-signature': `v1,${digest}` }
}
