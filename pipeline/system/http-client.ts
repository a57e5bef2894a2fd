// Requests to services by Node's own fetch.

import type { HttpClient, HttpReply } from '../ports/index.ts'
import { reasonOf } from './fetch-failure.ts'

/** What drover reads is far smaller; what is larger is no answer to it. */
const longestBody = 4 << 20

export function createHttpClient(): HttpClient {
  return {
    send: async ({ method, url, headers, body, timeoutMs, signal }): Promise<HttpReply> => {
      const timeout = AbortSignal.timeout(timeoutMs)
      try {
        const response = await fetch(url, {
          method,
          headers,
          redirect: 'manual',
          signal: AbortSignal.any([timeout, signal]),
          ...(body === undefined ? {} : { body }),
        })
        const read = await beginningOf(response)
        return { ok: true, status: response.status, headers: Object.fromEntries(response.headers), body: read }
      } catch (error) {
        if (timeout.aborted) return { ok: false, message: `no answer within ${timeoutMs} ms` }
        return { ok: false, message: signal.aborted ? 'it was given up' : reasonOf(error) }
      }
    },
  }
}

async function beginningOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop early cancels the rest.
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= longestBody) break
  }
  return Buffer.concat(chunks).subarray(0, longestBody).toString('utf8')
}
