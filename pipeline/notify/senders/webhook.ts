// A webhook of the user's: the message as JSON, signed.

import type { Message } from '../../ports/index.ts'
import { type SenderOf, tells } from '../sender.ts'
import { placeName, postSigned } from '../signed-post.ts'

export const createWebhook: SenderOf<'webhook'> = (notification, ports) => ({
  name: `webhook ${placeName(notification.url)}`,
  wants: (message) => tells(notification, message),
  deliver: (message, limits) => {
    const { url, secret } = notification
    return postSigned(ports, { url, secret, id: message.id, body: renderWebhook(message, ports.organisation), ...limits })
  },
})

/** The format's version comes first: receivers may branch on it. */
function renderWebhook(message: Message, organisation: string): unknown {
  const { stage, group, ...rest } = message
  return { version: 1, organisation, ...rest, stage: stage ?? null, group: group ?? null }
}
