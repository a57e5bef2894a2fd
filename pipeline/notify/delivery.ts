// What became of a message.

export type Delivery =
  | { readonly ok: true }
  | {
      readonly ok: false
      /** One sentence, without a secret. */
      readonly message: string
      /** Whether the same may go through later. */
      readonly mayPass: boolean
      /** What the service asked for: not before. */
      readonly retryAfterMs?: number
    }

export type Undelivered = Extract<Delivery, { readonly ok: false }>

export function undelivered(message: string, mayPass: boolean, retryAfterMs?: number): Undelivered {
  return { ok: false, message, mayPass, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}
