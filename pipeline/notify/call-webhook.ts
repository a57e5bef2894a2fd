// Calls a webhook that is no sender of messages: of a roll's hook.

import type { CallWebhook, Clock } from '../ports/index.ts'
import type { SenderPorts } from './sender.ts'
import { postSigned } from './signed-post.ts'

/** A service that is being restarted is asked once more. */
const againAfterMs = 2_000

export function createWebhookCaller(ports: Pick<SenderPorts, 'http' | 'secrets'> & { readonly clock: Clock }): CallWebhook {
  const { http, secrets, clock } = ports
  return async (call) => {
    const send = async () => {
      const delivery = await postSigned({ http, secrets, wallNow: clock.wallNow }, call)
      call.signal.throwIfAborted()
      return delivery
    }
    let delivery = await send()
    if (!delivery.ok && delivery.mayPass) {
      await clock.pause(againAfterMs, call.signal)
      delivery = await send()
    }
    return delivery.ok ? { ok: true } : { ok: false, message: secrets.hidden(delivery.message) }
  }
}
