// The table of senders: forgetting one is a type error.

import type { Notification } from '../../config/index.ts'
import type { Sender, SenderOf, SenderPorts } from '../sender.ts'
import { createGithub } from './github.ts'
import { createSes } from './ses.ts'
import { createSlack } from './slack.ts'
import { createSmtp } from './smtp.ts'
import { createSns } from './sns.ts'
import { createWebhook } from './webhook.ts'

const senders = {
  slack: createSlack,
  webhook: createWebhook,
  smtp: createSmtp,
  ses: createSes,
  sns: createSns,
  github: createGithub,
} as const satisfies { readonly [Kind in Notification['kind']]: SenderOf<Kind> }

/** One sender for each notification, whose failures show no secret. */
export function createSenders(notifications: readonly Notification[], ports: SenderPorts): readonly Sender[] {
  return notifications.map((notification) => discreet(senderFor(notification, ports), ports))
}

function senderFor(notification: Notification, ports: SenderPorts): Sender {
  const create = senders[notification.kind] as (notification: Notification, ports: SenderPorts) => Sender
  return create(notification, ports)
}

function discreet(sender: Sender, { secrets }: SenderPorts): Sender {
  return {
    ...sender,
    deliver: async (message, limits) => {
      const delivery = await sender.deliver(message, limits)
      return delivery.ok ? delivery : { ...delivery, message: secrets.hidden(delivery.message) }
    },
  }
}
