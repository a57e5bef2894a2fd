// Hands a request of the SDK to the cloud's own handler, without a socket.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { LocalCloud } from '../../pipeline/localcloud/index.ts'
import type { Answer } from './wire/sdk-client.ts'

export function answerTo(cloud: LocalCloud): Answer {
  return ({ method, path, query, headers, body }) =>
    new Promise((resolve, reject) => {
      const url = query.size === 0 ? path : `${path}?${query}`
      const request = Object.assign(Readable.from([Buffer.from(body)]), { method, url, headers })
      let head = { status: 0, headers: {} as Record<string, string> }
      const response = {
        writeHead(status: number, given: Record<string, unknown>) {
          head = { status, headers: Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)])) }
        },
        end: (answer: string | Uint8Array) => resolve({ ...head, body: answer }),
      }
      cloud.handle(request as unknown as IncomingMessage, response as unknown as ServerResponse, 'host').catch(reject)
    })
}
