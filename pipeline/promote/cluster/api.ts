// A cluster's API: asked again while it does not answer, and read only in the shapes that are expected.

import type { z } from 'zod'
import type { Clock, CloudOutcome, HttpClient, HttpReply, HttpTrust } from '../../ports/index.ts'
import { oneLine, pageShape, statusShape } from './shapes.ts'

/** How a cluster is reached at this moment: a token may be another one at the next. */
export interface ClusterAccess {
  /** `https://…`, without a slash at its end. */
  readonly server: string
  readonly trust: HttpTrust
  readonly token?: string
}

export interface ClusterAt {
  readonly http: HttpClient
  readonly clock: Clock
  readonly signal: AbortSignal
  /** @param anew the token of before was refused. */
  readonly access: (anew: boolean) => Promise<CloudOutcome<ClusterAccess>>
  /** On the clock: until then what may pass is asked again. */
  readonly deadline: number
}

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly status?: number; readonly message: string }

export interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: unknown
}

const requestTimeoutMs = 30_000
const pauseMs = 5_000
/** A server may ask for more patience than this; the deadline still ends it. */
const longestPauseMs = 60_000
const pageSize = 100
/** With that many in a page, more than any cluster has nodes. */
const mostPages = 200

/** One answer of that shape. */
export async function ask<Shape extends z.ZodType>(
  at: ClusterAt,
  question: Question,
  shape: Shape,
): Promise<Answer<z.infer<Shape>>> {
  let anew = false
  for (;;) {
    const access = await at.access(anew)
    at.signal.throwIfAborted()
    if (!access.ok) return { ok: false, message: access.message }
    const reply = await send(at, access.value, question)
    at.signal.throwIfAborted()
    const answer = read(reply, question, shape)
    const isExpired: boolean = reply.ok && reply.status === 401 && !anew
    if (answer.ok || (!isExpired && (!mayPass(reply) || at.clock.now() >= at.deadline))) return answer
    anew = isExpired
    if (!isExpired) await at.clock.pause(pauseAfter(reply), at.signal)
  }
}

/** All pages of a list. */
export async function list<Shape extends z.ZodType>(
  at: ClusterAt,
  path: string,
  query: Readonly<Record<string, string>>,
  item: Shape,
): Promise<Answer<readonly z.infer<Shape>[]>> {
  const items: z.infer<Shape>[] = []
  let next = ''
  for (let page = 0; page < mostPages; page++) {
    const words = new URLSearchParams({ ...query, limit: String(pageSize), ...(next === '' ? {} : { continue: next }) })
    const answer = await ask(at, { method: 'GET', path: `${path}?${words}` }, pageShape(item, pageSize))
    if (!answer.ok) return answer
    items.push(...(answer.value.items ?? []))
    next = answer.value.metadata?.continue ?? ''
    if (next === '') return { ok: true, value: items }
  }
  return { ok: false, message: `GET ${path}: the list has no end` }
}

function send(
  { http, signal }: ClusterAt,
  { server, trust, token }: ClusterAccess,
  { method, path, body }: Question,
): Promise<HttpReply> {
  const headers = {
    accept: 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  return http.send({ method, url: `${server}${path}`, headers, ...sent, timeoutMs: requestTimeoutMs, signal, trust })
}

function read<Shape extends z.ZodType>(reply: HttpReply, { method, path }: Question, shape: Shape): Answer<z.infer<Shape>> {
  const [asked] = `${method} ${path}`.split('?')
  if (!reply.ok) return { ok: false, message: `${asked}: the API server gives no answer: ${oneLine(reply.message)}` }
  const { status, body } = reply
  const json = parsed(body)
  if (status < 200 || status > 299) {
    const { data: refusal } = statusShape.safeParse(json)
    const words = refusal?.message ? `${status}, ${refusal.message}` : `${status}`
    const hint = status === 403 ? ' (are the rights of docs/kubernetes.md bound to whom drover is there?)' : ''
    return { ok: false, status, message: `${asked}: the API server answers ${words}${hint}` }
  }
  if (json === undefined) {
    return {
      ok: false,
      message: `${asked}: the API server answers ${body.length} characters that are no JSON, or more than is read`,
    }
  }
  const value = shape.safeParse(json)
  if (value.success) return { ok: true, value: value.data }
  const [issue] = value.error.issues
  const where = oneLine((issue?.path ?? []).map(String).join('.'))
  return {
    ok: false,
    message: `${asked}: the API server answers what drover does not read: ${where}: ${oneLine(issue?.message ?? '')}`,
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** No answer, too many questions, or the server's own fault; the kinds of trouble a control plane has while it is replaced. */
function mayPass(reply: HttpReply): boolean {
  return !reply.ok || reply.status === 429 || reply.status >= 500
}

function pauseAfter(reply: HttpReply): number {
  const seconds = reply.ok ? Number(reply.headers['retry-after']) : 0
  return seconds > 0 ? Math.min(seconds * 1_000, longestPauseMs) : pauseMs
}
