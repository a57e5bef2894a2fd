// Calling a webhook of the user's, signed so that it knows who calls.

/** Where a secret is: the runner's environment, or a parameter of the images' account. */
interface SecretPlace {
  readonly kind: 'environment' | 'parameter'
  readonly name: string
}

export interface WebhookCall {
  readonly url: string | SecretPlace
  readonly secret: SecretPlace
  /** The same for every repeat of the same call: the receiver may drop what it has had already. */
  readonly id: string
  /** Sent as JSON. */
  readonly body: unknown
  /** Of each try; what may pass is tried once more. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** One sentence says why it was not taken, without a secret. Never throws but for an aborted signal. */
export type CallWebhook = (call: WebhookCall) => Promise<{ readonly ok: true } | { readonly ok: false; readonly message: string }>
