// Requests to services by Node's own fetch.

import type { HttpClient, HttpReply, HttpRequest } from '../ports/index.ts'
import { reasonOf } from './fetch-failure.ts'
import { type Answered, sendTrusting } from './trusting-request.ts'

/** What drover reads is far smaller; what is larger is no answer to it. */
const longestBody = 4 << 20

export function createHttpClient(): HttpClient {
  return {
    send: async (request): Promise<HttpReply> => {
      const { timeoutMs, signal, trust } = request
      const timeout = AbortSignal.timeout(timeoutMs)
      const ending = AbortSignal.any([timeout, signal])
      try {
        const response = await (trust ? sendTrusting(request, trust, ending) : fetched(request, ending))
        const read = await beginningOf(response)
        return { ok: true, status: response.status, headers: Object.fromEntries(response.headers), body: read }
      } catch (error) {
        if (timeout.aborted) return { ok: false, message: `no answer within ${timeoutMs} ms` }
        return { ok: false, message: signal.aborted ? 'it was given up' : reasonOf(error) }
      }
    },
  }
}

function fetched({ method, url, headers, body }: HttpRequest, signal: AbortSignal): Promise<Response> {
  return fetch(url, { method, headers, redirect: 'manual', signal, ...(body === undefined ? {} : { body }) })
}

async function beginningOf({ body }: Pick<Answered, 'body'>): Promise<string> {
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
