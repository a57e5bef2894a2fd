// Conditions of a statement: an operator, a key of the request, and the values the policy has for it.

import type { Context } from './context.ts'
import { PolicyFlaw } from './flaw.ts'
import { type Matcher, operatorNamed } from './operators.ts'

export type Condition = (context: Context) => boolean

/** The conditions of a statement; all must hold. Throws PolicyFlaw for an operator that does not exist. */
export function conditionsFrom(written: unknown, variables: boolean): readonly Condition[] {
  if (!isRecord(written)) throw new PolicyFlaw('Syntax errors in policy. Condition must be an object.')
  return Object.entries(written).flatMap(([name, keys]) => {
    if (!isRecord(keys)) throw new PolicyFlaw(`Syntax errors in policy. ${name} must be an object.`)
    return Object.entries(keys).map(([key, values]) => conditionFrom(name, key, valuesFrom(key, values), variables))
  })
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** Booleans and numbers need no quotes. */
function valuesFrom(key: string, written: unknown): readonly string[] {
  const values = Array.isArray(written) ? written : [written]
  const isPlain = values.every((value) => ['string', 'number', 'boolean'].includes(typeof value))
  if (!isPlain || values.length === 0) throw new PolicyFlaw(`Syntax errors in policy. ${key} must be a text or a list of texts.`)
  return values.map(String)
}

const named = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/

function conditionFrom(name: string, key: string, values: readonly string[], variables: boolean): Condition {
  const [, quantifier, bare = '', ifExists] = named.exec(name) ?? []
  if (!/^[\w.-]+:.+$/.test(key))
    throw new PolicyFlaw('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.')
  if (bare === 'Null' && quantifier === undefined && ifExists === undefined) return nullCondition(key, values)
  const operator = operatorNamed(bare)
  if (operator === undefined) throw new PolicyFlaw(`Invalid Condition type : ${name}.`)
  const { compile, isNegated } = operator
  const matchers = values.map((value) => compile(value, variables))
  const isRight = (found: string, context: Context) => isNegated !== matchesAny(matchers, found, context)
  return (context) => {
    const found = context.valuesOf(key)
    if (found === undefined)
      return ifExists !== undefined || quantifier === 'ForAllValues' || (isNegated && quantifier === undefined)
    if (quantifier === 'ForAnyValue') return found.some((one) => isRight(one, context))
    if (quantifier === 'ForAllValues') return found.every((one) => isRight(one, context))
    // Without a quantifier a key has one value; of several, a negation must hold for all of them.
    return isNegated ? found.every((one) => isRight(one, context)) : found.some((one) => isRight(one, context))
  }
}

function matchesAny(matchers: readonly Matcher[], found: string, context: Context): boolean {
  return matchers.some((matches) => matches(found, context))
}

/** "true: the key doesn't exist; false: the key exists and its value is not null" [doc: reference_policies_elements_condition_operators]. */
function nullCondition(key: string, values: readonly string[]): Condition {
  const wanted = values.map((value) => value.toLowerCase())
  const odd = wanted.find((value) => value !== 'true' && value !== 'false')
  if (odd !== undefined) throw new PolicyFlaw(`Value ${odd} is not a boolean`)
  return (context) => wanted.includes(String(context.valuesOf(key) === undefined))
}
