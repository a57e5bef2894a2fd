// What a sender is: one way to tell people, which may be down.

import type { Notification } from '../config/index.ts'
import type { Cloud, HttpClient, Mailer, Message, Place } from '../ports/index.ts'
import type { Delivery } from './delivery.ts'
import type { Secrets } from './secrets.ts'

export interface Sender {
  /** As its owner knows it, without a secret: `smtp to images@acme.example`. */
  readonly name: string
  wants(message: Message): boolean
  deliver(message: Message, limits: DeliveryLimits): Promise<Delivery>
}

export interface DeliveryLimits {
  /** Of one answer. */
  readonly timeoutMs: number
  /** Aborted when the message is given up. */
  readonly signal: AbortSignal
}

/** What senders send through. */
export interface SenderPorts {
  readonly http: HttpClient
  readonly mailer: Mailer
  readonly cloud: Cloud
  /** Whose role SNS and SES are spoken to with. */
  readonly images: Place
  readonly secrets: Secrets
  readonly organisation: string
  wallNow(): number
}

export type NotificationOf<Kind extends Notification['kind']> = Extract<Notification, { readonly kind: Kind }>

/** Makes the way to send of one notification of the configuration. */
export type SenderOf<Kind extends Notification['kind']> = (notification: NotificationOf<Kind>, ports: SenderPorts) => Sender

/** Whether whoever asked for no more than what must be acted on is told. */
export function tells({ tell }: Pick<Notification, 'tell'>, { level }: Message): boolean {
  return tell === 'everything' || level === 'failure' || level === 'action'
}
