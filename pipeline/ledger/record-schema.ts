// The shape of a record, checked on every reading: whoever can write to the store can write anything there.

import { z } from 'zod'
import type { LedgerEvent } from '../release/index.ts'
import { eventSchema } from './event-schema.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)

export const recordSchema = z.strictObject({
  sequence: z.int().positive(),
  at: z.iso.datetime(),
  wallAt: z.iso.datetime(),
  runner: z.string(),
  release: z.string(),
  event: eventSchema,
  previousHash: hash,
  hash,
}) satisfies z.ZodType<Stored<LedgerEvent>>

/** What is wrong with the first member that is; undefined when it is a record. */
export function explainRecord(value: unknown): string | undefined {
  const checked = recordSchema.safeParse(value)
  if (checked.success) return undefined
  const [issue] = checked.error.issues
  return issue ? `${issue.path.map(String).join('.') || 'record'}: ${issue.message}` : 'record'
}

/** A type as JSON holds it: a member that may be undefined may be absent. */
export type Stored<T> = T extends string | number | boolean | null
  ? T
  : T extends readonly unknown[]
    ? { readonly [K in keyof T]: Stored<T[K]> }
    : { readonly [K in keyof T as undefined extends T[K] ? never : K]: Stored<T[K]> } & {
        readonly [K in keyof T as undefined extends T[K] ? K : never]?: Stored<Exclude<T[K], undefined>>
      }
