// A topic of SNS, with the images' role: attributes are what subscriptions filter by.

import { renderText } from '../render-text.ts'
import { type SenderOf, tells } from '../sender.ts'
import { deliveryOf } from './cloud-delivery.ts'

export const createSns: SenderOf<'sns'> = (notification, ports) => ({
  name: `sns ${notification.topic}`,
  wants: (message) => tells(notification, message),
  deliver: async (message) => {
    const { level, headline, release, family, stage, key } = message
    const at = ports.cloud.at({ ...ports.images, region: notification.region })
    const attributes = {
      organisation: ports.organisation,
      level,
      release,
      family,
      key,
      // An attribute may not be empty.
      ...(stage === undefined ? {} : { stage }),
    }
    return deliveryOf(await at.publish({ topic: notification.topic, subject: headline, text: renderText(message), attributes }))
  },
})
