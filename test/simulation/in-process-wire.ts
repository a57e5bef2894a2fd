// The way from the SDK to the local cloud without a socket: a request handler in this process, in no time.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { HttpResponse } from '@smithy/core/protocols'
import type { CloudOptions } from '../../pipeline/aws/index.ts'
import type { LocalCloud } from '../../pipeline/localcloud/index.ts'
import type { VirtualClock } from '../support/virtual-clock.ts'

export interface WireRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly action: string
}

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export type Ask = (request: WireRequest) => Promise<WireAnswer>

/** What the SDK hands its requests to. */
export function requestHandler(ask: Ask): CloudOptions['requestHandler'] {
  const handle = async (request: SdkRequest) => {
    const { status, headers, body } = await ask(wireRequest(request))
    return { response: new HttpResponse({ statusCode: status, headers, body: Readable.from([bytesOf(body)]) }) }
  }
  return { handle, metadata: { handlerProtocol: 'http/1.1' } } as unknown as CloudOptions['requestHandler']
}

/** Time stands still while it is answered. */
export function held(clock: Pick<VirtualClock, 'hold'>, ask: Ask): Ask {
  return (request) => clock.hold(() => ask(request))
}

function bytesOf(body: string | Uint8Array): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}

interface SdkRequest {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

function wireRequest({ method, path, query, headers, body }: SdkRequest): WireRequest {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const search = new URLSearchParams(query).toString()
  const target = headers['x-amz-target']
  const action = target?.split('.')[1] ?? new URLSearchParams(text).get('Action') ?? path.split('/').at(-1) ?? ''
  const lowered = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return { method, url: search === '' ? path : `${path}?${search}`, headers: lowered, body: text, action }
}

export async function askLocally(local: LocalCloud, { method, url, headers, body }: WireRequest): Promise<WireAnswer> {
  const incoming = Object.assign(Readable.from([Buffer.from(body)]), { method, url, headers })
  return new Promise((resolve, reject) => {
    let head = { status: 0, headers: {} as Record<string, string> }
    const outgoing = {
      writeHead: (status: number, headers: Record<string, unknown>) => {
        head = { status, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])) }
      },
      end: (answer: string | Uint8Array) => resolve({ ...head, body: answer }),
    }
    local.handle(incoming as unknown as IncomingMessage, outgoing as unknown as ServerResponse, 'host').catch(reject)
  })
}
