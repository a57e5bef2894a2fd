// Reads a policy document: what it says is all understood, or it is refused.

import { parseDocument } from 'yaml'
import { type Condition, conditionsFrom, isRecord } from './condition.ts'
import { PolicyFlaw } from './flaw.ts'
import { type Pattern, patternFrom } from './pattern.ts'
import { type Principals, principalsFrom } from './principal.ts'

/** `identity`: what a role or a session may do. `trust`: who may take a role. `resource`: who may do what with a resource, such as a key. */
export type PolicyKind = 'identity' | 'trust' | 'resource'

/** All that is listed, or with `isExcept` all but that. */
export interface Selection<T> {
  readonly isExcept: boolean
  readonly listed: T
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: Selection<readonly Pattern[]>
  /** Undefined in a trust policy: it is about the role it belongs to. */
  readonly resources: Selection<readonly Pattern[]> | undefined
  /** Undefined in an identity policy: it is about whoever has it. */
  readonly principals: Selection<Principals> | undefined
  readonly conditions: readonly Condition[]
}

export type PolicyDocument = readonly Statement[]

const syntax = 'Syntax errors in policy.'

/** Throws PolicyFlaw for whatever it does not know: nothing is ignored. */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument {
  const { Version: version = '2008-10-17', Id: id, Statement: written, ...rest } = recordFrom(text)
  refuseStray(rest)
  if (version !== '2012-10-17' && version !== '2008-10-17')
    throw new PolicyFlaw('Policy document must be version 2012-10-17 or greater.')
  if (id !== undefined && typeof id !== 'string') throw new PolicyFlaw(syntax)
  const statements: readonly unknown[] = Array.isArray(written) ? written : [written]
  if (statements.length === 0 || written === undefined) throw new PolicyFlaw(`${syntax} It has no statement.`)
  refuseRepeatedIds(statements)
  return statements.map((statement) => statementFrom(statement, kind, version === '2012-10-17'))
}

/** A member written twice would silently lose one of the two, so JSON is read by a reader that tells. */
function recordFrom(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new PolicyFlaw('This policy contains invalid Json')
  }
  if (!isRecord(value)) throw new PolicyFlaw(syntax)
  const repeated = parseDocument(text, { uniqueKeys: true }).errors.find(({ code }) => code === 'DUPLICATE_KEY')
  if (repeated !== undefined) throw new PolicyFlaw(`${syntax} A key is written twice.`)
  return value
}

function refuseStray(rest: object): void {
  const [stray] = Object.keys(rest)
  if (stray !== undefined) throw new PolicyFlaw(`${syntax} Unknown element ${stray}.`)
}

function refuseRepeatedIds(statements: readonly unknown[]): void {
  const ids = statements.flatMap((statement) => (isRecord(statement) && statement.Sid !== undefined ? [statement.Sid] : []))
  if (new Set(ids).size !== ids.length) throw new PolicyFlaw('Statement IDs (SID) in a single policy must be unique.')
}

function statementFrom(written: unknown, kind: PolicyKind, variables: boolean): Statement {
  if (!isRecord(written)) throw new PolicyFlaw(syntax)
  const {
    Sid: sid,
    Effect: effect,
    Action: action,
    NotAction: notAction,
    Resource: resource,
    NotResource: notResource,
    Principal: principal,
    NotPrincipal: notPrincipal,
    Condition: condition,
    ...rest
  } = written
  refuseStray(rest)
  if (sid !== undefined && (typeof sid !== 'string' || !sids[kind].test(sid))) throw new PolicyFlaw(oddSid)
  if (effect !== 'Allow' && effect !== 'Deny') throw new PolicyFlaw(`${syntax} Effect must be Allow or Deny.`)
  const conditions = condition === undefined ? [] : conditionsFrom(condition, variables)
  const actions = selectionOf('actions', action, notAction, (value) => actionsFrom(value, kind))
  if (kind === 'identity') refuseField({ Principal: principal, NotPrincipal: notPrincipal })
  if (kind === 'trust') refuseField({ Resource: resource, NotResource: notResource })
  const resources =
    kind === 'trust' ? undefined : selectionOf('resources', resource, notResource, (value) => resourcesFrom(value, variables))
  const principals = kind === 'identity' ? undefined : selectionOf('principals', principal, notPrincipal, principalsFrom)
  if (principals?.isExcept && effect === 'Allow') throw new PolicyFlaw('Allow with NotPrincipal is not allowed.')
  return { effect, actions, resources, principals, conditions }
}

/** Policies of resources may have words and blanks in theirs, as KMS's own default policy has. */
const sids: Readonly<Record<PolicyKind, RegExp>> = {
  identity: /^[0-9A-Za-z]*$/,
  trust: /^[0-9A-Za-z]*$/,
  resource: /^[^\p{C}]*$/u,
}

const oddSid = 'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*'

function refuseField(fields: Readonly<Record<string, unknown>>): void {
  const [name] = Object.entries(fields).find(([, value]) => value !== undefined) ?? []
  if (name !== undefined) throw new PolicyFlaw(`Policy document should not specify a ${name.replace('Not', '').toLowerCase()}.`)
}

function selectionOf<T>(what: string, only: unknown, except: unknown, read: (value: unknown) => T): Selection<T> {
  if (only !== undefined && except !== undefined) throw new PolicyFlaw(`${syntax} Both ${what} and their opposite are given.`)
  if (only === undefined && except === undefined) throw new PolicyFlaw(`Policy statement must contain ${what}.`)
  return only === undefined ? { isExcept: true, listed: read(except) } : { isExcept: false, listed: read(only) }
}

function actionsFrom(written: unknown, kind: PolicyKind): readonly Pattern[] {
  return textsFrom(written, 'actions').map((action) => {
    if (action !== '*' && !/^[a-zA-Z0-9-]+:[\w*?]+$/.test(action))
      throw new PolicyFlaw('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.')
    if (kind === 'trust' && !/^sts:/i.test(action))
      throw new PolicyFlaw('AssumeRole policy may only specify STS AssumeRole actions.')
    return patternFrom(action, { wildcards: true, variables: false })
  })
}

function resourcesFrom(written: unknown, variables: boolean): readonly Pattern[] {
  return textsFrom(written, 'resources').map((resource) => {
    if (resource !== '*' && !/^arn:[^:]+:[^:]+:(?:[^:]*:[^:]*:.+|.*\*)$/.test(resource.replace(/\$\{[^}]*\}/g, 'x')))
      throw new PolicyFlaw(`Resource ${resource} must be in ARN format or "*".`)
    return patternFrom(resource, { wildcards: true, variables })
  })
}

function textsFrom(written: unknown, what: string): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(written) ? written : [written]
  if (texts.length === 0) throw new PolicyFlaw(`Policy statement must contain ${what}.`)
  return texts.map((text) => {
    if (typeof text !== 'string') throw new PolicyFlaw(`${syntax} The ${what} must be texts.`)
    return text
  })
}
