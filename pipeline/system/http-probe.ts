// HTTP probes by Node's own fetch.

import type { HttpProbe } from '../ports/index.ts'
import { reasonOf } from './fetch-failure.ts'

export function createHttpProbe(): HttpProbe {
  return {
    get: async (url, { timeoutMs, signal }) => {
      const timeout = AbortSignal.timeout(timeoutMs)
      try {
        const response = await fetch(url, {
          redirect: 'manual',
          signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
        })
        await response.body?.cancel()
        return { ok: true, status: response.status }
      } catch (error) {
        signal?.throwIfAborted()
        if (timeout.aborted) return { ok: false, message: `no answer within ${timeoutMs} ms` }
        return { ok: false, message: reasonOf(error) }
      }
    },
  }
}
