// Asking a machine over HTTP, as a load balancer's health check would.

export type HttpAnswer =
  | { readonly ok: true; readonly status: number }
  /** No whole answer came in time; one sentence says why. */
  | { readonly ok: false; readonly message: string }

export interface HttpProbe {
  /** One GET; redirects are answers, not followed. Never throws but for an aborted signal. */
  get(url: string, options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<HttpAnswer>
}
