// E-mail by a mail server: plain text, one thread for each key.

import { undelivered } from '../delivery.ts'
import { renderText } from '../render-text.ts'
import { type SenderOf, tells } from '../sender.ts'
import { subjectOf } from './subject.ts'

export const createSmtp: SenderOf<'smtp'> = (notification, ports) => ({
  name: `smtp to ${notification.to.join(', ')}`,
  wants: (message) => tells(notification, message),
  deliver: async (message, limits) => {
    const { host, port, security, login, from, to } = notification
    const password = login && (await ports.secrets.read(login.password))
    if (password && !password.ok) return password
    const server = { host, port, security, login: login && password && { user: login.user, password: password.value } }
    const domain = from.slice(from.indexOf('@') + 1)
    const letter = {
      from,
      to,
      subject: subjectOf(message, ports.organisation),
      text: `${renderText(message)}\n`,
      messageId: `${message.id}@${domain}`,
      thread: `${ports.organisation}.${message.key}@${domain}`,
    }
    const outcome = await ports.mailer.send(server, letter, limits)
    return outcome.ok ? outcome : undelivered(outcome.message, outcome.mayPass)
  },
})
