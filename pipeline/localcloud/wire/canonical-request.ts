// What Signature Version 4 signs, and the signature of it [doc: create-signed-request].

import { createHmac } from 'node:crypto'
import { sha256 } from '../../kernel/index.ts'
import type { WireRequest } from './request.ts'

/** What a request says it was signed with: `yyyymmddThhmmssZ`, what it is for, and which of its headers, in their order. */
export interface Signing {
  readonly signedAt: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
}

/** The signature of a request whose body has that digest. `secret` is one object as long as it is one secret: its keys are kept by it. */
export function signatureOf(
  request: WireRequest,
  bodyDigest: string,
  signing: Signing,
  secret: { readonly secretAccessKey: string },
): Buffer {
  const scope = `${signing.signedAt.slice(0, 8)}/${signing.region}/${signing.service}/aws4_request`
  const digest = sha256(canonicalRequest(request, signing.signedHeaders, bodyDigest))
  return hmac(signingKey(secret, scope), `AWS4-HMAC-SHA256\n${signing.signedAt}\n${scope}\n${digest}`)
}

function canonicalRequest({ method, path, query, headers }: WireRequest, signed: readonly string[], bodyDigest: string): string {
  let lines = ''
  for (const name of signed) lines += `${name}:${trimmed(headers[name] ?? '')}\n`
  return `${method}\n${canonicalPath(path)}\n${canonicalQuery(query)}\n${lines}\n${signed.join(';')}\n${bodyDigest}`
}

function trimmed(value: string): string {
  // Hardly any header has more than single spaces, within.
  if (!/^[ ]|[ ]$|[ ]{2}|[\t\r\n]/.test(value)) return value
  return value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '')
}

/** Normalised, and encoded once more: it came encoded. */
function canonicalPath(path: string): string {
  if (path === '/') return path
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(encoded(segment))
  }
  const isFolder = segments.length > 0 && path.endsWith('/')
  return `${path.startsWith('/') ? '/' : ''}${segments.join('/')}${isFolder ? '/' : ''}`
}

/** By name, and the values of one name by themselves. */
function canonicalQuery(query: URLSearchParams): string {
  if (query.size === 0) return ''
  const pairs = [...query].map(([name, value]) => [encoded(name), encoded(value)] as const)
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  pairs.sort(([name, value], [otherName, otherValue]) => order(name, otherName) || order(value, otherValue))
  return pairs.map((pair) => pair.join('=')).join('&')
}

/** "URI encode every byte except the unreserved characters". */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Of one day, region and service; a secret that asks for more than these begins anew. */
const mostKeys = 64

const keysOf = new WeakMap<object, Map<string, Buffer>>()

function signingKey(secret: { readonly secretAccessKey: string }, scope: string): Buffer {
  const keys = keysOf.get(secret) ?? new Map<string, Buffer>()
  keysOf.set(secret, keys)
  const known = keys.get(scope)
  if (known !== undefined) return known
  let key: string | Buffer = `AWS4${secret.secretAccessKey}`
  for (const part of scope.split('/')) key = hmac(key, part)
  if (keys.size >= mostKeys) keys.clear()
  keys.set(scope, key as Buffer)
  return key as Buffer
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
