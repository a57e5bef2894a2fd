// AWS as a request handler in this process: the SDK serialises and parses for real, no socket is opened.

import { Readable } from 'node:stream'
import { HttpResponse } from '@smithy/core/protocols'
import { type CloudOptions, createCloud } from '../../pipeline/aws/index.ts'
import type { Clock, Cloud, Place } from '../../pipeline/ports/index.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'

/** What AWS was asked: the action, its parameters as they went over the wire, and who signed it. */
export interface Asked {
  readonly action: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly accessKeyId: string
}

/** XML of the result (query protocols), a value (JSON protocols), a fault, or a network error. */
export type Answer = string | object | Fault | Error

export class Fault {
  readonly status: number
  readonly code: string
  readonly message: string

  constructor(status: number, code: string, message = 'it was not to be') {
    this.status = status
    this.code = code
    this.message = message
  }
}

export interface StubAws {
  readonly cloud: Cloud
  readonly clock: VirtualClock
  readonly asked: readonly Asked[]
  /** Milliseconds of every pause. */
  readonly pauses: readonly number[]
}

export const place: Place = { account: '222222222222', region: 'eu-west-1' }
export const roled: Place = { ...place, role: 'arn:aws:iam::222222222222:role/drover-promote' }

/** Answers each action from its list, the last one for ever. */
export function stubAws(answers: Readonly<Record<string, readonly Answer[]>>, options: Partial<CloudOptions> = {}): StubAws {
  const asked: Asked[] = []
  const pauses: number[] = []
  const clock = createVirtualClock()
  const watched: Clock = {
    ...clock,
    pause: (pauseMs, signal) => {
      pauses.push(pauseMs)
      return clock.pause(pauseMs, signal)
    },
  }
  const counts = new Map<string, number>()
  const handle = async (request: WireRequest) => {
    const one = read(request)
    asked.push(one)
    const list = answers[one.action] ?? []
    const count = counts.get(one.action) ?? 0
    counts.set(one.action, count + 1)
    const answer = list[Math.min(count, list.length - 1)] ?? new Fault(400, 'InvalidAction', `nobody expected ${one.action}`)
    if (answer instanceof Error) throw answer
    return { response: respond(answer, one.action, request.headers['x-amz-target'] !== undefined) }
  }
  const cloud = createCloud({
    clock: watched,
    random: createSeededRandom(1),
    credentials: async () => ({ accessKeyId: 'RUNNER', secretAccessKey: 'secret' }),
    sessionName: 'web-2026.47.1',
    requestHandler: { handle, metadata: { handlerProtocol: 'http/1.1' } } as CloudOptions['requestHandler'],
    ...options,
  })
  return { cloud, clock, asked, pauses }
}

interface WireRequest {
  readonly method?: string
  readonly path?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

function read({ headers, body, method, path }: WireRequest): Asked {
  const accessKeyId = /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1] ?? ''
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body ?? new Uint8Array())
  const target = headers['x-amz-target']
  if (target !== undefined) return { action: target.split('.')[1] ?? '', parameters: JSON.parse(text), accessKeyId }
  const { Action = '', Version: _, ...parameters } = Object.fromEntries(new URLSearchParams(text))
  // A REST protocol says what it wants by its path.
  if (Action === '') return { action: `${method} ${path}`, parameters: text === '' ? {} : JSON.parse(text), accessKeyId }
  return { action: Action, parameters, accessKeyId }
}

function respond(answer: string | object | Fault, action: string, inJson: boolean): HttpResponse {
  if (answer instanceof Fault && inJson) {
    return response(answer.status, JSON.stringify({ __type: answer.code, message: answer.message }), 'application/x-amz-json-1.1')
  }
  if (answer instanceof Fault) return response(answer.status, faultXml(answer), 'text/xml')
  if (typeof answer !== 'string') return response(200, JSON.stringify(answer), 'application/x-amz-json-1.1')
  return response(200, answer.startsWith('<') || answer === '' ? resultXml(answer, action) : answer, 'text/xml')
}

/** Both query protocols at once: EC2 reads the response's own members, the others those of its result. */
function resultXml(inner: string, action: string): string {
  return `<${action}Response>${inner}<${action}Result>${inner}</${action}Result></${action}Response>`
}

function faultXml({ code, message }: Fault): string {
  const error = `<Code>${code}</Code><Message>${message}</Message>`
  return `<Response><Errors><Error>${error}</Error></Errors><Error>${error}</Error><RequestID>r-1</RequestID></Response>`
}

function response(statusCode: number, body: string, type: string): HttpResponse {
  return new HttpResponse({
    statusCode,
    headers: { 'content-type': type, 'x-amzn-requestid': 'request-1' },
    body: Readable.from([Buffer.from(body)]),
  })
}

/** STS's answer: a session that ends at that instant (milliseconds since the epoch). */
export function session(name: string, endsAt: number): string {
  const parts = `<AccessKeyId>${name}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token-${name}</SessionToken>`
  return `<Credentials>${parts}<Expiration>${new Date(endsAt).toISOString()}</Expiration></Credentials>`
}
