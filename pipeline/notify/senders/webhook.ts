// A webhook of the user's: the message as JSON, signed as Standard Webhooks asks (its libraries verify it in most languages).

import { createHmac } from 'node:crypto'
import type { SecretName } from '../../config/index.ts'
import type { Message } from '../../ports/index.ts'
import { deliveryOf, post, refuseUnsafe } from '../post.ts'
import type { Secrets } from '../secrets.ts'
import { type SenderOf, tells } from '../sender.ts'

export const createWebhook: SenderOf<'webhook'> = (notification, ports) => ({
  name: `webhook ${nameOf(notification.url)}`,
  wants: (message) => tells(notification, message),
  deliver: async (message, limits) => {
    const url = await addressOf(notification.url, ports.secrets)
    if (!url.ok) return url
    const unsafe = refuseUnsafe(url.value, nameOf(notification.url))
    if (unsafe) return unsafe
    const secret = await ports.secrets.read(notification.secret)
    if (!secret.ok) return secret
    const body = JSON.stringify(renderWebhook(message, ports.organisation))
    const headers = signatureOf(body, message.id, Math.floor(ports.wallNow() / 1_000), secret.value)
    return deliveryOf(await post(ports, { method: 'POST', url: url.value, body, headers, ...limits }))
  },
})

async function addressOf(url: string | SecretName, secrets: Secrets): ReturnType<Secrets['read']> {
  return typeof url === 'string' ? { ok: true, value: url } : secrets.read(url)
}

function nameOf(url: string | SecretName): string {
  return typeof url === 'string' ? new URL(url).host : `(${url.name})`
}

/** The format's version comes first: receivers may branch on it. */
export function renderWebhook(message: Message, organisation: string): unknown {
  const { stage, group, ...rest } = message
  return { version: 1, organisation, ...rest, stage: stage ?? null, group: group ?? null }
}

const base64Prefix = 'whsec_'

/** HMAC-SHA256 over ID, time and body: what is sent again later, or with another body, does not verify. */
export function signatureOf(body: string, id: string, wallSeconds: number, secret: string): Readonly<Record<string, string>> {
  const key = secret.startsWith(base64Prefix) ? Buffer.from(secret.slice(base64Prefix.length), 'base64') : Buffer.from(secret)
  const digest = createHmac('sha256', key).update(`${id}.${wallSeconds}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(wallSeconds), 'webhook-signature': `v1,${digest}` }
}
