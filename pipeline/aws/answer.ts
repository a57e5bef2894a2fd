// AWS's answers are taken on trust nowhere: what drover relies on is checked here before it goes any further.

import type { CloudOutcome, Tags } from '../ports/index.ts'
import { CallFailed } from './failure.ts'

export function text(value: string | undefined, what: string): string {
  if (value === undefined || value === '') throw unexpected(`no ${what}`)
  return value
}

/** A resource ID with that prefix: `resourceId('ami', …)` takes `ami-0123456789abcdef0`. */
export function resourceId(prefix: string, value: string | undefined): string {
  const id = text(value, `${prefix} ID`)
  if (!new RegExp(`^${prefix}-[0-9a-f]{8,32}$`).test(id)) throw unexpected(`“${id}” as ${prefix} ID`)
  return id
}

export function wholeNumber(value: number | undefined, what: string): number {
  if (value === undefined || !Number.isSafeInteger(value) || value < 0) throw unexpected(`${value} as ${what}`)
  return value
}

export function oneOf<Member extends string>(value: string | undefined, members: readonly Member[], what: string): Member {
  const member = members.find((candidate) => candidate === value)
  if (member === undefined) throw unexpected(`“${value}” as ${what}`)
  return member
}

/** The only element: an answer about one thing that holds none, or another, is not an answer. */
export function only<Item>(items: readonly Item[] | undefined, what: string): Item {
  const [first, ...rest] = items ?? []
  if (first === undefined || rest.length > 0) throw unexpected(`${items?.length ?? 0} of ${what} where one was asked for`)
  return first
}

/** ISO 8601 of a time that the SDK has parsed. */
export function instant(value: Date | undefined, what: string): string {
  if (value === undefined || Number.isNaN(value.getTime())) throw unexpected(`no ${what}`)
  return value.toISOString()
}

export function tagsOf(
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Tags {
  return Object.fromEntries((list ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? '']])))
}

/** The member, if there is a value: an absent member is left out rather than set to undefined. */
export function optional<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value }
}

/** Runs a verb and gives its failure back as a value. Anything but a CallFailed is our bug and flies on. */
export async function outcomeOf<Value>(verb: () => Promise<Value>): Promise<CloudOutcome<Value>> {
  try {
    return { ok: true, value: await verb() }
  } catch (error) {
    if (error instanceof CallFailed) return error.failure
    throw error
  }
}

function unexpected(what: string): CallFailed {
  return new CallFailed({ ok: false, kind: 'unavailable', code: 'UnexpectedAnswer', message: `AWS answered with ${what}` })
}
