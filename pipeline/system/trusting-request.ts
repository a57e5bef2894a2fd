// Requests to a server that an authority of its own vouches for, which fetch can't be told.

import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { HttpRequest, HttpTrust } from '../ports/index.ts'

export interface Answered {
  readonly status: number
  readonly headers: Iterable<readonly [string, string]>
  readonly body: AsyncIterable<Uint8Array> | null
}

/** Rejects when there is no answer; `ending` ends it, the body's reading included. */
export function sendTrusting(sent: HttpRequest, trust: HttpTrust, ending: AbortSignal): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { method, url, headers, body } = sent
    const { authority: ca, client } = trust
    const identity = client && { cert: client.certificate, key: client.key }
    const asking = request(url, { method, headers, ca, ...identity, agent: false, signal: ending })
    asking.on('error', reject)
    asking.on('response', (answer) => resolve(answered(answer)))
    asking.end(body)
  })
}

function answered(answer: IncomingMessage): Answered {
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')] as const)
  return { status: answer.statusCode ?? 0, headers, body: answer }
}
