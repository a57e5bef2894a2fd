// Carries HTTP requests from machines to the metadata service's answers.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock, Random } from '../../ports/index.ts'
import type { GuestPeer } from '../machines/types.ts'
import { answerMetadata } from './answer.ts'
import type { MetadataSource } from './facts.ts'

export interface MetadataOptions {
  readonly source: MetadataSource
  readonly clock: Clock
  readonly random: Random
}

export type GuestHandler = (request: IncomingMessage, response: ServerResponse, peer: GuestPeer) => Promise<void>

/** Token lifetimes are wall time: the machine's own clock is. */
export function createMetadataHandler({ source, clock, random }: MetadataOptions): GuestHandler {
  const secret = random.hex(64)
  return async (request, response, peer) => {
    request.resume()
    const facts = await source.instanceAt(peer.address)
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, [value].flat()[0]]))
    const asked = { method: request.method ?? 'GET', path: request.url ?? '/', headers }
    const answer = answerMetadata(asked, facts, { secret, nowMs: clock.wallNow() })
    response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) })
    response.end(request.method === 'HEAD' ? undefined : answer.body)
  }
}
