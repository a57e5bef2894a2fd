// A service on this machine that answers as a test says, and keeps what it was asked.

import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ServiceRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface ServiceReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface LoopbackService {
  readonly origin: string
  readonly asked: readonly ServiceRequest[]
  close(): Promise<void>
}

/** @param answer undefined: never answers. */
export async function startService(answer: (request: ServiceRequest) => ServiceReply | undefined): Promise<LoopbackService> {
  const asked: ServiceRequest[] = []
  const server = createServer(async (incoming, response) => {
    let body = ''
    for await (const chunk of incoming) body += chunk
    const request = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body }
    asked.push(request)
    const reply = answer(request)
    if (reply) response.writeHead(reply.status, reply.headers).end(reply.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
