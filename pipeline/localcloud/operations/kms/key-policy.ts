// Who may do what with a key: its policy's statements, and its grants.

import { z } from 'zod'
import { parsedJson } from '../../../kernel/index.ts'
import type { KmsKey } from '../../store/kms-key.ts'
import { patternOf } from '../filters.ts'

/** Who asks, as GetCallerIdentity names him; a service-linked role by the ARN of the role. */
export interface KeyUser {
  readonly account: string
  readonly arn: string
}

/** The service that asks on the user's behalf, such as `ec2`. */
export interface Circumstances {
  readonly via?: string
}

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat())

const policySchema = z.strictObject({
  Version: z.string().optional(),
  Id: z.string().optional(),
  Statement: z
    .union([z.array(z.unknown()), z.record(z.string(), z.unknown())])
    .transform((value) => [value].flat())
    .pipe(
      z.array(
        z.strictObject({
          Sid: z.string().optional(),
          Effect: z.enum(['Allow', 'Deny']),
          Principal: z.union([z.literal('*'), z.record(z.string(), oneOrMore)]),
          Action: oneOrMore,
          Resource: oneOrMore,
          Condition: z.record(z.string(), z.record(z.string(), oneOrMore)).optional(),
        }),
      ),
    ),
})

type Statement = z.output<typeof policySchema>['Statement'][number]

/** The statements of a policy; undefined when it is none. */
export function statementsOf(policy: string): readonly Statement[] | undefined {
  const parsed = policySchema.safeParse(parsedJson(policy))
  return parsed.success ? parsed.data.Statement : undefined
}

/** The first condition of a policy that this cloud cannot judge: its operator and key. */
export function strangeCondition(statements: readonly Statement[]): string | undefined {
  for (const { Condition: condition = {} } of statements) {
    for (const [operator, keys] of Object.entries(condition)) {
      const strange = Object.keys(keys).find((key) => !operators.has(operator) || !conditionKeys.has(key))
      if (strange !== undefined) return `${operator} ${strange}`
    }
  }
  return undefined
}

/** All of those operations (without `kms:`), by key policy or by grants, unless the policy denies one. */
export function mayUse(key: KmsKey, user: KeyUser, operations: readonly string[], circumstances: Circumstances = {}): boolean {
  const statements = statementsOf(key.policy) ?? []
  const granted = grantedOperations(key, user)
  return operations.every((operation) => {
    const applying = statements.filter((one) => applies(one, key, user, operation, circumstances))
    if (applying.some(({ Effect }) => Effect === 'Deny')) return false
    return applying.length > 0 || granted.has(operation)
  })
}

/** What grants alone let a user do. */
export function grantedOperations(key: KmsKey, user: KeyUser): ReadonlySet<string> {
  return new Set(key.grants.filter((grant) => isMeant(grant.granteePrincipal, user)).flatMap(({ operations }) => operations))
}

function applies(statement: Statement, key: KmsKey, user: KeyUser, operation: string, circumstances: Circumstances): boolean {
  const { Principal: principal, Action: action, Condition: condition = {} } = statement
  const principals = principal === '*' ? ['*'] : (principal.AWS ?? [])
  return (
    principals.some((one) => isMeant(one, user)) &&
    action.some((pattern) => fits(`kms:${operation}`.toLowerCase(), pattern.toLowerCase())) &&
    Object.entries(condition).every(([operator, keys]) =>
      Object.entries(keys).every(([name, wanted]) => {
        const value = factOf(name, key, user, circumstances)
        return value !== undefined && wanted.some((one) => operators.get(operator)?.(value, one) ?? false)
      }),
    )
  )
}

/**
 * An account as principal leaves it to the account's own IAM policies, and here a role may do everything in its account; not so a
 * service-linked role, whose policy is AWS's and says nothing of keys [doc: key-policy-requirements-EBS-encryption].
 */
export function isMeant(principal: string, { account, arn }: KeyUser): boolean {
  if (principal === '*' || principal === arn) return true
  if (principal === account || principal === `arn:aws:iam::${account}:root`) return !arn.includes(':role/aws-service-role/')
  const session = /^arn:aws:sts::\d{12}:assumed-role\/([^/]+)\//.exec(arn)
  const role = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(principal)
  return session !== null && role !== null && role[1] === account && role[2] === session[1]
}

const conditionKeys = new Set([
  'aws:PrincipalAccount',
  'aws:PrincipalArn',
  'kms:CallerAccount',
  'kms:GrantIsForAWSResource',
  'kms:ViaService',
])

function factOf(name: string, key: KmsKey, user: KeyUser, { via }: Circumstances): string | undefined {
  switch (name) {
    case 'aws:PrincipalAccount':
    case 'kms:CallerAccount':
      return user.account
    case 'aws:PrincipalArn':
      return user.arn.replace(/^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/.*$/, 'arn:aws:iam::$1:role/$2')
    case 'kms:GrantIsForAWSResource':
      return String(via !== undefined)
    case 'kms:ViaService':
      return via === undefined ? undefined : `${via}.${key.region}.amazonaws.com`
    default:
      return undefined
  }
}

const operators: ReadonlyMap<string, (value: string, wanted: string) => boolean> = new Map([
  ['ArnEquals', fits],
  ['ArnLike', fits],
  ['Bool', (value: string, wanted: string) => value === wanted.toLowerCase()],
  ['StringEquals', (value: string, wanted: string) => value === wanted],
  ['StringLike', fits],
])

function fits(value: string, pattern: string): boolean {
  return patternOf(pattern).test(value)
}
