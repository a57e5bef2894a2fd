// One line of a trace: a call of AWS with nothing left in it that belongs to anybody.

import { z } from 'zod'
import { type Json, parsedJson } from '../kernel/index.ts'

/** What a thing said of its own state: `InstanceRefreshes[].Status` of `instancerefresh-1` was `Pending`. */
const stateSchema = z.strictObject({ thing: z.string(), member: z.string(), value: z.string() })

const tracedSchema = z.strictObject({
  service: z.string(),
  action: z.string(),
  /** As they were given, every value of the account's own replaced. */
  parameters: z.json(),
  /** By the path of each member (`Images[].State`): its types, and of an enumerated one its values, as `=available`. */
  answer: z.record(z.string(), z.array(z.string())),
  states: z.array(stateSchema),
  errorCode: z.exactOptional(z.string()),
  status: z.exactOptional(z.int()),
  took: z.enum(['under 0.1 s', 'under 1 s', 'under 10 s', 'longer']),
})

export interface StateSeen {
  readonly thing: string
  readonly member: string
  readonly value: string
}

export interface TracedCall {
  readonly service: string
  readonly action: string
  readonly parameters: Json
  readonly answer: Readonly<Record<string, readonly string[]>>
  readonly states: readonly StateSeen[]
  readonly errorCode?: string
  readonly status?: number
  readonly took: z.infer<typeof tracedSchema>['took']
}

/** One call a line; a line that is none (the last of a killed run is cut) is counted and left out. */
export function readTrace(text: string): { readonly calls: readonly TracedCall[]; readonly unreadable: number } {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const calls = lines.flatMap((line) => {
    const parsed = tracedSchema.safeParse(parsedJson(line))
    return parsed.success ? [parsed.data as TracedCall] : []
  })
  return { calls, unreadable: lines.length - calls.length }
}
