// Pages of a long list: a token says where the next one begins.

import { ApiFault } from '../wire/fault.ts'

export interface Page<Row> {
  readonly rows: readonly Row[]
  /** Undefined on the last page. */
  readonly nextToken: string | undefined
}

export interface PageRequest {
  readonly size: number | undefined
  readonly token: string | undefined
  /** The largest page, and the one given when no size is asked. */
  readonly largest: number
  /** The service's code for a token it never gave. */
  readonly badToken: string
}

/** "You cannot specify this parameter and the instance IDs parameter in the same request" [doc: Query-Requests]; `set` is EC2's name for the IDs. */
export function refuseSizeBesideIds(size: number | undefined, ids: readonly string[] | undefined, set: string): void {
  if (size === undefined || !ids?.length) return
  throw new ApiFault('InvalidParameterCombination', `The parameter ${set} cannot be used with the parameter maxResults`)
}

/** Rows must come in a stable order: the token holds the key of the last row given, so that rows that come or go between do not shift it. */
export function pageOf<Row>(rows: readonly Row[], keyOf: (row: Row) => string, request: PageRequest): Page<Row> {
  const start = request.token === undefined ? 0 : startAfter(rows, keyOf, request.token, request.badToken)
  const end = start + Math.min(request.size ?? request.largest, request.largest)
  const page = rows.slice(start, end)
  const last = page.at(-1)
  return { rows: page, nextToken: end < rows.length && last !== undefined ? tokenOf(keyOf(last), end) : undefined }
}

function tokenOf(key: string, position: number): string {
  return Buffer.from(JSON.stringify([key, position])).toString('base64url')
}

/** After the row of that key, or where it stood when it is gone. */
function startAfter<Row>(rows: readonly Row[], keyOf: (row: Row) => string, token: string, badToken: string): number {
  const [key, position] = parsed(token, badToken)
  const there = rows[position - 1]
  if (there !== undefined && keyOf(there) === key) return position
  const index = rows.findIndex((row) => keyOf(row) === key)
  return index === -1 ? Math.max(0, position - 1) : index + 1
}

function parsed(token: string, badToken: string): [string, number] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    if (Array.isArray(value) && typeof value[0] === 'string' && Number.isSafeInteger(value[1])) return [value[0], value[1]]
  } catch {
    // Fall through: whatever it was, it was not one of ours.
  }
  throw new ApiFault(badToken, 'The token is not valid.')
}
