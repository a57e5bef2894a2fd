// E-mail by SES, with the images' role.

import { renderText } from '../render-text.ts'
import { type SenderOf, tells } from '../sender.ts'
import { deliveryOf } from './cloud-delivery.ts'
import { subjectOf } from './subject.ts'

export const createSes: SenderOf<'ses'> = (notification, ports) => ({
  name: `ses to ${notification.to.join(', ')}`,
  wants: (message) => tells(notification, message),
  deliver: async (message) => {
    const { region, from, to } = notification
    const at = ports.cloud.at({ ...ports.images, region })
    const letter = { from, to, subject: subjectOf(message, ports.organisation), text: `${renderText(message)}\n` }
    return deliveryOf(await at.sendEmail(letter))
  },
})
