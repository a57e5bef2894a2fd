// Handing a letter to a mail server.

export interface MailServer {
  readonly host: string
  readonly port: number
  /** `tls`: from the first byte; `starttls`: before anything is said; `none`: for a server on this machine only. */
  readonly security: 'tls' | 'starttls' | 'none'
  readonly login: { readonly user: string; readonly password: string } | undefined
}

export interface Letter {
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  /** Without the angle brackets. */
  readonly messageId: string
  /** The Message-ID of what this belongs to. */
  readonly thread: string
}

export type MailOutcome =
  | { readonly ok: true }
  /** `mayPass`: the server did not say no for good. */
  | { readonly ok: false; readonly message: string; readonly mayPass: boolean }

export interface Mailer {
  /** Never throws, also when the signal is aborted. */
  send(
    server: MailServer,
    letter: Letter,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<MailOutcome>
}
