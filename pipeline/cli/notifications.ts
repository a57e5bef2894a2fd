// Who tells people: the configuration's senders, or, where nothing is sent outside, whoever watches.

import { createCloud } from '../aws/index.ts'
import type { Config } from '../config/index.ts'
import { createNotifier, createPrinter, createSecrets, createSenders, createWebhookCaller } from '../notify/index.ts'
import type { CallWebhook, Clock, Notifier, Random } from '../ports/index.ts'
import { createHttpClient, createMailer } from '../system/index.ts'
import { takenRoles } from './role-access.ts'

export interface TellContext {
  readonly clock: Clock
  readonly random: Random
  /** A rehearsal sends nothing outside. */
  readonly rehearsal: boolean
  /** One line for who watches. */
  note(line: string): void
}

export function notifierOf(config: Config, { clock, random, rehearsal, note }: TellContext): Notifier {
  if (!rehearsal && config.notifications.length > 0) return createNotifier(sendersOf(config, { clock, random }), { clock, note })
  const asked = config.notifications.some(({ tell }) => tell === 'everything') ? 'everything' : 'action'
  return createPrinter(asked, note)
}

/** A message is not worth the minutes that a step of a release is tried for. */
const impatience = {
  backoff: { firstMs: 500, longestMs: 1_000, tries: 2 },
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 8_000, throwOnRequestTimeout: true },
}

export function sendersOf(config: Config, { clock, random }: Pick<TellContext, 'clock' | 'random'>) {
  const { organisation, images, notifications } = config
  const cloud = createCloud({ clock, random, sessionName: organisation, ...takenRoles(config), ...impatience })
  return createSenders(notifications, {
    http: createHttpClient(),
    mailer: createMailer(),
    cloud,
    images,
    secrets: createSecrets({ environment: process.env, at: cloud.at(images) }),
    organisation,
    wallNow: clock.wallNow,
  })
}

/** For hooks of rolls. A rehearsal calls nothing outside, and goes on as if it had. */
export function webhookCallerOf(config: Config, { clock, random, rehearsal }: Omit<TellContext, 'note'>): CallWebhook {
  if (rehearsal) return async () => ({ ok: true })
  const roles = takenRoles(config)
  const cloud = createCloud({ clock, random, sessionName: config.organisation, ...roles, ...impatience })
  const secrets = createSecrets({ environment: process.env, at: cloud.at(config.images) })
  return createWebhookCaller({ http: createHttpClient(), secrets, clock })
}
