// What a key's policy, as AWS gives it back, says of one role.

import { z } from 'zod'

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())])
const statement = z.object({
  Effect: z.string(),
  /** Without it there is a `NotPrincipal`, which is taken for everyone. */
  Principal: z.union([z.literal('*'), z.object({ AWS: z.optional(oneOrMore) })]).optional(),
  /** Without it there is a `NotAction`, which is taken for everything. */
  Action: z.optional(oneOrMore).transform((actions) => actions ?? ['*']),
})
const document = z.object({ Statement: z.union([z.array(statement), statement.transform((one) => [one])]) })

/**
 * Whether statements that name the role itself allow it all of those operations. Conditions are taken as met and denials are not
 * looked at: it is asked in order to refuse, and only what no statement allows is surely refused by KMS.
 */
export function namesRole(policy: string, role: string, operations: readonly string[]): boolean {
  const read = document.safeParse(parsed(policy))
  if (!read.success) return false
  const allowed = read.data.Statement.filter(({ Effect }) => Effect === 'Allow')
    .filter(({ Principal = '*' }) => Principal === '*' || [role, '*'].some((name) => Principal.AWS?.includes(name)))
    .flatMap(({ Action }) => Action)
  return operations.every((operation) => allowed.some((pattern) => matches(pattern, `kms:${operation}`)))
}

function parsed(policy: string): unknown {
  try {
    return JSON.parse(policy)
  } catch {
    return undefined
  }
}

/** Actions are not told apart by case; `*` stands for anything, `?` for one character. */
function matches(pattern: string, action: string): boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i').test(action)
}
