// Digests over canonical JSON, so that the same value has the same digest on every machine.

import { createHash, hash } from 'node:crypto'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

/** JSON with keys sorted by code unit and no white space; undefined members are left out (RFC 8785 for the values drover uses). */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonicalJson).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined)
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member as Json)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

/** Lower-case hex SHA-256 of bytes or of a UTF-8 string. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex')
}

/** Passes the pieces on; `refuse` is called behind the last one, unless they have that SHA-256. */
export async function* provenPieces(
  pieces: AsyncIterable<Uint8Array>,
  expected: string,
  refuse: () => void,
): AsyncGenerator<Uint8Array, void> {
  const seen = createHash('sha256')
  for await (const piece of pieces) {
    seen.update(piece)
    yield piece
  }
  if (seen.digest('hex') !== expected) refuse()
}

export function digestOf(value: Json): string {
  return sha256(canonicalJson(value))
}
