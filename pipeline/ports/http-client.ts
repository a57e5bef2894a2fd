// Asking a service on the network: Slack, a webhook, GitHub.

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** May hold a secret: never part of a message. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Absent: the server must be vouched for by who vouches for everybody. */
  readonly trust?: HttpTrust
}

/** Who alone may vouch for a server, and who asks it; all as PEM. */
export interface HttpTrust {
  readonly authority: string
  readonly client?: { readonly certificate: string; readonly key: string }
}

export type HttpReply =
  /** Names of headers in small letters; of a body without end only its beginning. */
  | {
      readonly ok: true
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  /** No whole answer came in time; one sentence says why, without the address. */
  | { readonly ok: false; readonly message: string }

export interface HttpClient {
  /** Redirects are answers, not followed: what is sent is for one address. Never throws, also when the signal is aborted. */
  send(request: HttpRequest): Promise<HttpReply>
}
