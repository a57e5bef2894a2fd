// How people are told: defaults worked out.

import { assert } from '../../kernel/index.ts'
import type { Notification } from '../resolved-notification.ts'
import type { WrittenNotification } from '../written/notification.ts'

/** Mail that is secured from the first byte has a port of its own (RFC 8314). */
const tlsPort = 465

export function notificationOf(written: WrittenNotification, homeRegion: string): Notification {
  const { tell } = written.value
  switch (written.kind) {
    case 'slack':
      return { kind: 'slack', webhook: written.value.webhook, tell }
    case 'webhook':
      return { kind: 'webhook', url: written.value.url, secret: written.value.secret, tell }
    case 'smtp': {
      const { host, port, security, user, password, from, to } = written.value
      const login = user && password ? { user: user.value, password: password.value } : undefined
      return { kind: 'smtp', host: host.value, port, security: security?.value ?? securityAt(port), login, from, to, tell }
    }
    case 'ses': {
      const { from, to, region } = written.value
      return { kind: 'ses', region: region?.value ?? homeRegion, from, to, tell }
    }
    case 'sns': {
      const topic = written.value.topic.value
      const region = topic.split(':')[3]
      assert(region, `${topic} was checked to be the ARN of a topic`)
      return { kind: 'sns', topic, region, tell }
    }
    case 'github': {
      const { repository, token, api, label } = written.value
      return { kind: 'github', repository, token, api: api.replace(/\/+$/, ''), label, tell }
    }
  }
}

function securityAt(port: number): 'tls' | 'starttls' {
  return port === tlsPort ? 'tls' : 'starttls'
}
