// The condition operators of IAM's policy language, one row each.

import { BlockList, isIPv4, isIPv6 } from 'node:net'
import type { Context } from './context.ts'
import { PolicyFlaw } from './flaw.ts'
import { hasVariable, matches, patternFrom, textOf } from './pattern.ts'

/** Whether a value of the request is what the policy's value asks for. */
export type Matcher = (found: string, context: Context) => boolean

/** Reads a value of a policy; throws PolicyFlaw when it can be none of the operator's kind. */
type Compile = (written: string, variables: boolean) => Matcher

export interface Operator {
  readonly compile: Compile
  /** It holds when no value matches, and for a key the request does not have. */
  readonly isNegated: boolean
}

/** The operator of that name without prefix and suffix; `Null` is none of these: it asks for no value. */
export function operatorNamed(name: string): Operator | undefined {
  const isNegated = Object.hasOwn(opposites, name)
  const bare = isNegated ? (opposites[name] ?? '') : name
  const compile = Object.hasOwn(positive, bare) ? positive[bare] : undefined
  return compile === undefined ? undefined : { compile, isNegated }
}

const opposites: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
}

const positive: Readonly<Record<string, Compile>> = {
  StringEquals: (written, variables) => {
    const pattern = patternFrom(written, { wildcards: false, variables })
    return (found, context) => matches(pattern, found, context)
  },
  StringEqualsIgnoreCase: (written, variables) => {
    const pattern = patternFrom(written, { wildcards: false, variables })
    return (found, context) => matches(pattern, found, context, true)
  },
  StringLike: (written, variables) => {
    const pattern = patternFrom(written, { wildcards: true, variables })
    return (found, context) => matches(pattern, found, context)
  },
  // "ArnEquals and ArnLike behave identically" [doc: reference_policies_elements_condition_operators].
  ArnEquals: arn,
  ArnLike: arn,
  Bool: typed(boolOf, 'a boolean', (wanted, found) => wanted === found),
  BinaryEquals: typed(bytesOf, 'base64', (wanted, found) => wanted === found),
  NumericEquals: typed(numberOf, 'a number', (wanted, found) => found === wanted),
  NumericLessThan: typed(numberOf, 'a number', (wanted, found) => found < wanted),
  NumericLessThanEquals: typed(numberOf, 'a number', (wanted, found) => found <= wanted),
  NumericGreaterThan: typed(numberOf, 'a number', (wanted, found) => found > wanted),
  NumericGreaterThanEquals: typed(numberOf, 'a number', (wanted, found) => found >= wanted),
  DateEquals: typed(instantOf, 'a date', (wanted, found) => found === wanted),
  DateLessThan: typed(instantOf, 'a date', (wanted, found) => found < wanted),
  DateLessThanEquals: typed(instantOf, 'a date', (wanted, found) => found <= wanted),
  DateGreaterThan: typed(instantOf, 'a date', (wanted, found) => found > wanted),
  DateGreaterThanEquals: typed(instantOf, 'a date', (wanted, found) => found >= wanted),
  IpAddress: (written) => {
    const range = rangeOf(written)
    if (range === undefined) throw new PolicyFlaw(`Value ${written} is not an IP address or a range of them`)
    return (found) => (isIPv4(found) ? range.check(found, 'ipv4') : isIPv6(found) && range.check(found, 'ipv6'))
  },
}

/** "Each of the six colon-delimited components of the ARN is checked separately and each can include * or ?" [doc: same page]. */
function arn(written: string, variables: boolean): Matcher {
  const whole = patternFrom(written, { wildcards: true, variables })
  const components = sixOf(written).map((part) => patternFrom(part, { wildcards: true, variables }))
  return (found, context) => {
    const parts = sixOf(found)
    if (components.length < 6 || parts.length < 6) return matches(whole, found, context)
    return components.every((pattern, index) => matches(pattern, parts[index] ?? '', context))
  }
}

/** Up to the fifth colon outside of variables; the last component keeps its own. */
function sixOf(text: string): readonly string[] {
  const parts = ['']
  let isInVariable = false
  for (const character of text) {
    if (character === '{') isInVariable = true
    if (character === '}') isInVariable = false
    if (character === ':' && !isInVariable && parts.length < 6) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts
}

function typed<T>(read: (text: string) => T | undefined, kind: string, holds: (wanted: T, found: T) => boolean): Compile {
  return (written, variables) => {
    const pattern = patternFrom(written, { wildcards: false, variables })
    const fixed = hasVariable(pattern) ? undefined : read(written)
    if (fixed === undefined && !hasVariable(pattern)) throw new PolicyFlaw(`Value ${written} is not ${kind}`)
    return (text, context) => {
      const found = read(text)
      const wanted = fixed ?? read(textOf(pattern, context) ?? '')
      return found !== undefined && wanted !== undefined && holds(wanted, found)
    }
  }
}

function boolOf(text: string): boolean | undefined {
  const word = text.toLowerCase()
  return word === 'true' || word === 'false' ? word === 'true' : undefined
}

function numberOf(text: string): number | undefined {
  return /^[-+]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

/** A date of ISO 8601, or seconds since the epoch. */
function instantOf(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1_000
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[-+]\d\d:\d\d))?$/.test(text)) return undefined
  const instant = Date.parse(text)
  return Number.isNaN(instant) ? undefined : instant
}

function bytesOf(text: string): string | undefined {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, 'base64').toString('hex') : undefined
}

function rangeOf(written: string): BlockList | undefined {
  const [address = '', bits, ...rest] = written.split('/')
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined
  const widest = family === 'ipv4' ? 32 : 128
  if (family === undefined || rest.length > 0 || !/^\d{1,3}$/.test(bits ?? '0') || Number(bits ?? 0) > widest) return undefined
  const range = new BlockList()
  range.addSubnet(address, Number(bits ?? widest), family)
  return range
}
