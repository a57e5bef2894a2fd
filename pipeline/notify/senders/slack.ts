// Slack: an incoming webhook, whose address is the secret [doc: slack incoming-webhooks].

import type { Message } from '../../ports/index.ts'
import { deliveryOf, post, refuseUnsafe } from '../post.ts'
import { type SenderOf, tells } from '../sender.ts'

export const createSlack: SenderOf<'slack'> = (notification, ports) => ({
  name: `slack (${notification.webhook.name})`,
  wants: (message) => tells(notification, message),
  deliver: async (message, limits) => {
    const webhook = await ports.secrets.read(notification.webhook)
    if (!webhook.ok) return webhook
    const unsafe = refuseUnsafe(webhook.value, notification.webhook.name)
    if (unsafe) return unsafe
    const body = JSON.stringify(renderSlack(message))
    return deliveryOf(await post(ports, { method: 'POST', url: webhook.value, body, ...limits }))
  },
})

const marks = { failure: '✖ ', action: '▸ ', recovery: '✔ ', info: '' } as const satisfies Record<Message['level'], string>

/**
 * Only `plain_text` blocks: Slack reads no mention, link or style in them. The one text it does read, which goes into the
 * notification, has the three characters escaped that mentions and links begin with.
 */
export function renderSlack(message: Message): unknown {
  const { level, headline, meaning, action, evidence, release, stage, group } = message
  const title = `${marks[level]}${headline}`
  const place = group ?? stage
  const context = [place === undefined ? release : `${release}, ${place}`, ...evidence]
  return {
    text: escaped(title),
    mrkdwn: false,
    link_names: false,
    parse: 'none',
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(title, 150) },
      ...[meaning, action === '' ? '' : `What to do: ${action}`]
        .filter((text) => text !== '')
        .map((text) => ({ type: 'section', text: plain(text, 3_000) })),
      { type: 'context', elements: context.slice(0, 10).map((text) => plain(text, 2_000)) },
    ],
  }
}

/** `most`: Slack refuses the whole message for one text that is longer. */
function plain(text: string, most: number): unknown {
  const characters = [...text]
  const fitting = characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`
  return { type: 'plain_text', text: fitting, emoji: false }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
